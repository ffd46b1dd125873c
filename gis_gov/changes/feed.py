"""Read what is written to the database as it is announced, once a process, for whoever follows."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
import structlog
from psycopg import AsyncConnection
from psycopg_pool import PoolTimeout

from gis_gov.cancellation import obey_cancellation
from gis_gov.changes.cursor import Cursor
from gis_gov.changes.queries import (
    Change,
    Read,
    is_cut_off,
    prune,
    read_changes,
    read_touched,
)
from gis_gov.changes.versions import TileVersions
from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.db.snapshot import snapshot
from gis_gov.single_flight import SingleFlight

log = structlog.get_logger()

CHANNEL: Final = "change"
READ_MAX: Final = 5000
"""More changes at once are no news: whoever follows begins anew."""
RESUMED_MAX: Final = 2000
PRUNE_EVERY_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class Batch:
    """What was committed, in the order in which it was begun; `is_gap`: and more than is told.

    Of a gap, `touched` are the kinds, classes and places that were written, if all are known.
    `conn` sees the database exactly as it was at `cursor`: all that is told, and nothing newer.
    """

    changes: Sequence[Change]
    is_gap: bool
    touched: Sequence[Change] | None
    cursor: Cursor
    conn: AsyncConnection[Any]


Follower = Callable[[Batch], Awaitable[None]]


class ChangeFeed:
    """Follow the change log: every change once, as soon as it is committed, and none left out.

    A transaction that is long under way is read when it commits, though younger ones were read
    before. `hear` is the handler of the channel CHANNEL, `session` numbers the connection on which
    that is heard (0 while there is none), `run` drops what is old.
    """

    def __init__(self, pool: Pool, kept_h: float, session: Callable[[], int]) -> None:
        self.versions = TileVersions()
        self._pool = pool
        self._session = session
        self._read_in_session = 0
        self._kept_h = kept_h
        self._followers: list[Follower] = []
        self._cursor: Cursor | None = None
        self._begun = asyncio.Event()
        self._reading = asyncio.Lock()
        self._catching_up = SingleFlight[None]()

    def subscribe(self, follower: Follower) -> None:
        """Let `follower` have each batch; one that fails is given it again."""
        self._followers.append(follower)

    async def begun(self) -> None:
        """Wait until it is heard what is written."""
        await self._begun.wait()

    async def cursor(self, timeout_s: float) -> Cursor:
        """Return up to where the followers have been given everything.

        Raises:
            TimeoutError: nothing was read yet, within the time.

        """
        async with asyncio.timeout(timeout_s):
            await self._begun.wait()
        return self.now()

    def now(self) -> Cursor:
        """Return the cursor, once there is one."""
        if self._cursor is None:
            raise RuntimeError("nothing was read yet")
        return self._cursor

    async def hear(self, _payload: str) -> None:
        """Read what is new, and hand it on."""
        session = self._session()
        async with self._reading, self._pool.connection(SYSTEM) as conn, snapshot(conn):
            read = await read_changes(conn, self._cursor, None, READ_MAX + 1)
            await self._hand_on(read, conn)
            # Without a pause since: who begins to follow now would be told nothing of it.
            self._cursor = read.cursor
            self._read_in_session = session
            self._begun.set()

    async def caught_up(self) -> None:
        """Wait until the followers were given all that is committed by now."""
        await self._catching_up.run(None, lambda: self.hear(""))

    def lacks(self, cursor: Cursor) -> bool:
        """Say whether somebody was given what the followers were not yet, by another process."""
        now = self.now()
        return cursor.database == now.database and not now.holds(cursor)

    def is_current(self) -> bool:
        """Say whether what is written is heard of, with nothing left out since the start."""
        session = self._session()
        return session != 0 and session == self._read_in_session

    async def since(self, cursor: Cursor) -> Sequence[Change] | None:
        """Return what the followers were given since somebody's cursor; None if not all is known.

        It ends exactly at `now()`, as it is when this is called.
        """
        now = self.now()
        if cursor.database != now.database or cursor.end > now.end:
            return None
        async with self._pool.connection(SYSTEM) as conn:
            read = await read_changes(conn, cursor, now, RESUMED_MAX + 1)
        return None if _lacks(read, cursor, RESUMED_MAX) else read.changes

    async def run(self) -> None:
        """Drop what is older than it is kept, now and then, until cancelled."""
        while True:
            obey_cancellation()
            try:
                async with self._pool.connection(SYSTEM) as conn:
                    await prune(conn, self._kept_h)
            except (psycopg.Error, PoolTimeout) as error:
                log.warning("old changes not dropped", error=type(error).__name__)
            await asyncio.sleep(PRUNE_EVERY_S)

    async def _hand_on(self, read: Read, conn: AsyncConnection[Any]) -> None:
        is_gap = self._cursor is not None and _lacks(read, self._cursor, READ_MAX)
        # Before anything waits: whoever asks for a tile from now on must not get the old one.
        if is_gap:
            log.warning("changes were missed")
            self.versions.add_all()
        changes = [] if is_gap else read.changes
        for change in changes:
            self.versions.add(change.kind, change.box)
        if not changes and not is_gap:
            return
        touched = await self._touched(read, conn) if is_gap else None
        batch = Batch(changes, is_gap, touched, read.cursor, conn)
        for follower in self._followers:
            await follower(batch)

    async def _touched(self, read: Read, conn: AsyncConnection[Any]) -> Sequence[Change] | None:
        """Return what was written since the cursor, in outline; None if not all of it is known."""
        since = self._cursor
        if since is None or is_cut_off(read.cursor, read.horizon, since):
            return None
        touched = await read_touched(conn, since, read.cursor, READ_MAX + 1)
        return None if len(touched) > READ_MAX else touched


def _lacks(read: Read, since: Cursor, most: int) -> bool:
    """Say whether there was more since a cursor than was read."""
    return len(read.changes) > most or is_cut_off(read.cursor, read.horizon, since)
