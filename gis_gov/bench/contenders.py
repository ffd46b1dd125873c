"""Who is asked: a server over HTTP, or PostgreSQL itself."""

import asyncio
import itertools
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString, Self

from psycopg import AsyncConnection
from psycopg.sql import Composed

from gis_gov.bench.http import Broken, Connection
from gis_gov.db.scope import SYSTEM, bind

OURS, SQL, PEER, EMPTY = "ours", "sql", "tipg", "empty"
CONTENDERS = (OURS, SQL, PEER)
OTHERS = (SQL, PEER, EMPTY)
"""To whom ours is compared; EMPTY is our server when it answers nothing."""
OK, NOT_MODIFIED = 200, 304
_NO_TILE = 204


@dataclass(frozen=True, slots=True)
class Slice:
    """What was answered in a slice of time: how long each answer took, and all of them."""

    times_s: Sequence[float]
    taken_s: float


class Contender(ABC):
    """Answers the questions of a subject, of which `different` differ from each other."""

    different = 1

    @abstractmethod
    async def first(self) -> float:
        """Ask for the first time, and return how long the answer took, in seconds."""

    @abstractmethod
    async def twice(self) -> tuple[float, float]:
        """Ask the first question twice on one connection; return the time of each, in seconds."""

    @abstractmethod
    async def drive(self, concurrency: int, seconds: float, asked_max: int) -> Slice:
        """Ask on so many connections until the time is over, or so many questions were asked."""

    async def warm_up(
        self, concurrency: int, seconds: float, seconds_max: float, asked_max: int
    ) -> None:
        """Ask for a time, and go on until each question was asked, within another time.

        Systems may take out of memory what was not read for some minutes, as while other subjects
        were measured: who came first would be the one that reads it from the disk.
        """
        begun = await self.drive(concurrency, seconds, asked_max)
        missing = self.different - len(begun.times_s)
        if missing > 0:
            needed_s = missing * begun.taken_s / len(begun.times_s)
            await self.drive(concurrency, min(needed_s, seconds_max), missing)

    @abstractmethod
    async def close(self) -> None:
        """Close the connections."""


class Asked(Contender):
    """Who is asked by this process; question n is asked on connection `slot`.

    A slice goes on where the one before ended, so that all are asked as often.
    """

    _turn = 0

    @abstractmethod
    async def ask(self, slot: int, number: int) -> int:
        """Ask one question and return the size of the answer in bytes (rows, for SQL)."""

    async def first(self) -> float:
        """Ask for the first time, and return how long the answer took, in seconds."""
        started = time.perf_counter()
        await self.ask(0, 0)
        return time.perf_counter() - started

    async def twice(self) -> tuple[float, float]:
        """Ask the first question twice on one connection; return the time of each, in seconds."""
        return await self.first(), await self.first()

    async def drive(self, concurrency: int, seconds: float, asked_max: int) -> Slice:
        """Ask on all connections until the time is over, or so many questions were asked."""
        numbers = itertools.count(self._turn)
        last = self._turn + asked_max
        started = time.perf_counter()
        deadline = started + seconds
        times_s: list[float] = []

        async def keep_asking(slot: int) -> None:
            for number in numbers:
                asked = time.perf_counter()
                await self.ask(slot, number)
                ended = time.perf_counter()
                times_s.append(ended - asked)
                if ended >= deadline or number >= last:
                    return

        await asyncio.gather(*(keep_asking(slot) for slot in range(concurrency)))
        self._turn += len(times_s)
        return Slice(times_s, time.perf_counter() - started)


class HttpContender(Asked):
    """A server, asked for one path after the other."""

    def __init__(
        self,
        connections: Sequence[Connection],
        asked: Sequence[tuple[str, str]],
        wanted: Sequence[int],
        *,
        once: bool = False,
    ) -> None:
        self._connections = connections
        self._asked = asked
        self._wanted = wanted
        self.different = 1 if once else len(asked)

    @classmethod
    async def open(
        cls,
        port: int,
        paths: Sequence[str],
        concurrency: int,
        *,
        headers: str = "",
        revalidates: bool = False,
        once: bool = False,
    ) -> Self:
        """Connect, and where the subject `revalidates`, fetch each path once for its ETag.

        `headers` are sent along with each question, each ended by a line break. Of questions that
        are to be asked but `once` any one warms up.
        """
        connections = [await Connection.open(port) for _ in range(concurrency)]
        if not revalidates:
            asked = [(path, headers) for path in paths]
            return cls(connections, asked, (OK, _NO_TILE), once=once)
        answers = {path: (await connections[0].get(path, headers))[1] for path in paths}
        asked = [
            (path, f"{headers}if-none-match: {answer['etag']}\r\n")
            for path, answer in answers.items()
            if "etag" in answer
        ]
        return cls(connections, asked, (NOT_MODIFIED,))

    async def ask(self, slot: int, number: int) -> int:
        """Ask; raises Broken for any other status than the one that measures the subject."""
        if not self._asked:
            raise Broken("no answer has an ETag")
        path, headers = self._asked[number % len(self._asked)]
        status, _, body = await self._connections[slot].get(path, headers)
        if status not in self._wanted:
            raise Broken(f"GET {path}: status {status}: {body[:200]!r}")
        return len(body)

    async def close(self) -> None:
        """Close the connections."""
        for connection in self._connections:
            await connection.close()


class SqlContender(Asked):
    """PostgreSQL, asked as our server asks it: psycopg, prepared after a few times, autocommit."""

    def __init__(
        self,
        connections: Sequence[AsyncConnection[Any]],
        query: LiteralString | Composed,
        parameters: Sequence[Mapping[str, object]],
    ) -> None:
        self.connections = connections
        self._query: LiteralString | Composed = query
        self._parameters = parameters
        self.different = len(parameters)

    @classmethod
    async def open(
        cls,
        url: str,
        query: LiteralString | Composed,
        parameters: Sequence[Mapping[str, object]],
        concurrency: int,
    ) -> Self:
        """Connect, as who may see everything: a function that asks for that tells the same."""
        connections = [
            await AsyncConnection.connect(url, autocommit=True, application_name="gis_gov bench")
            for _ in range(concurrency)
        ]
        for connection in connections:
            await bind(connection, SYSTEM)
        return cls(connections, query, parameters)

    async def ask(self, slot: int, number: int) -> int:
        """Run the query, and fetch all of its rows."""
        parameters = self._parameters[number % len(self._parameters)]
        cursor = await self.connections[slot].execute(self._query, parameters)
        return len(await cursor.fetchall())

    async def close(self) -> None:
        """Close the connections."""
        for connection in self.connections:
            await connection.close()
