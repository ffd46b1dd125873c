"""TCP connections from outside, bounded in number, in time and in what they may ask of us."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from ssl import SSLContext
from typing import Final

import structlog

from gis_gov.gateway.counting import CONNECTIONS, OPEN

log = structlog.get_logger()

_CHUNK_BYTES: Final = 16_384
_WRITE_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What is granted to connections: together, from one address, and to each.

    `sign_in_s` is until it has to be known who speaks, `idle_s` from one message to the next,
    `messages_per_s` what is read of one connection in the long run, after a `burst`. More than
    `faults` wrong frames end a connection; `leave_s` is granted to finish what is taken.
    """

    connections: int = 10_000
    connections_per_address: int = 10_000  # carriers hide thousands of terminals behind one
    sign_in_s: float = 60.0
    idle_s: float = 600.0
    messages_per_s: float = 50.0
    burst: int = 500
    faults: int = 32
    leave_s: float = 10.0


class Connection:
    """One connection: while what was read is worked on, nothing more is read."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limits: Limits
    ) -> None:
        peer = writer.get_extra_info("peername")
        self.address: str = peer[0] if isinstance(peer, tuple) else ""
        self.is_leaving = False
        self._reader = reader
        self._writer = writer
        self._limits = limits
        self._waiting: asyncio.Task[bytes] | None = None
        self._now_s = asyncio.get_running_loop().time
        self._granted = float(limits.burst)
        self._granted_at_s = self._now_s()
        self._until_s = self._now_s() + limits.sign_in_s
        self._faults = 0

    async def read(self) -> bytes:
        """Wait for bytes; none when it is over, for whatever reason."""
        if self.is_leaving:
            return b""
        self._waiting = asyncio.ensure_future(self._reader.read(_CHUNK_BYTES))
        left_s = max(self._until_s - self._now_s(), 0)
        try:
            done, _ = await asyncio.wait({self._waiting}, timeout=left_s)
            if done and not self._waiting.cancelled() and self._waiting.exception() is None:
                return self._waiting.result()
            return b""
        finally:
            self._waiting.cancel()
            self._waiting = None

    def is_heard(self) -> None:
        """Grant the time to the next message, as one has come of somebody known."""
        self._until_s = self._now_s() + self._limits.idle_s

    def is_wrong(self) -> bool:
        """Count a wrong frame; say whether it was one too many."""
        self._faults += 1
        return self._faults > self._limits.faults

    async def pace(self) -> None:
        """Wait until one more message may be worked on."""
        now_s = self._now_s()
        grown = (now_s - self._granted_at_s) * self._limits.messages_per_s
        self._granted = min(self._granted + grown, self._limits.burst) - 1
        self._granted_at_s = now_s
        if self._granted < 0:
            await asyncio.sleep(-self._granted / self._limits.messages_per_s)

    async def write(self, data: bytes) -> None:
        """Send; a peer that does not take it, or is gone, is left."""
        if not data or self._writer.is_closing():
            return
        self._writer.write(data)
        try:
            async with asyncio.timeout(_WRITE_S):
                await self._writer.drain()
        except (OSError, TimeoutError):
            self.leave()
            self._writer.transport.abort()

    def leave(self) -> None:
        """Read nothing more; what was read is worked on, and answered."""
        self.is_leaving = True
        if self._waiting is not None:
            self._waiting.cancel()

    async def close(self) -> None:
        """End it, whatever the peer does."""
        self._writer.close()
        try:
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await self._writer.wait_closed()
        finally:
            self._writer.transport.abort()


Talk = Callable[[Connection], Awaitable[None]]


class _Talks:
    """The connections that are talked with now."""

    def __init__(self, talk: Talk, limits: Limits) -> None:
        self._talk = talk
        self._limits = limits
        self._is_over = False
        self._connections: dict[asyncio.Task[None], Connection] = {}
        self._by_address: Counter[str] = Counter()

    def begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk with a peer that has connected, unless there are too many."""
        connection = Connection(reader, writer, self._limits)
        if self._is_over:  # it was accepted just before
            writer.transport.abort()
            return
        if (
            len(self._connections) >= self._limits.connections
            or self._by_address[connection.address] >= self._limits.connections_per_address
        ):
            CONNECTIONS.labels("refused").inc()
            log.warning("connection refused, there are too many", address=connection.address)
            writer.transport.abort()
            return
        CONNECTIONS.labels("taken").inc()
        OPEN.inc()
        self._by_address[connection.address] += 1
        task = asyncio.create_task(self._run(connection))
        self._connections[task] = connection
        task.add_done_callback(self._connections.pop)

    async def finish(self) -> None:
        """Let what is being taken be taken, and answered; what takes too long is cut off."""
        self._is_over = True
        for connection in self._connections.values():
            connection.leave()
        if self._connections:
            _, late = await asyncio.wait(set(self._connections), timeout=self._limits.leave_s)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)

    async def _run(self, connection: Connection) -> None:
        address = connection.address
        try:
            await self._talk(connection)
        except Exception as error:
            log.exception("a connection failed", error=type(error).__name__)
        finally:
            OPEN.dec()
            self._by_address[address] -= 1
            if not self._by_address[address]:
                del self._by_address[address]
            await connection.close()


@asynccontextmanager
async def listening(
    talk: Talk, host: str, port: int, limits: Limits, tls: SSLContext | None = None
) -> AsyncIterator[tuple[str, int]]:
    """Talk with all who connect, until the block is left; give the address that is listened on.

    What is being taken then is finished, for `leave_s`. A port of 0 is any. With `tls` nothing is
    said in the open.
    """
    talks = _Talks(talk, limits)
    server = await asyncio.start_server(talks.begin, host, port, backlog=1024, ssl=tls)
    try:
        address = server.sockets[0].getsockname()
        yield address[0], address[1]
    finally:
        server.close()
        await talks.finish()
