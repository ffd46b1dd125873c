"""A lean HTTP/1.1 client for measuring: one open connection, one request after the other.

Common clients, and asyncio's streams, take about as long for a request as our server, and would
measure themselves.
"""

import asyncio
from dataclasses import dataclass
from typing import Final, Self, cast

Answer = tuple[int, dict[str, str], bytes]

_ROOM: Final = 2**16
_END_OF_HEAD: Final = b"\r\n\r\n"
_LINE_END: Final = b"\r\n"


class Broken(Exception):
    """The server answered what this client does not read, or ended the connection."""


class Connection:
    """One open connection to a server on this machine, opened anew where the server closed it.

    Servers close what is idle for some seconds, as ours is while another has its turn.
    """

    def __init__(self, wire: "_Wire", port: int) -> None:
        self._wire = wire
        self._port = port

    @classmethod
    async def open(cls, port: int) -> Self:
        """Connect to a port of 127.0.0.1."""
        return cls(await _connected(port), port)

    async def get(self, path: str, headers: str = "") -> Answer:
        """Ask for a path; return status, headers in lower case, and body.

        Raises:
            Broken: the answer is not HTTP/1.1 with a length or in chunks, or ends early.

        """
        return await self._sent("GET", path, headers, b"")

    async def post(self, path: str, body: bytes, headers: str = "") -> Answer:
        """Send a body to a path; what is sent may be sent twice, if the server closes meanwhile.

        Raises:
            Broken: as `get` does.

        """
        return await self._sent("POST", path, f"{headers}content-length: {len(body)}\r\n", body)

    async def patch(self, path: str, body: bytes, headers: str = "") -> Answer:
        """Send a body that changes what is at a path; it may be sent twice, as by `post`.

        Raises:
            Broken: as `get` does.

        """
        return await self._sent("PATCH", path, f"{headers}content-length: {len(body)}\r\n", body)

    async def _sent(self, verb: str, path: str, headers: str, body: bytes) -> Answer:
        head = f"{verb} {path} HTTP/1.1\r\nhost: 127.0.0.1:{self._port}\r\n{headers}\r\n"
        try:
            return await self._asked(head.encode("ascii") + body)
        except (OSError, ValueError, IndexError) as error:
            raise Broken(f"{verb} {path}: {error!r}") from error

    async def _asked(self, request: bytes) -> Answer:
        """Ask, and return the answer.

        A connection that was kept may be closed while the question is on its way: without a byte
        of an answer it is asked once more.
        """
        if self._wire.is_open:
            try:
                return await self._wire.ask(request)
            except ConnectionError:
                if self._wire.has_begun:
                    raise
        await self.close()
        self._wire = await _connected(self._port)
        return await self._wire.ask(request)

    async def close(self) -> None:
        """Close the connection."""
        await self._wire.close()


@dataclass(slots=True)
class _Head:
    """What comes before a body: `length` is None for one in chunks, `at` is where it begins."""

    status: int
    headers: dict[str, str]
    length: int | None
    at: int


class _Wire(asyncio.BufferedProtocol):
    """The bytes of one answer after the other."""

    def __init__(self) -> None:
        self._buffer = bytearray(4 * _ROOM)
        self._filled = 0
        self._head: _Head | None = None
        self._parts: list[bytes] = []
        self._answer: asyncio.Future[Answer] | None = None
        self._transport: asyncio.Transport | None = None
        self._ended = asyncio.get_running_loop().create_future()

    @property
    def is_open(self) -> bool:
        """Say whether something can be asked."""
        return self._transport is not None and not self._transport.is_closing()

    @property
    def has_begun(self) -> bool:
        """Say whether some of the answer has come."""
        return self._filled > 0

    async def ask(self, request: bytes) -> Answer:
        """Send a request and wait for its answer.

        Raises:
            ConnectionError: the server ended the connection first.
            ValueError: it answered something else.

        """
        if self._transport is None:
            raise ConnectionResetError("the connection is closed")
        self._filled, self._head, self._parts = 0, None, []
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    async def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()
            await self._ended

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits for an answer that it has ended."""
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("ended early"))
        if not self._ended.done():
            self._ended.set_result(None)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002
        """Give room for what comes next."""
        if len(self._buffer) - self._filled < _ROOM:
            self._buffer = self._buffer + bytearray(len(self._buffer))
        return memoryview(self._buffer)[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        """Look whether the answer is whole."""
        self._filled += nbytes
        if self._answer is None or self._answer.done():
            return
        try:
            answer = self._read()
        except (ValueError, IndexError) as error:
            self._answer.set_exception(error)
            return
        if answer is not None:
            self._answer.set_result(answer)

    def _read(self) -> Answer | None:
        if self._head is None:
            at = self._buffer.find(_END_OF_HEAD, 0, self._filled)
            if at < 0:
                return None
            self._head = _parse_head(bytes(self._buffer[:at]), at + len(_END_OF_HEAD))
        head = self._head
        if head.length is None:
            return self._read_chunks(head)
        end = head.at + head.length
        if end > self._filled:
            return None
        return head.status, head.headers, bytes(memoryview(self._buffer)[head.at : end])

    def _read_chunks(self, head: _Head) -> Answer | None:
        while (line := self._buffer.find(_LINE_END, head.at, self._filled)) >= 0:
            begins = line + len(_LINE_END)
            ends = begins + int(self._buffer[head.at : line], 16)
            if ends + len(_LINE_END) > self._filled:
                return None
            if ends == begins:
                return head.status, head.headers, b"".join(self._parts)
            self._parts.append(bytes(memoryview(self._buffer)[begins:ends]))
            head.at = ends + len(_LINE_END)
        return None


async def _connected(port: int) -> _Wire:
    _, wire = await asyncio.get_running_loop().create_connection(_Wire, "127.0.0.1", port)
    return wire


def _parse_head(head: bytes, at: int) -> _Head:
    first, *lines = head.decode("latin-1").split("\r\n")
    version, code = first.split(" ", 2)[:2]
    if version != "HTTP/1.1":
        raise ValueError(first)
    pairs = (line.split(":", 1) for line in lines)
    headers = {name.strip().lower(): value.strip() for name, value in pairs}
    status = int(code)
    if status in (204, 304):
        return _Head(status, headers, 0, at)
    if "content-length" in headers:
        return _Head(status, headers, int(headers["content-length"]), at)
    if headers.get("transfer-encoding") != "chunked":
        raise ValueError("neither a length nor chunks")
    return _Head(status, headers, None, at)
