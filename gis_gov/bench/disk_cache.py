"""What of a folder's files the system keeps in memory, and how it is made to forget them.

Whoever owns the files needs no other right for it: no `drop_caches`, which is root's, and takes
from everybody.
"""

import ctypes
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

_LIBC: Final = ctypes.CDLL(None, use_errno=True)
_LIBC.mincore.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p)


@dataclass(frozen=True, slots=True)
class Kept:
    """How much there is of a folder's files, and how much of that is in memory, in bytes."""

    size: int
    in_memory: int

    @property
    def share(self) -> float:
        """Return the share that is in memory."""
        return self.in_memory / self.size if self.size else 0.0


def forget(folder: Path) -> None:
    """Let the system forget what it keeps of all files of a folder.

    What is not yet written down stays in memory, so that is done first. In a file system that has
    no other place than memory everything stays.
    """
    for path in _files(folder):
        with _opened(path) as descriptor:
            if descriptor is not None:
                os.fsync(descriptor)
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def kept(folder: Path) -> Kept:
    """Say how much of the files of a folder is in memory."""
    size = in_memory = 0
    for path in _files(folder):
        with _opened(path) as descriptor:
            if descriptor is not None:
                length = os.fstat(descriptor).st_size
                size += length
                in_memory += min(length, _pages_in_memory(descriptor, length) * mmap.PAGESIZE)
    return Kept(size, in_memory)


def _pages_in_memory(descriptor: int, length: int) -> int:
    """Count the pages of a file that are in memory; nothing is read for it."""
    if not length:
        return 0
    with mmap.mmap(descriptor, length, prot=mmap.PROT_READ) as view:
        seen = np.empty(-(-length // mmap.PAGESIZE), dtype=np.uint8)
        held = np.frombuffer(view, dtype=np.uint8)
        failed = _LIBC.mincore(held.ctypes.data, length, seen.ctypes.data)
        del held  # or the view can't be closed
    if failed:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return int(np.count_nonzero(seen & 1))


def _files(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder, followlinks=True):
        for name in names:
            path = Path(place) / name
            if path.is_file():
                yield path


@contextmanager
def _opened(path: Path) -> Iterator[int | None]:
    """Open a file, None if it has gone meanwhile: a server that runs removes some."""
    descriptor = None
    with suppress(FileNotFoundError):
        descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        if descriptor is not None:
            os.close(descriptor)
