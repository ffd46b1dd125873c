"""Where each worker is, as the streams tell it: kept in memory, and told as it changes."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson
import psycopg
import structlog
from psycopg import AsyncConnection
from psycopg_pool import PoolTimeout

from gis_gov.cancellation import obey_cancellation
from gis_gov.db.pool import Pool
from gis_gov.db.run import rows_of, sql_file
from gis_gov.db.scope import SYSTEM

log = structlog.get_logger()

CHANNEL: Final = "moved"
TICK_S: Final = 0.2
"""Who moves within that time is told of at once."""
RETRY_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a worker is; ids are for the rights, `told` is what is said of it.

    `worker_area_id` is of who employs him, `worker_grids` are or were his, `still_since` is since
    when he has not moved, `is_outside` whether that is in no grid of his.
    """

    worker_id: int
    code: str
    kind: str | None
    worker_area_id: int | None
    worker_grids: Sequence[int]
    area_id: int | None
    grid_id: int | None
    told_at: datetime
    still_since: datetime | None
    area_code: str | None
    grid_code: str | None
    lon: float
    lat: float
    accuracy_m: float | None
    speed_mps: float | None
    bearing_deg: float | None
    is_outside: bool
    is_off_shift: bool
    told: bytes = field(init=False, compare=False)

    def __post_init__(self) -> None:
        said = {
            "worker": self.code,
            "gone": False,
            "kind": self.kind,
            "time": self.told_at,
            "lon": round(self.lon, 7),
            "lat": round(self.lat, 7),
            "accuracy_m": self.accuracy_m,
            "speed_mps": self.speed_mps,
            "bearing_deg": self.bearing_deg,
            "area_code": self.area_code,
            "grid_code": self.grid_code,
            "still_since": self.still_since,
            "is_outside": self.is_outside,
            "is_off_shift": self.is_off_shift,
        }
        object.__setattr__(self, "worker_grids", tuple(self.worker_grids))
        object.__setattr__(self, "told", orjson.dumps(said))


@dataclass(frozen=True, slots=True)
class Move:
    """Where a worker was, as far as was told, and where he is; None for nowhere."""

    before: Whereabouts | None
    now: Whereabouts | None


Follower = Callable[[Sequence[Move]], Awaitable[None]]


class WhereaboutsMemory:
    """Keeps where all workers are; `hear` handles CHANNEL, `run` has to run.

    `session` numbers the connection on which announcements come (0: none).
    """

    def __init__(self, pool: Pool, session: Callable[[], int], follower: Follower) -> None:
        self._pool = pool
        self._session = session
        self._follower = follower
        self._known: dict[int, Whereabouts] = {}
        self._moved: set[int] = set()
        self._read_in_session = 0
        self._is_all = True
        self._woken = asyncio.Event()

    async def hear(self, payload: str) -> None:
        """Take note of who moved."""
        if payload:
            self._moved.update(map(int, payload.split(",")))
        else:
            self._is_all = True
        self._woken.set()

    async def hear_all(self, _payload: str) -> None:
        """Take note that workers, areas or grids may be called otherwise."""
        self._is_all = True
        self._woken.set()

    def all(self) -> Collection[Whereabouts]:
        """Return where the workers are, as far as it was told."""
        return self._known.values()

    async def run(self) -> None:
        """Read where those are who moved, and tell it, until cancelled."""
        while True:
            obey_cancellation()
            await self._woken.wait()
            await asyncio.sleep(TICK_S)
            self._woken.clear()
            session = self._session()
            is_all = self._is_all or session != self._read_in_session
            moved, self._moved, self._is_all = self._moved, set(), False
            try:
                async with self._pool.connection(SYSTEM) as conn:
                    found = await read_whereabouts(conn, None if is_all else moved)
            except (psycopg.Error, PoolTimeout) as error:
                log.warning("whereabouts not read", error=type(error).__name__)
                self._moved |= moved
                self._is_all |= is_all
                self._woken.set()
                await asyncio.sleep(RETRY_S)
                continue
            self._read_in_session = session
            moves = self._take(found, self._known.keys() if is_all else moved)
            if moves:
                await self._follower(moves)

    def _take(self, found: Mapping[int, Whereabouts], asked: Collection[int]) -> list[Move]:
        """Take what was read of those who were asked for, and return what is new of it."""
        moves: list[Move] = []
        for worker_id in sorted({*found, *asked}):
            before, now = self._known.get(worker_id), found.get(worker_id)
            if before == now:
                continue
            moves.append(Move(before, now))
            if now is None:
                del self._known[worker_id]
            else:
                self._known[worker_id] = now
        return moves


async def read_whereabouts(
    conn: AsyncConnection[Any], ids: Collection[int] | None
) -> dict[int, Whereabouts]:
    """Read where some workers are, or all."""
    asked = {"ids": None if ids is None else sorted(ids)}
    rows = await rows_of(conn, Whereabouts, sql_file(__package__ or "", "last_positions"), asked)
    return {row.worker_id: row for row in rows}
