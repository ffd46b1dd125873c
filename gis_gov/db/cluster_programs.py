"""Find the PostgreSQL programs of this machine that can run PostGIS."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

POSTGIS_MIN = (3, 3)
_DEBIAN_PROGRAMS = Path("/usr/lib/postgresql")
_DEBIAN_SHARED = Path("/usr/share/postgresql")
_MISSING = (
    "PostgreSQL with PostGIS 3.3 or newer is missing; run: {line}, or set GIS_GOV_DATABASE_URL"
)
_DEBIAN_MAJORS = {
    "debian 12": 15,
    "debian 13": 17,
    "ubuntu 22.04": 17,
    "ubuntu 24.04": 16,
    "ubuntu 25.04": 17,
}
# Its own PostGIS is too old: the PostgreSQL project's repository has to be added.
_TOO_OLD = "ubuntu 22.04"
_PGDG = (
    "sudo apt-get install -y postgresql-common gnupg ca-certificates && "
    "sudo /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y && "
)


class ProgramsMissingError(Exception):
    """The machine lacks the PostgreSQL or PostGIS that is asked for."""


@dataclass(frozen=True)
class Programs:
    """The programs of one PostgreSQL: its major version and the folder that they lie in."""

    major: int
    folder: Path

    def path(self, name: str) -> str:
        """Return the path of one program (postgres, initdb, psql, pg_dump, pg_restore)."""
        path = self.folder / name
        if not path.exists():
            raise ProgramsMissingError(
                f"{name} is missing in {self.folder}; install PostgreSQL anew"
            )
        return str(path)


def find_server(major: int | None = None) -> Programs:
    """Return the newest PostgreSQL with PostGIS >= 3.3, or the one of `major`.

    Raises:
        ProgramsMissingError: with the line that installs it.

    """
    found = [
        Programs(number, folder)
        for number, folder, shared in _installed("postgres")
        if major in (None, number)
        and postgis_version(shared) >= POSTGIS_MIN
        and (folder.parent / "lib" / "postgis-3.so").exists()
    ]
    if not found:
        raise ProgramsMissingError(_MISSING.format(line=install_line(major)))
    return max(found, key=lambda programs: programs.major)


def find_client(name: str, at_least: int = 0) -> str:
    """Return the path of the newest client program `name`; PostgreSQL's wrappers are passed by.

    Raises:
        ProgramsMissingError: there is none of the major version `at_least` or newer.

    """
    found = [(number, folder) for number, folder, _ in _installed(name) if number >= at_least]
    if found:
        return str(max(found)[1] / name)
    on_path = shutil.which(name)
    if on_path is None or at_least:
        wanted = f" {at_least} or newer" if at_least else ""
        raise ProgramsMissingError(
            f"{name}{wanted} is missing; install the postgresql-client package"
        )
    return on_path


def postgis_version(shared: Path) -> tuple[int, int]:
    """Return the (major, minor) PostGIS of a PostgreSQL's shared folder, (0, 0) without."""
    control = shared / "extension" / "postgis.control"
    if not control.is_file():
        return (0, 0)
    match = re.search(r"default_version\s*=\s*'(\d+)\.(\d+)", control.read_text())
    return (int(match[1]), int(match[2])) if match else (0, 0)


def install_line(major: int | None = None, release: str | None = None) -> str:
    """Return the line that installs PostgreSQL and PostGIS on a Debian or Ubuntu.

    `release` is its name and version; without it, that of the machine.
    """
    release = _release() if release is None else release
    number = major or _DEBIAN_MAJORS.get(release, 15)
    return (
        f"sudo apt-get update && {_PGDG if release == _TOO_OLD else ''}"
        f"sudo apt-get install -y postgresql-{number} postgresql-{number}-postgis-3"
    )


def _installed(name: str) -> Iterator[tuple[int, Path, Path]]:
    for program in _DEBIAN_PROGRAMS.glob(f"*/bin/{name}"):
        number = program.parent.parent.name
        if number.isdecimal():
            yield int(number), program.parent, _DEBIAN_SHARED / number


def _release() -> str:
    try:
        lines = Path("/etc/os-release").read_text().splitlines()
    except OSError:
        return ""
    fields = dict(line.split("=", 1) for line in lines if "=" in line)
    return f"{fields.get('ID', '')} {fields.get('VERSION_ID', '')}".replace('"', "")
