"""How long it takes to look for alarms, beside fixes of all workers and thousands of fences."""

import time
from dataclasses import dataclass
from typing import Any, Final

from gis_gov.bench.crossings import FENCES, Drawn, Walking
from gis_gov.bench.geofences import STEP_S, grid_cells
from gis_gov.bench.measure import Speed
from gis_gov.db.pool import Pool
from gis_gov.fences.alarm_keeper import AlarmKeeper
from gis_gov.fences.crossing_keeper import CrossingKeeper
from gis_gov.fences.known import KnownFences
from gis_gov.patrols.shifts.memory import ShiftMemory
from gis_gov.settings import Settings

LOOKS_MAX: Final = 60
"""So many times ten seconds are no more than fixes may be old of somebody who is not silent."""
ALONE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class AlarmsMeasured:
    """How long each look took, and how many alarms there are of what it found in the end."""

    fences: int
    workers: int
    looks: Speed
    raised: int

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return {
            "fences": self.fences,
            "workers": self.workers,
            "looks": len(self.looks.times_ms),
            **{f"p{n}_ms": round(self.looks.percentile_ms(n / 100), 1) for n in (50, 95, 99)},
            "raised": self.raised,
        }


async def measure_alarms(url: str, on: Walking, seconds: float) -> AlarmsMeasured:
    """Measure for about so many seconds, in a database of its own; its fences and positions go.

    A mesh of grids: for each worker one in which he should be, and is not; in all others nobody
    should be, and nobody alone. A look comes after each ten seconds of fixes of all; what these
    cost is not counted. The first look, in which fences are read, is left out.
    """
    cells = grid_cells(FENCES)
    on.draw(Drawn(cells, on.workers, ("inside",), ALONE_S), LOOKS_MAX * STEP_S)
    looks = Speed()
    async with Pool(url, Settings(pool_min=1, pool_max=2)) as pool:
        fences = KnownFences()
        crossings = CrossingKeeper(pool, fences)
        alarms = AlarmKeeper(pool, fences, ShiftMemory(pool, lambda: 0, unless_told=True))
        for _, _ in zip(range(LOOKS_MAX), on.walk(), strict=False):
            await crossings.keep()
            started = time.perf_counter()
            await alarms.keep()
            looks.times_ms.append((time.perf_counter() - started) * 1000)
            if sum(looks.times_ms[1:]) >= seconds * 1000:
                break
    del looks.times_ms[0]
    (raised,) = on.conn.execute("select count(*) from alarm").fetchone() or (0,)
    return AlarmsMeasured(len(cells), len(on.workers), looks, raised)
