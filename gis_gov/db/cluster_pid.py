"""The file in which a running PostgreSQL server tells of itself (postmaster.pid)."""

from pathlib import Path
from typing import Final

from gis_gov.db.cluster_process import ProcessError

_PID, _PORT, _STATE = 0, 3, 7
_READY: Final = "ready"


class PidFile:
    """The postmaster.pid of a data folder, which may be missing, half written or left behind."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._path = data / "postmaster.pid"

    def pid_and_port(self) -> tuple[int | None, int | None]:
        """Return the server's process and port, None and None while it does not tell them yet."""
        lines = self._lines()
        return (int(lines[_PID]), int(lines[_PORT])) if len(lines) > _PORT else (None, None)

    def tells_ready(self) -> bool:
        """Say whether the server takes connections, and lives."""
        lines = self._lines()
        return len(lines) > _STATE and lines[_STATE].strip() == _READY and _lives(int(lines[_PID]))

    def clear_stale(self) -> None:
        """Drop what a killed server left; its number may be another process's by now.

        Raises:
            ProcessError: the server lives.

        """
        lines = self._lines()
        if not lines:
            return
        if lines[_PID].isdecimal() and _works_in(int(lines[_PID])) == self._data.resolve():
            raise ProcessError(
                f"{self._data} is in use by a PostgreSQL server, process {lines[_PID]}"
            )
        self._path.unlink(missing_ok=True)

    def _lines(self) -> list[str]:
        try:
            return self._path.read_text(encoding="utf-8").splitlines()
        except OSError:
            return []


def _works_in(pid: int) -> Path | None:
    try:
        return Path(f"/proc/{pid}/cwd").readlink()
    except OSError:
        return None


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2]
    except OSError:
        return False
    return state.split()[0] not in ("Z", "X")
