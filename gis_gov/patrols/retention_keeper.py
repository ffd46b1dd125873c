"""What is too old is dropped in the background, by one process at a time."""

import asyncio
from typing import Final

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from gis_gov.cancellation import obey_cancellation
from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.patrols import retention
from gis_gov.patrols.retention import StillUsed, kept_by
from gis_gov.settings import Settings

log = structlog.get_logger()

FIRST_AFTER_S: Final = 300.0
"""A server that has just started has others to serve first."""
EVERY_S: Final = 3600.0
ACTOR: Final = "server"


class RetentionKeeper:
    """Drops positions and patrols that are older than the settings keep them."""

    def __init__(self, pool: Pool, settings: Settings) -> None:
        self._pool = pool
        self._settings = settings

    async def keep(self) -> None:
        """Drop what is too old today.

        Raises:
            StillUsed: not everything could be.

        """
        kept = kept_by(self._settings)
        async with self._pool.connection(SYSTEM) as conn:
            if kept.positions_from is not None:
                async for day in retention.drop_days(conn, kept.positions_from, ACTOR):
                    log.info("positions dropped", day=str(day))
            await retention.forget_days(conn)
            if kept.patrols_from is not None:
                await retention.drop_patrols(conn, kept.patrols_from, ACTOR)

    async def run(self) -> None:
        """Keep it until cancelled."""
        await asyncio.sleep(FIRST_AFTER_S)
        while True:
            obey_cancellation()
            try:
                await self.keep()
            except (psycopg.Error, PoolTimeout, StillUsed) as error:
                log.warning("what is too old not dropped", error=type(error).__name__)
            except Exception:
                log.exception("what is too old not dropped")
            await asyncio.sleep(EVERY_S)
