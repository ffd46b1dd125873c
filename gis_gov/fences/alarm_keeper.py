"""Alarms are opened and closed in the background, as time passes and fixes come."""

import asyncio
import time
from collections.abc import Mapping, Sequence
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
from gis_gov.fences.alarming import Cause, Lasting, Watched, alarms_at, may_last
from gis_gov.fences.known import KnownFences
from gis_gov.fences.known_now import Now
from gis_gov.fences.settler import settle_due
from gis_gov.fences.settling_queries import close_alarms, put_due
from gis_gov.geo.geofence.near import Nearness
from gis_gov.patrols.shifts.memory import ShiftMemory

log = structlog.get_logger()

EVERY_S: Final = 3.0
DUE_MAX: Final = 2_000
"""Of so many it is found at a look that they are due; of more, at the next ones."""
ALL_S: Final = 600.0
"""After so long all that lasts is settled again: shifts, and who is watched, may be others."""


class AlarmKeeper:
    """Opens alarms and closes them; one process of those that serve does it at a time.

    That an alarm lasts is a row: so it is opened once, whatever process ends when. For how long two
    were near to each other is known to the process alone, and begins anew with another one.
    """

    def __init__(self, pool: Pool, fences: KnownFences, shifts: ShiftMemory) -> None:
        self._pool = pool
        self._fences = fences
        self._shifts = shifts
        self._near: dict[int, Nearness] = {}
        self._all_at_s = time.monotonic() + ALL_S

    async def keep(self) -> None:
        """Look at what is alarming now."""
        rosters = await self._shifts.newest()
        async with self._pool.connection(SYSTEM) as conn, conn.transaction():
            if not await queries.is_alone(conn):
                return
            known = await self._fences.held(conn)
            heard = await queries.read_heard(conn)
            now = Now(utc_now().timestamp(), known, rosters, heard)
            await settle_due(conn, now)
            lasting = await queries.read_open(conn)
            watched = await queries.read_watched(conn)
            if watched or lasting:
                await self._look(conn, now, watched, lasting)

    async def _look(
        self,
        conn: AsyncConnection[Any],
        now: Now,
        watched: Sequence[Watched],
        lasting: Mapping[Cause, Lasting],
    ) -> None:
        """Open and close the alarms of who is near; note of whom else alarms are due.

        Those are raised, and are over, as they are settled, whatever comes late; but not those of a
        fence in which one may be alone by now.
        """
        left = await queries.read_left(conn, watched)
        # Of thousands of fences it takes a while; others are served meanwhile.
        found = await asyncio.to_thread(alarms_at, now, watched, left, self._near)
        versions = {each.fence_id: each.version_id for each in watched}
        fresh = [cause for cause in found if cause not in lasting]
        over = [
            cause
            for cause, alarm in lasting.items()
            if cause not in found and not may_last(now, cause, alarm, versions.get(cause.fence_id))
        ]
        near = {cause: found[cause] for cause in fresh if cause.kind == "near"}
        if near:
            await queries.open_alarms(conn, now.at_s, near, now.heard)
        told = {each.fence_id for each in watched if each.alone_s is not None}
        ended = [
            lasting[cause].id
            for cause in over
            if cause.kind == "near" or (cause.kind == "alone" and cause.fence_id not in told)
        ]
        if ended:
            await close_alarms(conn, now.at_s, ended)
        due = [cause for cause in (*over, *fresh) if cause.kind != "near"]
        due = due[:DUE_MAX]
        if time.monotonic() >= self._all_at_s:
            due += [cause for cause in lasting if cause.kind != "near"]
            self._all_at_s = time.monotonic() + ALL_S
        if due:
            await put_due(conn, (((each.worker_id, each.fence_id), now.at_s) for each in due))
            await settle_due(conn, now)

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
