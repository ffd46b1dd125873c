"""Keep the index of grids and areas in step with the database."""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from gis_gov.areas.place_index import PlaceIndex
from gis_gov.areas.queries import read_places
from gis_gov.cancellation import obey_cancellation
from gis_gov.changes.cursor import Cursor
from gis_gov.changes.feed import Batch
from gis_gov.changes.queries import read_cursor, read_touched
from gis_gov.db.pool import Pool
from gis_gov.db.scope import NOTHING

log = structlog.get_logger()

RETRY_S = 1.0
BOUNDARIES: Final = frozenset({"area", "grid"})
"""Kinds of changes after which the index is old."""
_TOUCHED_MAX: Final = 1000
"""If more was written since, it is read anew rather than looked through."""


class PlaceMemory:
    """Hold the newest index of places; it is given out only while it is known to be the newest.

    `hear` is the handler of the channel `boundaries`, `session` numbers the connection on which the
    announcements come (0: none), and `run` reads anew after each of them. `follow` is a follower of
    the change feed, which may read of a change that is not announced here yet.
    """

    def __init__(self, pool: Pool, session: Callable[[], int]) -> None:
        self._pool = pool
        self._session = session
        self._index: PlaceIndex | None = None
        self._announced = self._read = self._read_in_session = 0
        self._read_to: Cursor | None = None
        self._changed = asyncio.Condition()

    async def hear(self, _payload: str) -> None:
        """Take note that boundaries have changed: from now on the index is old."""
        self._announced += 1
        async with self._changed:
            self._changed.notify_all()

    async def follow(self, batch: Batch) -> None:
        """Take note of what the feed has read of, unless the index was, or is, read later."""
        if not batch.is_gap and BOUNDARIES.isdisjoint(each.kind for each in batch.changes):
            return
        if self._read_to is None or await self._lacks_some(batch, self._read_to):
            await self.hear("")

    async def _lacks_some(self, batch: Batch, read_to: Cursor) -> bool:
        """Say whether boundaries were written after the index was read, as a batch knows."""
        if read_to.holds(batch.cursor):
            return False
        if batch.is_gap:
            return True
        # What else is written meanwhile, in whatever database of the server, moves the cursor, too.
        since = await read_touched(batch.conn, read_to, batch.cursor, _TOUCHED_MAX)
        return len(since) == _TOUCHED_MAX or any(each.kind in BOUNDARIES for each in since)

    def newest(self) -> PlaceIndex | None:
        """Return the index, or None while it may be behind the database."""
        return self._if_read(self._announced)

    async def wait(self, timeout_s: float) -> PlaceIndex:
        """Return the index as soon as it holds all that was announced before the call.

        Raises:
            TimeoutError: it does not within the time.

        """
        announced = self._announced
        async with asyncio.timeout(timeout_s), self._changed:
            while (index := self._if_read(announced)) is None:
                await self._changed.wait()
        return index

    def _if_read(self, announced: int) -> PlaceIndex | None:
        session = self._session()
        if session == 0 or session != self._read_in_session or self._read < announced:
            return None
        return self._index

    async def run(self) -> None:
        """Read after each announcement, until cancelled."""
        while True:
            obey_cancellation()
            async with self._changed:
                await self._changed.wait_for(lambda: self._read < self._announced)
            announced, session = self._announced, self._session()
            try:
                async with self._pool.connection(NOTHING) as conn:
                    self._read_to = await read_cursor(conn)
                    read = await read_places(conn)
                self._index = await asyncio.to_thread(PlaceIndex, *read)
            except Exception:
                log.exception("places not read; the database answers instead")
                await asyncio.sleep(RETRY_S)
                continue
            async with self._changed:
                self._read, self._read_in_session = announced, session
                self._changed.notify_all()
