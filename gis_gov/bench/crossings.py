"""How many fixes a second are looked at for crossings in the database, as the server does it."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import psycopg

from gis_gov.bench.geofences import BATCH, MOVERS, FencesMeasured, grid_cells, live_batches
from gis_gov.db.pool import Pool
from gis_gov.db.run import sql_file
from gis_gov.fences.crossing_keeper import CrossingKeeper
from gis_gov.fences.known import KnownFences
from gis_gov.geo.geofence.mover_fixes import MoverFixes
from gis_gov.settings import Settings

_PACKAGE: Final = __package__ or ""
AT_ONCE: Final = 10 * BATCH
"""What comes while the one before is looked at."""
FENCES: Final = 23_000


async def measure_crossings(url: str, seconds: float) -> FencesMeasured:
    """Measure for about so many seconds, in a database of its own; its positions go.

    How fixes are written is not counted; that they are read, looked at, and what they show is
    written, is. The first look, in which fences are read and every index is made, is told apart.
    """
    with psycopg.connect(url, autocommit=True) as conn:
        # Who draws a fence looks at the fixes of the hour, each time.
        conn.execute("truncate position")
        added = conn.execute(sql_file(_PACKAGE, "add_workers"), {"number": MOVERS})
        workers = [number for (number,) in added]
        cells = [fence.area.wkb for fence in grid_cells(FENCES)]
        conn.execute(sql_file(_PACKAGE, "draw_fences"), {"wkb": cells})
        begins_at = datetime.now(UTC)
        async with Pool(url, Settings(pool_min=1, pool_max=2)) as pool:
            keeper = CrossingKeeper(pool, KnownFences())
            times_s: list[float] = []
            for fixes in live_batches(1_000_000, len(workers), AT_ONCE):
                conn.execute(sql_file(_PACKAGE, "put_fixes"), _columns(workers, fixes, begins_at))
                started = time.perf_counter()
                await keeper.keep()
                times_s.append(time.perf_counter() - started)
                if sum(times_s[1:]) >= seconds:
                    break
        (events,) = conn.execute("select count(*) from crossing").fetchone() or (0,)
    first_s, *others_s = times_s
    return FencesMeasured(
        "grids of a mesh, in the database",
        FENCES,
        len(others_s) * AT_ONCE,
        events,
        first_s,
        sum(others_s),
        max(others_s) * 1000,
    )


def _columns(workers: Sequence[int], fixes: MoverFixes, begins_at: datetime) -> dict[str, Any]:
    return {
        "worker_id": [workers[mover] for mover in fixes.mover.tolist()],
        "time_s": (fixes.time_s + begins_at.timestamp()).tolist(),
        "lon": fixes.lon.tolist(),
        "lat": fixes.lat.tolist(),
        "accuracy_m": fixes.accuracy_m.tolist(),
    }
