"""What the script `gis-gov` asks of apt, on systems that this machine is not.

Every program that would change the machine, or tell what it is, has a stand-in in PATH that notes
how it was called. The script under test is the real one. Whether the packages are what they should
be is shown in a bare chroot: docs/operations.md tells how.
"""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
REAL = ("cat", "cut", "dirname", "env", "flock", "head", "readlink", "sha256sum", "tail")
NOTE = '#!/bin/sh\necho "${0##*/} $*" >>"$HOME/calls"\n'
STAND_INS = {
    "apt-cache": """#!/bin/sh
case $* in
    "depends postgresql") echo "  Depends: postgresql-$(cat "$HOME/own")" ;;
    "policy postgresql-17-postgis-3")
        if [ -e "$HOME/pgdg" ]; then echo "  Candidate: 3.5.3+dfsg-1.pgdg22.04+1"; fi ;;
esac
""",
    "apt-get": NOTE,
    "id": '#!/bin/sh\ncat "$HOME/uid"\n',
    "mkdir": NOTE,
    "mktemp": '#!/bin/sh\necho "$HOME/log"\n',
    "python3.11": '#!/bin/sh\n[ "$1" = -c ]\n',  # new enough, and makes no .venv
    "rm": NOTE,
    # Hides the PostGIS of this machine.
    "sed": f"""#!/bin/sh
case $* in *postgis.control) ;; *) exec {shutil.which("sed")} "$@" ;; esac
""",
    "sh": NOTE + 'touch "$HOME/pgdg"\n',  # only the repository's tool is run by it
    "sudo": '#!/bin/sh\n[ -e "$HOME/sudoer" ] || exit 1\nshift\nexec "$@"\n',
    "tee": NOTE + "cat\n",
    "touch": f'#!/bin/sh\nexec {shutil.which("touch")} "$@"\n',
    "true": "#!/bin/sh\n",
}
TOOL = "/usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y"
DROP_IN = "/etc/postgresql-common/createcluster.d/gis-gov.conf"
INSTALL = "apt-get install -y --no-install-recommends"
PGDG = f"{INSTALL} postgresql-common gnupg ca-certificates"
POSTGRESQL = "postgresql-17 postgresql-17-postgis-3"
ADDING = (
    "gis-gov: this system's PostGIS is older than 3.3: adding the PostgreSQL project's packages"
    " (apt.postgresql.org) to those of apt"
)
TO_RUN = f"run: sudo apt-get update && sudo {PGDG} && sudo {TOOL} && sudo {INSTALL} {POSTGRESQL}"
NO_VENV = "gis-gov: .venv could not be made"


