"""The folder of a test run: its PostGIS, and all that its tests write, in memory if there is room.

On a disk, making and dropping a database takes five times the processor time.
"""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

from gis_gov.db.cluster import Cluster

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - the folder made there has a name of its own
_PREFIX: Final = "gis_gov_test_"
_ROOM: Final = 6 * 2**30


def make_run_folder() -> Path:
    """Make the folder; temporary files of this process and of those it starts go below it.

    Whoever sets TMPDIR chooses another place.
    """
    _remove_leftovers()
    is_roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ROOM
    place = _MEMORY if is_roomy and "TMPDIR" not in os.environ else None
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}_", dir=place))
    folder.chmod(0o711)  # PostgreSQL, another user, is to reach what a test opens to it
    temporary = folder / "tmp"
    temporary.mkdir()
    temporary.chmod(0o1777)
    os.environ["TMPDIR"] = tempfile.tempdir = str(temporary)
    return folder


def remove_run_folder(folder: Path) -> None:
    """Remove the folder; what a process that ends just now takes away itself may be gone."""
    for _ in range(3):
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(folder)
            return


def _remove_leftovers() -> None:
    """End and remove what killed runs have left in memory, where it would stay until a restart."""
    for folder in _MEMORY.glob(f"{_PREFIX}*"):
        pid = folder.name.removeprefix(_PREFIX).partition("_")[0]
        if pid.isdecimal() and not Path(f"/proc/{pid}").exists():
            if (folder / "home").exists():
                Cluster(folder / "home").stop()
            remove_run_folder(folder)
