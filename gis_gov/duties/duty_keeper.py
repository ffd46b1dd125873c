"""Tasks are made, and patrols judged, in the background."""

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
from gis_gov.duties.judging import AT_ONCE, judge
from gis_gov.duties.judging_queries import read_due
from gis_gov.duties.task_making import make_tasks
from gis_gov.patrols.arrival import OLDEST_DAYS

log = structlog.get_logger()

EVERY_S: Final = 5.0
MAKE_EVERY_S: Final = 600.0
"""Tasks of a new period are there a period before: they can wait."""
AGAIN_S: Final = 300.0
"""After so long a day is tried again that could not be judged."""


class DutyKeeper:
    """Makes the tasks of rules, and judges patrols that were made anew."""

    def __init__(self, pool: Pool, kept_days: int = OLDEST_DAYS) -> None:
        self._pool = pool
        self._kept_days = kept_days
        self._failed: dict[tuple[int, date], float] = {}
        self._make_at = 0.0

    async def keep(self) -> int:
        """Make and judge what is due; return how many days of workers were judged."""
        judged = 0
        async with self._pool.connection(SYSTEM) as conn:
            if time.monotonic() >= self._make_at:
                await make_tasks(conn, self._kept_days)
                self._make_at = time.monotonic() + MAKE_EVERY_S
        while True:
            async with self._pool.connection(SYSTEM) as conn:
                now = time.monotonic()
                self._failed = {key: at for key, at in self._failed.items() if at > now}
                due = await read_due(conn, AT_ONCE + len(self._failed))
                fresh = [each for each in due if each not in self._failed]
                for worker_id, day in fresh:
                    obey_cancellation()
                    await self._judge(conn, worker_id, day)
            judged += len(fresh)
            if len(fresh) < AT_ONCE:
                return judged

    async def _judge(self, conn: AsyncConnection[Any], worker_id: int, day: date) -> None:
        try:
            await judge(conn, worker_id, day)
        except Exception:
            if conn.broken or conn.closed:
                raise
            # It stays due, and is tried again after the others, which must not wait for it.
            log.exception("patrols not judged", worker_id=worker_id, day=str(day))
            self._failed[worker_id, day] = time.monotonic() + AGAIN_S

    async def run(self) -> None:
        """Keep them until cancelled."""
        while True:
            obey_cancellation()
            try:
                await self.keep()
            except (psycopg.Error, PoolTimeout) as error:
                log.warning("duties not kept", error=type(error).__name__)
            except Exception:
                log.exception("duties not kept")
            await asyncio.sleep(EVERY_S)
