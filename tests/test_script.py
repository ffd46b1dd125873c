"""The script `gis-gov` at top level, where nothing is set up yet.

What it installs is shown by continuous integration, which begins with an empty machine, and by hand
in a bare chroot: docs/operations.md tells how. What it asks of apt: tests/test_script_packages.py.
"""

import fcntl
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ESSENTIAL = (
    *("cat", "cut", "dash", "dirname", "env", "find", "flock", "head", "id", "printf", "readlink"),
    *("sed", "sh", "sha256sum", "sort", "xargs"),
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose path has a space, with no .venv."""
    folder = tmp_path / "a checkout"
    (folder / "gis_gov" / "dashboard").mkdir(parents=True)
    for name in ("gis-gov", "pyproject.toml", *(path.name for path in ROOT.glob("*.lock"))):
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture
def bare_path(tmp_path: Path) -> str:
    """A PATH with essential programs only: no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ESSENTIAL:
        found = shutil.which(name)
        if found:
            (folder / name).symlink_to(found)
    return str(folder)


def run(checkout: Path, *arguments: str, path: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [checkout / "gis-gov", *arguments],
        env={"PATH": path, "HOME": str(checkout)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_is_a_script_for_any_shell() -> None:
    script = ROOT / "gis-gov"
    assert script.read_text().startswith("#!/bin/sh\n")
    assert script.stat().st_mode & 0o111
    assert subprocess.run(["dash", "-n", script], check=False).returncode == 0


@pytest.mark.parametrize("arguments", [[], ["-h"], ["--help"]])
def test_help_needs_no_set_up(checkout: Path, bare_path: str, arguments: list[str]) -> None:
    done = run(checkout, *arguments, path=bare_path)
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: ./gis-gov COMMAND")
    assert not (checkout / ".venv").exists()


def test_a_machine_without_python_and_apt_is_told_what_to_install(
    checkout: Path, bare_path: str
) -> None:
    done = run(checkout, "up", path=bare_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("gis-gov: this is no Debian or Ubuntu; install what these are")
    assert done.stderr.endswith(" python3.11 python3.11-venv\n")


def test_two_set_ups_do_not_run_at_once(checkout: Path, bare_path: str) -> None:
    with (checkout / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = subprocess.Popen(
            [checkout / "gis-gov", "up"],
            env={"PATH": bare_path, "HOME": str(checkout)},
            stderr=subprocess.PIPE,
            text=True,
        )
        assert waiting.stderr
        said = waiting.stderr.readline()
        assert said == "gis-gov: waiting for another gis-gov to end its set-up\n"
        fcntl.flock(lock, fcntl.LOCK_UN)
    rest = waiting.communicate(timeout=60)[1]
    assert "install what these are called here" in rest


def test_continuous_integration_runs_it() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert script.rstrip().endswith("exec ./gis-gov test")
    assert subprocess.run(["bash", "-n", ROOT / ".ci" / "run"], check=False).returncode == 0
