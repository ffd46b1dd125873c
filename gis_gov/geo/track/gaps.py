"""Where a track is silent for so long, and goes on so far away, that nobody knows the way between.

The bounds are those that Baidu's track service uses: more than 5 minutes and more than 300 m.
"""

import itertools
from dataclasses import dataclass
from typing import Final

import numpy as np

from gis_gov.geo.arrays import Mask
from gis_gov.geo.measure import distance_m
from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.moments import moments

GAP_S: Final = 300.0
"""Silence that is longer than this, in seconds, may be a gap."""
GAP_M: Final = 300.0
"""And is one if the way over it, in metres, is longer than this."""


@dataclass(frozen=True, slots=True)
class Gap:
    """From when to when nothing is known, in seconds since 1970, and how far it is across."""

    begin_s: float
    end_s: float
    distance_m: float


def gaps(fixes: Fixes, *, gap_s: float = GAP_S, gap_m: float = GAP_M) -> list[Gap]:
    """List the gaps of a track in the order of time."""
    fixes = moments(fixes)
    rows = np.flatnonzero(is_gap(fixes, gap_s=gap_s, gap_m=gap_m))
    begin, end = fixes.only(rows), fixes.only(rows + 1)
    across_m = distance_m(begin.lon, begin.lat, end.lon, end.lat)
    return [
        Gap(float(begin_s), float(end_s), float(far_m))
        for begin_s, end_s, far_m in zip(begin.time_s, end.time_s, across_m, strict=True)
    ]


def is_gap(fixes: Fixes, *, gap_s: float = GAP_S, gap_m: float = GAP_M) -> Mask:
    """Say of each leg between two fixes, in the order of time, whether it is a gap."""
    long = np.diff(fixes.time_s) > gap_s
    legs = np.flatnonzero(long)
    start, end = fixes.only(legs), fixes.only(legs + 1)
    long[legs] = distance_m(start.lon, start.lat, end.lon, end.lat) > gap_m
    return long


def pieces(fixes: Fixes, *, gap_s: float = GAP_S, gap_m: float = GAP_M) -> list[Fixes]:
    """Cut a track at its gaps; fixes are in the order of time."""
    if not len(fixes):
        return []
    cuts = np.flatnonzero(is_gap(fixes, gap_s=gap_s, gap_m=gap_m)) + 1
    bounds = [0, *cuts.tolist(), len(fixes)]
    return [fixes.only(np.arange(start, end)) for start, end in itertools.pairwise(bounds)]
