"""How many fixes a second are looked at for crossings in the database, as the server does it."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import psycopg

from gis_gov.bench.geofences import (
    BATCH,
    MOVERS,
    FencesMeasured,
    complex_fences,
    grid_cells,
    live_batches,
)
from gis_gov.db.pool import Pool
from gis_gov.db.run import sql_file
from gis_gov.fences.crossing_keeper import CrossingKeeper
from gis_gov.fences.known import KnownFences
from gis_gov.geo.geofence.fence import Geofence
from gis_gov.geo.geofence.mover_fixes import MoverFixes
from gis_gov.settings import Settings

_PACKAGE: Final = __package__ or ""
AT_ONCE: Final = 10 * BATCH
"""What comes while the one before is looked at."""
FENCES: Final = 23_000


@dataclass(frozen=True, slots=True)
class Drawn:
    """Fences, those who should each be in one of them, and of what the others tell."""

    fences: Sequence[Geofence]
    workers: Sequence[int] = ()
    tells: Sequence[str] = ("enter", "exit")
    alone_s: float | None = None


@dataclass(slots=True)
class Walking:
    """Workers of a database who go about there, and since when they do."""

    conn: psycopg.Connection[Any]
    workers: Sequence[int]
    begins_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def draw(self, drawn: Drawn, ago_s: float = 0) -> None:
        """Draw fences in the place of all that are there, and let workers go about since then."""
        self.begins_at = datetime.now(UTC) - timedelta(seconds=ago_s)
        # Who draws a fence looks at the fixes of the hour, each time.
        self.conn.execute("truncate position")
        self.conn.execute("delete from fence")
        asked = {
            "wkb": [fence.area.wkb for fence in drawn.fences],
            "worker_id": [*drawn.workers, *[None] * (len(drawn.fences) - len(drawn.workers))],
            "tells": list(drawn.tells),
            "alone_s": drawn.alone_s,
            "valid_from_s": self.begins_at.timestamp(),
        }
        self.conn.execute(sql_file(_PACKAGE, "draw_fences"), asked)

    def walk(self) -> Iterator[None]:
        """Write what comes at once, again and again."""
        for fixes in live_batches(1_000_000, len(self.workers), AT_ONCE):
            self.conn.execute(sql_file(_PACKAGE, "put_fixes"), self._columns(fixes))
            yield

    def _columns(self, fixes: MoverFixes) -> dict[str, Any]:
        return {
            "worker_id": [self.workers[mover] for mover in fixes.mover.tolist()],
            "time_s": (fixes.time_s + self.begins_at.timestamp()).tolist(),
            "lon": fixes.lon.tolist(),
            "lat": fixes.lat.tolist(),
            "accuracy_m": fixes.accuracy_m.tolist(),
        }


@contextmanager
def walking(url: str) -> Iterator[Walking]:
    """Let workers go about in a database of its own; they are added to those who are there."""
    with psycopg.connect(url, autocommit=True) as conn:
        added = conn.execute(sql_file(_PACKAGE, "add_workers"), {"number": MOVERS})
        yield Walking(conn, [number for (number,) in added])


async def measure_crossings(url: str, on: Walking, seconds: float) -> list[FencesMeasured]:
    """Measure for about so many seconds each, in a database of its own; its positions go.

    How fixes are written is not counted; that they are read, looked at, and what they show is
    written, is. The first look, in which fences are read and every index is made, is told apart.
    """
    return [
        await _measured(url, on, "grids of a mesh, in the database", grid_cells(FENCES), seconds),
        await _measured(url, on, "complex fences, in the database", complex_fences(), seconds),
    ]


async def _measured(
    url: str, on: Walking, subject: str, fences: Sequence[Geofence], seconds: float
) -> FencesMeasured:
    on.draw(Drawn(fences))
    async with Pool(url, Settings(pool_min=1, pool_max=2)) as pool:
        keeper = CrossingKeeper(pool, KnownFences())
        times_s: list[float] = []
        for _ in on.walk():
            started = time.perf_counter()
            await keeper.keep()
            times_s.append(time.perf_counter() - started)
            if sum(times_s[1:]) >= seconds:
                break
    (events,) = on.conn.execute("select count(*) from crossing").fetchone() or (0,)
    first_s, *others_s = times_s
    return FencesMeasured(
        subject,
        len(fences),
        len(others_s) * AT_ONCE,
        events,
        first_s,
        sum(others_s),
        max(others_s) * 1000,
    )
