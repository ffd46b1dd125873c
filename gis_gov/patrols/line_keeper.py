"""The lines of tracks made anew in the background, after whoever wrote positions."""

import asyncio
from typing import Final, LiteralString

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from gis_gov.cancellation import obey_cancellation
from gis_gov.db.pool import Pool
from gis_gov.db.run import scalar
from gis_gov.db.scope import SYSTEM

log = structlog.get_logger()

EVERY_S: Final = 10.0
"""Each time the lines of the current hour are written anew, so not more often than fixes come."""

AT_ONCE: Final = 500
"""Of so many devices' hours a transaction: others write and read in between."""

_KEEP: Final[LiteralString] = "select keep_track_lines(%(most)s)"


class LineKeeper:
    """Keep the lines of tracks: a tile that finds one due joins the fixes itself, which takes long.

    One process of those that serve does it at a time.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._most = AT_ONCE

    async def keep(self) -> None:
        """Make anew what is due, down to what was noted meanwhile.

        Raises:
            Error: the database could not; it is asked for half as much next time, as it may have
                been too much for one statement.

        """
        made = self._most
        while made >= self._most:
            try:
                async with self._pool.connection(SYSTEM) as conn:
                    made = await scalar(conn, _KEEP, {"most": self._most})
            except psycopg.Error:
                self._most = max(self._most // 2, 1)
                raise
        self._most = AT_ONCE

    async def run(self) -> None:
        """Keep them until cancelled."""
        while True:
            obey_cancellation()
            try:
                await self.keep()
            except (psycopg.Error, PoolTimeout) as error:
                log.warning("track lines not kept", error=type(error).__name__)
            await asyncio.sleep(EVERY_S)
