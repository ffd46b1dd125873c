"""Positions that wait in the database to be forwarded, until a superior has confirmed them."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from gis_gov.db.pool import Pool
from gis_gov.db.run import rows_of, sql_file
from gis_gov.db.scope import SYSTEM
from gis_gov.gateway.client809 import Forwarded
from gis_gov.gateway.jt809.vehicles import Vehicle
from gis_gov.patrols.fix import Fix

log = structlog.get_logger()

_PACKAGE: Final = __package__ or ""
AT_ONCE: Final = 500
EVERY_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class _Due:
    id: int
    plate: str
    color: int
    time: datetime
    lon: float | None
    lat: float | None
    speed_mps: float | None
    bearing_deg: float | None
    altitude_m: float | None
    attrs: Mapping[str, Any] | None


class Outbox:
    """Gives what waits, the oldest first, and forgets what is confirmed.

    It reads again only when all that it gave is confirmed: so nothing is passed by that was
    committed late, whatever its number.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._given: deque[int] = deque()
        self._all_confirmed = asyncio.Event()

    async def positions(self) -> AsyncGenerator[Forwarded]:
        """Give the positions that wait, and those that come, without end."""
        while True:
            due = await self._read()
            gone = [each.id for each in due if each.lon is None or each.lat is None]
            if gone:
                await self._forget(gone)
            placed = [(each, _forwarded(each)) for each in due if each.id not in set(gone)]
            self._given.extend(each.id for each, _ in placed)
            self._all_confirmed.clear()
            for _, forwarded in placed:
                yield forwarded
            if placed:
                await self._all_confirmed.wait()
            elif not due:
                await asyncio.sleep(EVERY_S)

    async def confirm(self, some: Sequence[Forwarded]) -> None:
        """Forget positions, which are confirmed in the order in which they were given."""
        await self._forget([self._given.popleft() for _ in some])
        if not self._given:
            self._all_confirmed.set()

    async def _read(self) -> list[_Due]:
        while True:
            try:
                async with self._pool.connection(SYSTEM) as conn:
                    return await rows_of(
                        conn, _Due, sql_file(_PACKAGE, "forward_due"), {"most": AT_ONCE}
                    )
            except (psycopg.OperationalError, PoolTimeout) as error:
                await _waited(error)

    async def _forget(self, ids: Sequence[int]) -> None:
        while True:
            try:
                async with self._pool.connection(SYSTEM) as conn:
                    await conn.execute(sql_file(_PACKAGE, "forwarded"), {"ids": list(ids)})
            except (psycopg.OperationalError, PoolTimeout) as error:
                await _waited(error)
            else:
                return


def _forwarded(due: _Due) -> Forwarded:
    fix = Fix(
        time=due.time,
        lon=due.lon or 0.0,
        lat=due.lat or 0.0,
        speed_mps=due.speed_mps,
        bearing_deg=due.bearing_deg,
        altitude_m=due.altitude_m,
        attrs=due.attrs or {},
    )
    return Forwarded(Vehicle(due.plate, due.color), fix)


async def _waited(error: Exception) -> None:
    log.warning("the database does not answer", error=type(error).__name__)
    await asyncio.sleep(EVERY_S)
