"""The folder of a test run: its PostGIS, and all that its tests write, in memory if there is room.

On a disk, making and dropping a database takes five times the processor time.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - the folder made there has a name of its own
_ROOM: Final = 6 * 2**30


def make_run_folder() -> Path:
    """Make the folder; temporary files of this process and of those it starts go below it.

    Whoever sets TMPDIR chooses another place.
    """
    is_roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ROOM
    place = _MEMORY if is_roomy and "TMPDIR" not in os.environ else None
    folder = Path(tempfile.mkdtemp(prefix="gis_gov_test_", dir=place))
    folder.chmod(0o711)  # PostgreSQL, another user, is to reach what a test opens to it
    temporary = folder / "tmp"
    temporary.mkdir()
    temporary.chmod(0o1777)
    os.environ["TMPDIR"] = tempfile.tempdir = str(temporary)
    return folder
