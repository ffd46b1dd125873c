"""Many points as an Arrow IPC stream that is answered while it still comes.

A thread reads what has come and writes what goes out; it waits for either side, so neither the
points nor the answer have to fit into memory or on the disk, however many there are.
"""

from collections.abc import AsyncIterator, Mapping
from io import BytesIO
from typing import Final, cast

import anyio
import anyio.from_thread
import anyio.to_thread
import pyarrow as pa
import structlog
from anyio.lowlevel import RunVar
from anyio.streams.memory import MemoryObjectSendStream
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from gis_gov.areas.arrow_messages import is_compressed
from gis_gov.areas.place_index import PlaceIndex
from gis_gov.areas.points_arrow import COMPRESSED, locate_batches
from gis_gov.areas.points_csv import BadTable
from gis_gov.body import MEGABYTE
from gis_gov.geo.datum import Datum
from gis_gov.problems import Problem, Unavailable

log = structlog.get_logger()

AT_ONCE: Final = 4
"""Streams in each process: one holds a thread for as long as its client likes."""
PAUSE_S: Final = 60.0
"""So long may the next piece take to come; how long a client may take none is for all answers."""
MESSAGE_MAX_BYTES: Final = 100 * MEGABYTE
_WAITING: Final = 2
_threads: RunVar[anyio.CapacityLimiter] = RunVar("gis_gov.located_streams")


class _PausedError(Exception):
    """The client sent nothing for PAUSE_S; no OSError, as TimeoutError is."""


class LocatedStream(Response):
    """Answer batch by batch; a fault before the first one is a problem, a later one breaks off."""

    def __init__(
        self,
        body: AsyncIterator[bytes],
        index: PlaceIndex,
        datum: Datum,
        headers: Mapping[str, str],
        media_type: str,
    ) -> None:
        super().__init__(headers=headers, media_type=media_type)
        del self.headers["content-length"]
        self._body, self._index, self._datum = body, index, datum
        self._failure: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send the answer as it is made.

        Raises:
            BadTable, BadPoint: found before the first batch was answered.
            Unavailable: as many streams as may be are being answered.

        """
        limiter = _limiter()
        if limiter.available_tokens < 1:
            raise Unavailable("As many streams as may be are being located; try again later.")
        out, made = anyio.create_memory_object_stream[bytes](_WAITING)
        has_begun = False
        async with anyio.create_task_group() as group, made:
            group.start_soon(self._locate, out, limiter)
            async for piece in made:
                if not has_begun:
                    has_begun = True
                    await send(self._start())
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        if self._failure is None:
            await send({"type": "http.response.body", "body": b""})
        elif not has_begun:
            raise self._failure
        else:
            # Without its last piece no client takes the answer for a whole one.
            log.warning("located stream broken off", reason=_told(self._failure))

    def _start(self) -> Message:
        status = {"status": self.status_code, "headers": self.raw_headers}
        return {"type": "http.response.start", **status}

    async def _locate(
        self, out: MemoryObjectSendStream[bytes], limiter: anyio.CapacityLimiter
    ) -> None:
        with out:
            coming, going = _Coming(self._body), _Going(out)
            try:
                await anyio.to_thread.run_sync(
                    _located, coming, going, self._index, self._datum, limiter=limiter
                )
            except anyio.BrokenResourceError:
                return  # nobody takes the answer any more
            except (Problem, _PausedError, ClientDisconnect) as error:
                self._failure = error


def _located(coming: "_Coming", going: "_Going", index: PlaceIndex, datum: Datum) -> None:
    locate_batches(_Checked(coming), going, index, datum, flush=going.flush)


class _Coming:
    """The body as a file that waits for its next piece; read by a thread."""

    closed = False

    def __init__(self, body: AsyncIterator[bytes]) -> None:
        self._body = body
        self._held = bytearray()

    def read(self, size: int) -> bytes:
        if size > MESSAGE_MAX_BYTES:
            most = f"{MESSAGE_MAX_BYTES / MEGABYTE:g} MB"
            raise BadTable(f"a batch is larger than {most}; write shorter ones")
        while len(self._held) < size:
            piece = anyio.from_thread.run(self._next)
            if piece is None:
                break
            self._held += piece
        told = bytes(self._held[:size])
        del self._held[:size]
        return told

    async def _next(self) -> bytes | None:
        with anyio.move_on_after(PAUSE_S):
            return await anext(self._body, None)
        raise _PausedError


class _Checked:
    """The messages of a stream, none of them compressed; read by a thread."""

    closed = False

    def __init__(self, coming: _Coming) -> None:
        self._messages = pa.ipc.MessageReader.open_stream(pa.PythonFile(coming, mode="r"))
        self._held = BytesIO()

    def read(self, size: int) -> bytes:
        told = self._held.read(size)
        while len(told) < size:
            message = next(self._messages, None)
            if message is None:
                break
            if is_compressed(message):
                raise BadTable(COMPRESSED)
            self._held = BytesIO(cast("pa.Buffer", message.serialize()))
            told += self._held.read(size - len(told))
        return told


class _Going:
    """A file whose contents go out whenever it is flushed, and wait until they are taken."""

    closed = False

    def __init__(self, out: MemoryObjectSendStream[bytes]) -> None:
        self._out = out
        self._held = bytearray()

    def write(self, piece: bytes) -> int:
        self._held += memoryview(piece)
        return len(piece)

    def flush(self) -> None:
        if self._held:
            anyio.from_thread.run(self._out.send, bytes(self._held))
            self._held.clear()


def _limiter() -> anyio.CapacityLimiter:
    try:
        return _threads.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(AT_ONCE)
        _threads.set(limiter)
        return limiter


def _told(error: Exception) -> str:
    return error.detail if isinstance(error, Problem) else type(error).__name__
