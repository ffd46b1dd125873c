"""A network between a client and PostgreSQL, on which an answer can be kept back for a while."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from psycopg import conninfo


class Held:
    """An answer that PostgreSQL has given and its client has not got yet, once it has `come`."""

    def __init__(self, sign: bytes) -> None:
        self.sign = sign
        self.come = asyncio.Event()
        self.free = asyncio.Event()


class Relay:
    """Bytes go through as they come, but for what is held."""

    def __init__(self, url: str) -> None:
        told = conninfo.conninfo_to_dict(url)
        self._host, self._port = str(told["host"]), int(told.get("port") or 5432)
        self._url = url
        self._held: Held | None = None
        self._answers: list[bytes] = []
        self._relaying: list[asyncio.Task[None]] = []

    def hold(self, sign: bytes) -> Held:
        """Keep back the next answer that has `sign` in it; all others go through."""
        self._held = Held(sign)
        return self._held

    def count(self, sign: bytes) -> int:
        """Return how many answers had `sign` in them."""
        return sum(sign in answer for answer in self._answers)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Relay, and yield the URL by which the database is reached this way."""
        server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        # Encrypted, nothing could be told apart.
        yield conninfo.make_conninfo(self._url, host="127.0.0.1", port=port, sslmode="disable")
        server.close()
        await asyncio.gather(*self._relaying)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        relaying = asyncio.current_task()
        assert relaying
        self._relaying.append(relaying)
        answers, asked = await asyncio.open_connection(self._host, self._port)
        await asyncio.gather(self._ask(reader, asked), self._answer(answers, writer))
        for end in (asked, writer):
            with suppress(ConnectionError):
                await end.wait_closed()

    async def _ask(self, reader: asyncio.StreamReader, asked: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while piece := await reader.read(65_536):
                asked.write(piece)
        asked.close()

    async def _answer(self, answers: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while piece := await answers.read(65_536):
                self._answers.append(piece)
                await self._pass(piece)
                writer.write(piece)
        writer.close()

    async def _pass(self, piece: bytes) -> None:
        held = self._held
        if held and held.sign in piece:
            self._held = None
            held.come.set()
            await held.free.wait()
