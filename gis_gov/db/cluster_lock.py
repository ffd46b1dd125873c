"""Keep two processes from using one home at a time."""

import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

_POLL_S = 0.05


class HomeHeldError(Exception):
    """Another process holds the home."""

    def __init__(self, home: Path, pid: int, command: str) -> None:
        self.home = home
        self.pid = pid
        self.command = command
        super().__init__(
            f"{home} is held by gis-gov {command} (process {pid}); stop it, or name another --home"
        )


@contextmanager
def hold(home: Path, command: str) -> Generator[None]:
    """Hold `home` for this process; the kernel lets go when the process ends, however it ends.

    Raises:
        HomeHeldError: another process holds it.

    """
    with (home / "lock").open("a+", encoding="utf-8") as file:
        if not try_lock(file.fileno()):
            raise HomeHeldError(home, *_holder(home))
        file.truncate(0)
        file.write(f"{os.getpid()} {command}\n")
        file.flush()
        yield
        file.truncate(0)


def try_lock(descriptor: int, wait_s: float = 0) -> bool:
    """Lock an open file for its descriptor and all that inherit it; say whether that worked."""
    deadline = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_POLL_S)
        else:
            return True


def is_locked(path: Path) -> bool:
    """Say whether a living process has the file locked."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _holder(home: Path) -> tuple[int, str]:
    words = (home / "lock").read_text(encoding="utf-8").split(maxsplit=1)
    return (int(words[0]), words[1].strip()) if len(words) == 2 else (0, "another command")
