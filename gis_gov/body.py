"""Take the body of a request in, piece by piece, and send a file out."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import SEEK_END
from mmap import ACCESS_READ, mmap
from tempfile import SpooledTemporaryFile
from typing import Final

from fastapi import Request
from starlette.responses import StreamingResponse

from gis_gov.problems import TooLarge, UnsupportedMedia

Spool = SpooledTemporaryFile[bytes]

MEGABYTE: Final = 1_000_000
_IN_MEMORY_BYTES: Final = 4 * MEGABYTE
_PIECE_BYTES: Final = 256 * 1024


ALLOWANCE: Final = "body_allowance"
"""Where in a request's state the guard of bodies keeps how much it lets come."""


@dataclass(slots=True)
class Allowance:
    """How many bytes of a body may come `now`, and at `most` once they are written to a file."""

    now: int
    most: int


def spool() -> Spool:
    """Open a temporary file for bytes; what is small stays in memory."""
    return SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)


def contents(file: Spool) -> bytes | mmap:
    """Return all that a file holds; what is large is mapped, not read into memory."""
    size = file.seek(0, SEEK_END)
    file.seek(0)
    if size <= _IN_MEMORY_BYTES:
        return file.read()
    file.rollover()
    file.flush()
    return mmap(file.fileno(), size, access=ACCESS_READ)


@asynccontextmanager
async def received(request: Request, max_bytes: int) -> AsyncIterator[Spool]:
    """Receive the whole body and yield it as a file, to be read from its start.

    Nothing else lets more come than may lie in memory, and nor does this for who is not signed in.

    Raises:
        TooLarge: as soon as more than `max_bytes` are declared or have come.
        UnsupportedMedia: the body is compressed.

    """
    _check_encoding(request)
    limit = f"The body may have {max_bytes / MEGABYTE:g} MB; send it in parts."
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > max_bytes:
        raise TooLarge(limit)
    _allow(request)
    with spool() as file:
        size = 0
        async for piece in request.stream():
            size += len(piece)
            if size > max_bytes:
                raise TooLarge(limit)
            file.write(piece)
        file.seek(0)
        yield file


def pieces_of(request: Request) -> AsyncIterator[bytes]:
    """Give the body as it comes, to who answers it as it comes: there is no limit once he does.

    Raises:
        UnsupportedMedia: the body is compressed.

    """
    _check_encoding(request)
    _allow(request)
    return request.stream()


def _check_encoding(request: Request) -> None:
    if request.headers.get("content-encoding", "identity") != "identity":
        raise UnsupportedMedia("Compressed bodies are not read; send it as it is.")


def _allow(request: Request) -> None:
    allowance: Allowance | None = getattr(request.state, ALLOWANCE, None)
    if allowance is not None and getattr(request.state, "actor", None) is not None:
        allowance.now = allowance.most


class FileResponse(StreamingResponse):
    """Send a temporary file from its start, then close it."""

    def __init__(self, file: Spool, media_type: str) -> None:
        size = file.tell()
        super().__init__(_pieces(file), media_type=media_type)
        self.headers["content-length"] = str(size)


def _pieces(file: Spool) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(_PIECE_BYTES):
            yield piece
