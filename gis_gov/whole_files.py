"""Files that are there as a whole or not at all, after a power cut too."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


def sync_folder(folder: Path) -> None:
    """Let the names in a folder outlast a power cut: a file's own sync does not do that."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def written_privately(file: Path) -> Generator[IO[bytes]]:
    """Give a file to write that takes the place of `file` at the end, and is its owner's only.

    What a broken-off run left under its name is removed; nobody's link there is followed.

    Raises:
        OSError: it can't be written; `file` is as before.

    """
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    handle = os.open(unfinished, flags, 0o600)
    try:
        with os.fdopen(handle, "wb") as output:
            os.fchmod(output.fileno(), 0o600)  # whatever the umask took away
            yield output
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
