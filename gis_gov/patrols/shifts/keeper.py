"""Who is off shift is written down as shifts begin and end: the row policies go by it."""

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import Final

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from gis_gov.cancellation import obey_cancellation
from gis_gov.days import utc_now
from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.patrols.movers import Movers
from gis_gov.patrols.shifts.memory import Rosters, ShiftMemory
from gis_gov.patrols.shifts.queries import change_off_shift, hold_off_shift, read_shifts

log = structlog.get_logger()

EVERY_S: Final = 5.0
AGAIN_S: Final = 60.0
"""After so long it is written again, in case somebody else wrote otherwise."""


class ShiftKeeper:
    """Writes who is off shift; each process does, and they write the same."""

    def __init__(self, pool: Pool, shifts: ShiftMemory, movers: Movers) -> None:
        self._pool = pool
        self._shifts = shifts
        self._movers = movers
        self._written: frozenset[int] | None = None
        self._again_at_s = 0.0

    async def keep(self) -> None:
        """Write who is off shift now, if they are others than before."""
        rosters, now = await self._shifts.newest(), utc_now()
        if rosters.unless_told:
            asked = rosters.by_worker.keys()
        else:
            asked = await self._movers.ids()
        off = frozenset(each for each in asked if not rosters.is_on(each, now))
        now_s = asyncio.get_running_loop().time()
        if off == self._written and now_s < self._again_at_s:
            return
        await self._write(off, rosters, now)
        self._written, self._again_at_s = off, now_s + AGAIN_S

    async def _write(self, off: frozenset[int], rosters: Rosters, now: datetime) -> None:
        """Write who else is off shift than was.

        Of these the shifts are read again, while nobody else writes: another process may have
        heard of newer ones.
        """
        async with self._pool.connection(SYSTEM) as conn, conn.transaction():
            changed = off ^ await hold_off_shift(conn)
            if not changed:
                return
            newest = rosters.having(await read_shifts(conn, changed))
            begun = frozenset(each for each in changed if not newest.is_on(each, now))
            await change_off_shift(conn, begun, changed - begun)

    async def run(self) -> None:
        """Keep it until cancelled."""
        try:
            while True:
                obey_cancellation()
                await self._turn()
        finally:
            # What it waited for goes on in a task of its own, with a connection of the pool.
            await self._shifts.end()

    async def _turn(self) -> None:
        self._shifts.heard.clear()
        try:
            await self.keep()
        except (psycopg.Error, PoolTimeout) as error:
            log.warning("who is off shift not kept", error=type(error).__name__)
            self._written = None
        except Exception:
            log.exception("who is off shift not kept")
        with suppress(TimeoutError):
            await asyncio.wait_for(self._shifts.heard.wait(), EVERY_S)
