"""The wheel, installed outside a checkout, is the whole of it: `pip install`, `gis-gov up`."""

import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.cli.process import ADDRESS, STOP_S, clean_environment, key_header

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "gis_gov" / "dashboard" / "assets" / "index.html"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the checkout, as git would give it, and the built page."""
    if not BUILT.is_file():
        pytest.fail("the page is not built: run ./gis-gov test, or npm run build in the dashboard")
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    shutil.copytree(BUILT.parent, source / BUILT.parent.relative_to(ROOT))
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (made,) = out.glob("gis_gov-*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The program of the wheel, in a new environment that borrows the locked packages of ours."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    theirs = next((folder / "venv" / "lib").glob("python3*/site-packages"))
    ours = Path(sysconfig.get_path("purelib"))
    for package in ours.iterdir():  # all but gis_gov, which a path file of ours would bring in
        if not re.match(r"_?(editable_impl_)?gis_gov", package.name):
            (theirs / package.name).symlink_to(package)
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"),
            *("--python", str(folder / "venv" / "bin" / "python")),
            *("install", "--no-deps", "--no-index", str(wheel)),
        ],
        check=True,
    )
    yield folder / "venv" / "bin" / "gis-gov"
    shutil.rmtree(folder)


def test_it_carries_what_the_program_reads(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for folder in ("migrations", "tiles", "sample_data"):
        for file in (ROOT / folder).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                assert f"gis_gov/_shipped/{file.relative_to(ROOT)}" in names
    assert "gis_gov/dashboard/assets/index.html" in names
    assert not [name for name in names if "/src/" in name or "node_modules" in name]


def test_up_works_outside_a_checkout(installed: Path, tmp_path: Path, port: int) -> None:
    with subprocess.Popen(
        [installed, "up", "--port", str(port)],
        cwd=tmp_path,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as up:
        assert up.stdout
        try:
            said = []
            for line in up.stdout:
                said.append(line)
                if found := ADDRESS.search(line):
                    break
            else:
                pytest.fail("".join(said))
            assert httpx.get(f"{found[1]}/readyz").status_code == 200
            page = httpx.get(found[1], headers={"accept": "text/html"})
            assert page.status_code == 200
            script = re.search(r'src="(/assets/[^"]+\.js)"', page.text)
            assert script
            assert httpx.get(f"{found[1]}{script[1]}").status_code == 200
            home = tmp_path / ".gis-gov"
            shown = key_header("--home", home, command=[installed])
            style = httpx.get(f"{found[1]}/style.json", headers=shown)
            assert style.status_code == 200
        finally:
            up.terminate()
            assert up.wait(STOP_S) == 0
    assert (tmp_path / ".gis-gov" / "data").is_dir()
    where = subprocess.run(
        [installed.with_name("python"), "-c", "import gis_gov; print(gis_gov.__file__)"],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.startswith(str(installed.parents[1]))


def test_there_are_no_tests_in_it(installed: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [installed, "test"], cwd=tmp_path, env=clean_environment(), capture_output=True, check=False
    )
    assert (done.returncode, b"works in a checkout" in done.stderr) == (1, True)
