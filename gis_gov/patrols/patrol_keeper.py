"""Patrols are made anew in the background, after whoever wrote positions."""

import asyncio
import time
from datetime import date
from typing import Any, Final

import psycopg
import structlog
from psycopg import AsyncConnection
from psycopg_pool import PoolTimeout

from gis_gov.cancellation import obey_cancellation
from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.patrols.patrol_queries import read_due
from gis_gov.patrols.refreshing import refresh

log = structlog.get_logger()

EVERY_S: Final = 5.0
AGAIN_S: Final = 300.0
"""After so long a day is tried again that could not be made."""
AT_ONCE: Final = 200
"""Days of workers that are looked up at a time; each is a transaction of its own."""


class PatrolKeeper:
    """Makes patrols anew whose fixes were written at least `after_s` ago."""

    def __init__(self, pool: Pool, after_s: float) -> None:
        self._pool = pool
        self._after_s = after_s
        self._failed: dict[tuple[int, date], float] = {}

    async def keep(self) -> int:
        """Make anew what is due; return how many days of workers that was."""
        made = 0
        while True:
            async with self._pool.connection(SYSTEM) as conn:
                now = time.monotonic()
                self._failed = {key: at for key, at in self._failed.items() if at > now}
                due = await read_due(conn, self._after_s, AT_ONCE + len(self._failed))
                fresh = [each for each in due if each not in self._failed]
                for worker_id, day in fresh:
                    obey_cancellation()
                    await self._refresh(conn, worker_id, day)
            made += len(fresh)
            if len(fresh) < AT_ONCE:
                return made

    async def _refresh(self, conn: AsyncConnection[Any], worker_id: int, day: date) -> None:
        try:
            await refresh(conn, worker_id, day)
        except Exception:
            if conn.broken or conn.closed:
                raise
            # It stays due, and is tried again after the others, which must not wait for it.
            log.exception("patrols not made", worker_id=worker_id, day=str(day))
            self._failed[worker_id, day] = time.monotonic() + AGAIN_S

    async def run(self) -> None:
        """Keep them until cancelled."""
        while True:
            obey_cancellation()
            try:
                await self.keep()
            except (psycopg.Error, PoolTimeout) as error:
                log.warning("patrols not kept", error=type(error).__name__)
            except Exception:
                log.exception("patrols not kept")
            await asyncio.sleep(EVERY_S)
