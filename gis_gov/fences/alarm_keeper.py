"""Alarms are opened and closed in the background, as time passes and fixes come."""

import asyncio
from typing import Any, Final

import psycopg
import structlog
from psycopg import AsyncConnection
from psycopg_pool import PoolTimeout

from gis_gov.cancellation import obey_cancellation
from gis_gov.days import utc_now
from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.fences import alarm_queries as queries
from gis_gov.fences import settling_queries
from gis_gov.fences.alarming import alarms_at, is_unknown
from gis_gov.fences.known import KnownFences
from gis_gov.fences.settling import settle
from gis_gov.geo.geofence.alarms import Nearness

log = structlog.get_logger()

EVERY_S: Final = 3.0


class AlarmKeeper:
    """Opens alarms and closes them; one process of those that serve does it at a time.

    That an alarm lasts is a row: so it is opened once, whatever process ends when. For how long two
    were near to each other is known to the process alone, and begins anew with another one.
    """

    def __init__(self, pool: Pool, fences: KnownFences) -> None:
        self._pool = pool
        self._fences = fences
        self._near: dict[int, Nearness] = {}

    async def keep(self) -> None:
        """Look at what is alarming now."""
        async with self._pool.connection(SYSTEM) as conn, conn.transaction():
            if not await queries.is_alone(conn):
                return
            await _settle(conn)
            lasting = await queries.read_open(conn)
            watched = await queries.read_watched(conn)
            if watched or lasting:
                await self._look(conn, watched, lasting)

    async def _look(
        self,
        conn: AsyncConnection[Any],
        watched: list[queries.Watched],
        lasting: dict[queries.Cause, queries.Lasting],
    ) -> None:
        """Close the alarms whose cause is over, and open what is new."""
        known = await self._fences.held(conn)
        heard = await queries.read_heard(conn)
        left = await queries.read_left(conn, watched)
        at_s = utc_now().timestamp()
        here = list(heard.values())
        # Of thousands of fences it takes a while; others are served meanwhile.
        found = await asyncio.to_thread(alarms_at, at_s, known, watched, here, left, self._near)
        fresh = {cause: since for cause, since in found.items() if cause not in lasting}
        unknown = {
            cause
            for cause, alarm in lasting.items()
            if not alarm.is_off_shift
            and _is_watched(cause.fence_id, watched)
            and is_unknown(at_s, cause, heard)
        }
        over = [
            alarm.id
            for cause, alarm in lasting.items()
            if cause not in found and cause not in unknown
        ]
        if over:
            await queries.close_alarms(conn, at_s, over)
        if fresh:
            await queries.open_alarms(conn, at_s, fresh, heard)

    async def run(self) -> None:
        """Keep them until cancelled."""
        while True:
            obey_cancellation()
            try:
                await self.keep()
            except (psycopg.Error, PoolTimeout) as error:
                log.warning("alarms not kept", error=type(error).__name__)
            except Exception:
                log.exception("alarms not kept")
            await asyncio.sleep(EVERY_S)


async def _settle(conn: AsyncConnection[Any]) -> None:
    """Let the alarms of who was inside be as if all fixes had come in time.

    What can't be settled stays due, and keeps no other alarm from being raised.
    """
    try:
        async with conn.transaction():
            due = await settling_queries.take_due(conn)
            if not due:
                return
            stays = await settling_queries.read_stays(conn, due)
            alarms = await settling_queries.read_alarms(conn, due)
            for each in due:
                settled = settle(stays.get(each, ()), alarms.get(each, ()))
                await settling_queries.put_settled(conn, settled)
    except Exception:
        if conn.closed:
            raise
        log.exception("alarms not settled")


def _is_watched(fence_id: int, watched: list[queries.Watched]) -> bool:
    return any(each.fence_id == fence_id for each in watched)