@dataclass
class Machine:
    """A system of which the script sees the stand-ins only."""

    home: Path
    programs: Path

    def put(self, name: str, text: str) -> None:
        (self.programs / name).write_text(text)
        (self.programs / name).chmod(0o755)

    def up(self) -> list[str]:
        """Run `./gis-gov up`, and return the lines that it said before it ended."""
        done = subprocess.run(
            [self.home / "gis-gov", "up"],
            env={"PATH": str(self.programs), "HOME": str(self.home)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 1
        assert done.stdout == ""
        return done.stderr.splitlines()

    def calls(self) -> list[str]:
        noted = self.home / "calls"
        return noted.read_text().splitlines() if noted.exists() else []


Make = Callable[..., Machine]


@pytest.fixture
def machine(tmp_path: Path) -> Make:
    """Make a machine with Python 3.11, by the PostgreSQL that it comes with and its user."""

    def make(own: int, uid: int = 0, *, sudoer: bool = False) -> Machine:
        made = Machine(tmp_path / "checkout", tmp_path / "bin")
        made.home.mkdir()
        made.programs.mkdir()
        for name in ("gis-gov", "pyproject.toml", *(path.name for path in ROOT.glob("*.lock"))):
            shutil.copy(ROOT / name, made.home / name)
        for name in REAL:
            (made.programs / name).symlink_to(shutil.which(name) or "")
        for name, text in STAND_INS.items():
            made.put(name, text)
        (made.home / "own").write_text(f"{own}\n")
        (made.home / "uid").write_text(f"{uid}\n")
        if sudoer:
            (made.home / "sudoer").touch()
        return made

    return make


@pytest.mark.parametrize(("uid", "sudoer"), [(0, False), (1000, True)], ids=["root", "sudo"])
def test_ubuntu_22_04_gets_postgis_from_pgdg(machine: Make, uid: int, sudoer: bool) -> None:
    ubuntu = machine(14, uid, sudoer=sudoer)
    said = ubuntu.up()
    assert said[:2] == [
        f"gis-gov: installing Debian packages: {POSTGRESQL}",
        ADDING,
    ]
    assert said[-1] == NO_VENV
    assert [call for call in ubuntu.calls() if not call.endswith("/log")] == [
        f"mkdir -p {Path(DROP_IN).parent}",
        f"tee {DROP_IN}",
        "apt-get -q update",
        PGDG,
        f"sh {TOOL}",
        f"{INSTALL} {POSTGRESQL}",
        f"rm -f {DROP_IN}",
    ]


def test_ubuntu_22_04_without_root_is_told_one_line(machine: Make) -> None:
    ubuntu = machine(14, 1000)
    assert ubuntu.up() == [f"gis-gov: Debian packages are missing; {TO_RUN}"]
    assert ubuntu.calls() == []


def test_the_line_has_the_missing_python_too(machine: Make) -> None:
    ubuntu = machine(14, 1000)
    (ubuntu.programs / "python3.11").unlink()
    (line,) = ubuntu.up()
    assert line.endswith(f"{TO_RUN} python3.11 python3.11-venv")


def test_a_missing_python_is_installed_and_used(machine: Make) -> None:
    debian = machine(15)
    python = (debian.programs / "python3.11").rename(debian.home / "python3.11")
    debian.put("apt-get", f'{NOTE}case $* in *python3.11*) mv "{python}" "${{0%/*}}" ;; esac\n')
    (debian.programs / "mv").symlink_to(shutil.which("mv") or "")
    assert debian.up()[-2:] == [
        f"gis-gov: making .venv with {debian.programs}/python3.11",
        NO_VENV,
    ]


def test_a_tool_of_pgdg_that_fails_is_reported(machine: Make) -> None:
    ubuntu = machine(14)
    ubuntu.put("sh", NOTE + "echo no such distribution; exit 1\n")
    said = ubuntu.up()
    assert said[2] == "no such distribution"
    assert said[3].startswith(
        f"gis-gov: {TOOL.removesuffix(' -y')} failed ({ubuntu.home}/log tells"
    )
    assert said[3].endswith(f"when it works, {TO_RUN}")
    assert ubuntu.calls()[-1] == f"rm -f {DROP_IN}"
    assert f"{INSTALL} {POSTGRESQL}" not in ubuntu.calls()


def test_a_pgdg_that_is_not_reached_is_reported(machine: Make) -> None:
    ubuntu = machine(14)
    ubuntu.put("sh", NOTE)
    said = ubuntu.up()
    assert said[2].startswith("gis-gov: apt.postgresql.org was not reached, or has nothing for")
    assert said[2].endswith(f"when it works, {TO_RUN}")
    assert len(said) == 3
    assert ubuntu.calls()[-1] == f"rm -f {DROP_IN}"


def test_a_pgdg_that_is_there_is_not_added_again(machine: Make) -> None:
    ubuntu = machine(14)
    (ubuntu.home / "pgdg").touch()
    assert ubuntu.up()[0] == f"gis-gov: installing Debian packages: {POSTGRESQL}"
    assert PGDG not in ubuntu.calls()
    assert f"{INSTALL} {POSTGRESQL}" in ubuntu.calls()


def test_a_newer_system_uses_its_own_postgis(machine: Make) -> None:
    debian = machine(15)
    own = "postgresql-15 postgresql-15-postgis-3"
    assert debian.up()[0] == f"gis-gov: installing Debian packages: {own}"
    assert [call for call in debian.calls() if call.startswith(("apt-get", "sh"))] == [
        "apt-get -q update",
        f"{INSTALL} {own}",
    ]


def test_apt_that_fails_is_reported(machine: Make) -> None:
    debian = machine(15)
    debian.put("apt-get", NOTE + "echo could not be resolved; exit 100\n")
    said = debian.up()
    assert said[1] == "could not be resolved"
    assert said[2].startswith(f"gis-gov: apt-get update failed ({debian.home}/log tells all)")
