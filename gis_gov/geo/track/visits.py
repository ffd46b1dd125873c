"""Which grids a mover entered, and how long it was in each."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from gis_gov.geo.arrays import Floats, Positions
from gis_gov.geo.cover import NOWHERE
from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.gaps import GAP_M, GAP_S, is_gap


@dataclass(frozen=True, slots=True)
class Visits:
    """The grids in the order in which they were entered, as columns; NOWHERE for outside all.

    `entered_s` and `left_s` are in seconds since 1970. Before and after a gap are two visits.
    """

    grid: Positions
    entered_s: Floats
    left_s: Floats

    def __len__(self) -> int:
        return len(self.grid)

    @property
    def time_s(self) -> Floats:
        """How long each visit lasted, in seconds."""
        return self.left_s - self.entered_s

    def total_s(self) -> dict[int, float]:
        """Add up the time in each grid, in seconds; outside all is not among them."""
        grids, visit = np.unique(self.grid, return_inverse=True)
        total_s = np.bincount(visit, weights=self.time_s, minlength=len(grids))
        pairs = zip(grids.tolist(), total_s.tolist(), strict=True)
        return {grid: time_s for grid, time_s in pairs if grid != NOWHERE}

    def share_in(self, grids: Collection[int]) -> float:
        """Tell which share of all the time, that outside included, was spent in some grids.

        NaN if no time passed.
        """
        all_s = float(self.time_s.sum())
        own_s = float(self.time_s[np.isin(self.grid, list(grids))].sum())
        return own_s / all_s if all_s > 0 else float("nan")


def visits(fixes: Fixes, grid: Positions, *, gap_s: float = GAP_S, gap_m: float = GAP_M) -> Visits:
    """List the visits of a mover, of whose fixes the grids are given.

    Between fixes in two grids, half of the time belongs to each; a gap to nobody. Of several grids
    at one time the one with the lowest id counts first.
    """
    order = np.lexsort((fixes.lat, fixes.lon, grid, fixes.time_s))
    fixes, grid = fixes.only(order), grid[order]
    if not len(fixes):
        return Visits(grid, np.empty(0), np.empty(0))
    gap = is_gap(fixes, gap_s=gap_s, gap_m=gap_m)
    before_s, after_s = fixes.time_s[:-1], fixes.time_s[1:]
    middle_s = before_s + (after_s - before_s) / 2
    new = gap | (grid[1:] != grid[:-1])
    first = np.concatenate([[0], np.flatnonzero(new) + 1])
    entered_s = np.concatenate([fixes.time_s[:1], np.where(gap, after_s, middle_s)[new]])
    left_s = np.concatenate([np.where(gap, before_s, middle_s)[new], fixes.time_s[-1:]])
    return Visits(grid[first], entered_s, left_s)
