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

EVERY_S: Final = 2.0
AT_ONCE: Final = 500
"""So many statements' positions a transaction: others write and read in between."""

_KEEP: Final[LiteralString] = "select keep_track_lines(%(most)s)"


class LineKeeper:
    """Keep the lines of tracks: a tile that finds one due joins the fixes itself, which takes long.

    One process of those that serve does it at a time.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def keep(self) -> int:
        """Make anew what is due; return of how many statements it was."""
        kept = 0
        while True:
            async with self._pool.connection(SYSTEM) as conn:
                made: int = await scalar(conn, _KEEP, {"most": AT_ONCE})
            if not made:
                return kept
            kept += made

    async def run(self) -> None:
        """Keep them until cancelled."""
        while True:
            obey_cancellation()
            try:
                await self.keep()
            except (psycopg.Error, PoolTimeout) as error:
                log.warning("track lines not kept", error=type(error).__name__)
            await asyncio.sleep(EVERY_S)
