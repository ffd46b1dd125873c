"""Crossings are looked for in the background, after whoever wrote positions or fences."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any, Final

import psycopg
import structlog
from psycopg import AsyncConnection
from psycopg_pool import PoolTimeout

from gis_gov.cancellation import obey_cancellation
from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.fences import queries
from gis_gov.fences.known import Known, KnownFences
from gis_gov.fences.looking import Looking
from gis_gov.fences.queries import WorkerHour

log = structlog.get_logger()

EVERY_S: Final = 0.5
AT_ONCE: Final = 20_000
"""Notes of what is due that are taken at a time."""
SINGLY: Final = 100
"""So many at a time, if each is looked at by itself."""
AGAIN_S: Final = 300.0
"""After so long an hour is tried again that could not be looked at."""
PRUNE_S: Final = 3_600.0


class CrossingKeeper:
    """Looks for crossings; one process of those that serve does it at a time.

    What is due is taken, looked at and told in one transaction: so each crossing is told once,
    whatever process ends when. If they cannot be looked at together, each is by itself, and what
    fails of it stays due, and is tried again later: the others must not wait for it.
    """

    def __init__(self, pool: Pool, fences: KnownFences) -> None:
        self._pool = pool
        self._fences = fences
        self._most = AT_ONCE
        self._prune_at = 0.0
        self._failures = 0
        self._failed: dict[WorkerHour, float] = {}

    async def keep(self) -> int:
        """Look at what is due; return how many hours of workers that was."""
        count = 0
        while looked := await self._look():
            count += looked
        return count

    async def _look(self) -> int:
        singly = self._failures > 1
        now = time.monotonic()
        self._failed = {hour: at for hour, at in self._failed.items() if at > now}
        most = min(self._most, SINGLY) if singly else self._most
        try:
            async with self._pool.connection(SYSTEM) as conn, conn.transaction():
                if not await queries.is_alone(conn):
                    return 0
                known = await self._fences.held(conn)
                due = await queries.take_due(conn, most, self._fences.days, self._failed)
                failed: dict[WorkerHour, float] = {}
                if len(known.fences) and singly:
                    failed = await _look_singly(conn, known, due)
                elif len(known.fences):
                    await Looking(conn, known).look(due)
                if time.monotonic() > self._prune_at:
                    await queries.drop_old_states(conn, self._fences.days)
                    self._prune_at = time.monotonic() + PRUNE_S
        except Exception:
            # It may have been too much for one transaction, or one of them is not to be looked at.
            self._most = max(most // 2, 1)
            self._failures += 1
            raise
        self._failures = 1 if singly and not failed else 0
        self._failed |= dict.fromkeys(failed, time.monotonic() + AGAIN_S)
        self._most = min(most * 2, AT_ONCE)
        return len(due)

    async def run(self) -> None:
        """Keep them until cancelled."""
        while True:
            obey_cancellation()
            try:
                await self.keep()
            except (psycopg.Error, PoolTimeout) as error:
                log.warning("crossings not kept", error=type(error).__name__)
            except Exception:
                log.exception("crossings not kept")
            await asyncio.sleep(EVERY_S)


async def _look_singly(
    conn: AsyncConnection[Any], known: Known, due: Mapping[WorkerHour, float]
) -> dict[WorkerHour, float]:
    """Look at each hour of a worker by itself; return those that fail, which stay due."""
    failed: dict[WorkerHour, float] = {}
    for hour, since_s in sorted(due.items()):
        try:
            async with conn.transaction():
                await Looking(conn, known).look({hour: since_s})
        except Exception:
            if conn.broken or conn.closed:
                raise
            log.exception("crossings not found", worker_id=hour[0], hour_s=hour[1])
            failed[hour] = since_s
    if failed:
        await queries.put_due(conn, failed)
    return failed
