"""The folder of a private PostGIS: for its owner alone, with room to write."""

import os
import shutil
import time
from pathlib import Path

_LOG_MAX_BYTES = 16 * 1024 * 1024
_WRITES_MAX_S = 10.0


class ClusterError(Exception):
    """The private PostGIS can't do what is asked; the message is one line that says why."""


def make_home(home: Path) -> None:
    """Make the folder, for its owner's eyes only, unless it is there.

    Raises:
        ClusterError: it can't be made or written.

    """
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ClusterError(f"{home}: {error.strerror}; name another --home") from error
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        raise ClusterError(f"{home} is not yours to write; name another --home")


def check_space(home: Path, needed_mb: int) -> None:
    """Refuse to go on with a disk that is as good as full.

    Raises:
        ClusterError: less than `needed_mb` MiB are free.

    """
    free_mb = shutil.disk_usage(home).free // (1024 * 1024)
    if free_mb < needed_mb:
        raise ClusterError(
            f"the disk is full: {free_mb} MB free at {home}, {needed_mb} MB needed; "
            "make room, or name another --home"
        )


def remove_folder(folder: Path) -> None:
    """Remove a folder, in which programs that were told to end may write for a moment yet.

    An initdb that is interrupted leaves a server behind that ends by itself. What can't be removed
    is left.
    """
    deadline = time.monotonic() + _WRITES_MAX_S
    shutil.rmtree(folder, ignore_errors=True)
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
        shutil.rmtree(folder, ignore_errors=True)


def rotate_log(log: Path) -> None:
    """Begin a log anew that has become long; the one before it is kept."""
    if log.exists() and log.stat().st_size > _LOG_MAX_BYTES:
        log.replace(log.with_name(f"{log.name}.1"))
