"""The figures of a patrol: how far, how long, where."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any, Final

import numpy as np
import shapely

from gis_gov.geo.arrays import Floats, Positions
from gis_gov.geo.track.duration import duration_s
from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.gaps import Gap, gaps
from gis_gov.geo.track.mileage import raw_mileage_m, valid_ways
from gis_gov.geo.track.simplify import simplified
from gis_gov.geo.track.stays import Stay, stays
from gis_gov.geo.track.visits import Visits, visits
from gis_gov.patrols.worker_day import NO_GRID, WorkerFixes

TOLERANCE_M: Final = 5.0
"""The line of a patrol is for maps; the fixes are the record."""


@dataclass(frozen=True, slots=True)
class GridTime:
    """When a grid was entered first and left last, how long the worker was in it, and went."""

    grid_id: int
    entered_s: float
    left_s: float
    duration_s: float
    valid_mileage_m: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What is told of a patrol; `own_grid_share` is None where no time passed."""

    fixes: int
    rejected: int
    mileage_m: float
    valid_mileage_m: float
    duration_s: float
    stay_s: float
    gap_s: float
    own_grid_share: float | None
    stays: tuple[Stay, ...]
    gaps: tuple[Gap, ...]
    grids: tuple[GridTime, ...]
    line: shapely.MultiLineString

    @property
    def told(self) -> tuple[float, ...]:
        """Return what a new version is made for, as exact as it is told."""
        lengths = (self.mileage_m, self.valid_mileage_m, self.duration_s)
        return (self.fixes, self.rejected, *(round(each, 3) for each in lengths))

    def columns(self) -> dict[str, Any]:
        """Return the values of the columns that have the same names."""
        return {
            "fixes": self.fixes,
            "rejected": self.rejected,
            "mileage_m": round(self.mileage_m, 3),
            "valid_mileage_m": round(self.valid_mileage_m, 3),
            "duration_s": round(self.duration_s, 3),
            "stay_s": round(self.stay_s, 3),
            "gap_s": round(self.gap_s, 3),
            "own_grid_share": self.own_grid_share,
        }


def figures_of(told: WorkerFixes, own_grids: Collection[int]) -> Figures:
    """Compute the figures of a patrol from all of its fixes, those that are rejected among them.

    These have a part in the raw mileage alone: it is what would be paid if nobody looked.
    """
    counted = told.only(told.counts)
    fixes = counted.fixes
    seen = visits(fixes, counted.grid_id)
    share = seen.share_in(own_grids)
    silent, stayed = gaps(fixes), stays(fixes)
    time_s, way_m = valid_ways(fixes)
    return Figures(
        fixes=len(fixes),
        rejected=len(told) - len(fixes),
        mileage_m=raw_mileage_m(told.fixes),
        valid_mileage_m=float(way_m.sum()),
        duration_s=duration_s(fixes, silent),
        stay_s=sum(each.end_s - each.begin_s for each in stayed),
        gap_s=sum(each.end_s - each.begin_s for each in silent),
        own_grid_share=None if isnan(share) else share,
        stays=tuple(stayed),
        gaps=tuple(silent),
        grids=_grids(seen, _way_in(fixes, counted.grid_id, time_s, way_m)),
        line=simplified(fixes, TOLERANCE_M),
    )


def _way_in(fixes: Fixes, grid_id: Positions, time_s: Floats, way_m: Floats) -> dict[int, float]:
    """Share a way out to the grids of the fixes that are next in time."""
    if not len(time_s):
        return {}
    order = np.argsort(fixes.time_s, kind="stable")
    known_s, grid = fixes.time_s[order], grid_id[order]
    nearest = np.searchsorted((known_s[1:] + known_s[:-1]) / 2, time_s)
    grids, of_it = np.unique(grid[nearest], return_inverse=True)
    in_each_m = np.bincount(of_it, way_m, minlength=len(grids))
    return dict(zip(grids.tolist(), in_each_m.tolist(), strict=True))


def _grids(seen: Visits, way_in: Mapping[int, float]) -> tuple[GridTime, ...]:
    """Gather the visits by grid, in the order in which they were entered first."""
    total_s = seen.total_s()
    found: list[GridTime] = []
    for grid_id in dict.fromkeys(seen.grid.tolist()):
        if grid_id == NO_GRID:
            continue
        of_it = np.flatnonzero(seen.grid == grid_id)
        entered_s, left_s = float(seen.entered_s[of_it[0]]), float(seen.left_s[of_it[-1]])
        way_m = way_in.get(grid_id, 0.0)
        found.append(GridTime(grid_id, entered_s, left_s, total_s[grid_id], way_m))
    return tuple(found)
