"""How many fixes a second are told of geofences, batch by batch as they come."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from gis_gov.geo.arrays import Floats
from gis_gov.geo.geofence.fence import Geofence
from gis_gov.geo.geofence.fence_set import GeofenceSet
from gis_gov.geo.geofence.mover_fixes import MoverFixes
from gis_gov.geo.geofence.states import FenceStates

MOVERS: Final = 2_343
BATCH: Final = 230
STEP_S: Final = 10.0
_SEED: Final = 20_240_607
_WEST, _SOUTH = 113.0, 23.0
# 300 m by 300 m at this latitude, or nearly so.
_CELL_DEG: Final = 0.00292, 0.0027
_COLUMNS: Final = 152
_SPAN_DEG: Final = _CELL_DEG[0] * _COLUMNS, _CELL_DEG[1] * _COLUMNS
_METRES: Final = np.array([102_500.0, 110_750.0])
# On foot, on an e-bike, by car.
_SPEEDS_MPS: Final = 1.2, 5.0, 12.0


@dataclass(frozen=True, slots=True)
class FencesMeasured:
    """How fast one set of fences was: fixes a second from the first batch to the last."""

    subject: str
    fences: int
    fixes: int
    events: int
    built_s: float
    taken_s: float
    slowest_batch_ms: float

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return {
            "subject": self.subject,
            "fences": self.fences,
            "fixes": self.fixes,
            "events": self.events,
            "built_s": round(self.built_s, 3),
            "fixes_per_second": round(self.rate, 1),
            "slowest_batch_ms": round(self.slowest_batch_ms, 1),
        }

    @property
    def rate(self) -> float:
        """Return the fixes a second."""
        return self.fixes / self.taken_s


def grid_cells(count: int = 23_000) -> list[Geofence]:
    """Make a mesh of square grids of 300 m that share their edges."""
    number = np.arange(count)
    west = _WEST + number % _COLUMNS * _CELL_DEG[0]
    south = _SOUTH + number // _COLUMNS * _CELL_DEG[1]
    cells = shapely.box(west, south, west + _CELL_DEG[0], south + _CELL_DEG[1])
    return [Geofence(id=place, geometry=cell) for place, cell in enumerate(cells)]


def complex_fences(count: int = 400, vertices: int = 500) -> list[Geofence]:
    """Make jagged areas of 1 to 4 km around that overlap, of so many vertices or up to 300 more."""
    random = np.random.default_rng(_SEED)
    return [
        Geofence(id=place, geometry=_jagged(random, vertices + int(random.integers(300))))
        for place in range(count)
    ]


def live_batches(batches: int, movers: int = MOVERS, size: int = BATCH) -> Iterator[MoverFixes]:
    """Yield fixes as they come: movers report by turns, each every ten seconds, 3 to 15 m off."""
    random = np.random.default_rng(_SEED + 1)
    speed_mps = random.choice(_SPEEDS_MPS, movers)
    place_deg = random.uniform((_WEST, _SOUTH), np.add((_WEST, _SOUTH), _SPAN_DEG), (movers, 2))
    heading = random.uniform(0, 2 * np.pi, movers)
    for batch in range(batches):
        turn = np.arange(batch * size, (batch + 1) * size)
        who = turn % movers
        heading[who] += random.normal(0, 0.3, size)
        way = np.column_stack([np.cos(heading[who]), np.sin(heading[who])])
        place_deg[who] += way * (speed_mps[who] * STEP_S)[:, None] / _METRES
        accuracy_m = random.uniform(3, 15, size)
        noise = random.normal(0, 1, (size, 2)) * accuracy_m[:, None] / 2
        lon, lat = (place_deg[who] + noise / _METRES).T
        yield MoverFixes(who, turn / movers * STEP_S, lon, lat, accuracy_m)


def measure_fences(seconds: float = 5.0) -> list[FencesMeasured]:
    """Measure a mesh of 23,000 grids and 400 complex fences, each for about so many seconds.

    The making of fixes is not counted; the first batch, in which every index is made, is.
    """
    subjects: dict[str, Callable[[], list[Geofence]]] = {
        "grids of a mesh": grid_cells,
        "complex fences": complex_fences,
    }
    return [_measured(subject, make(), seconds) for subject, make in subjects.items()]


def _measured(subject: str, fences: list[Geofence], seconds: float) -> FencesMeasured:
    started = time.perf_counter()
    states = FenceStates.before_all(GeofenceSet(fences))
    built_s = time.perf_counter() - started
    times_s: list[float] = []
    events = 0
    for fixes in live_batches(batches=1_000_000):
        started = time.perf_counter()
        advance = states.advance(fixes)
        times_s.append(time.perf_counter() - started)
        states = advance.states
        events += len(advance.events)
        if sum(times_s) >= seconds:
            break
    fixes_told, taken_s = len(times_s) * BATCH, sum(times_s)
    slowest_ms = max(times_s) * 1000
    return FencesMeasured(subject, len(fences), fixes_told, events, built_s, taken_s, slowest_ms)


def _jagged(random: np.random.Generator, vertices: int) -> shapely.Polygon:
    middle = random.uniform((_WEST, _SOUTH), np.add((_WEST, _SOUTH), _SPAN_DEG))
    angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    waves = 1 + 0.25 * np.sin(random.integers(3, 9) * angle) + 0.03 * random.normal(size=vertices)
    radius_m: Floats = random.uniform(1_000, 4_000) * waves
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * radius_m[:, None]
    return shapely.Polygon(middle + ring / _METRES)
