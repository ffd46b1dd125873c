"""Which fixes of a track were gone faster than somebody may go."""

from typing import Final

import numpy as np

from gis_gov.geo.arrays import Mask
from gis_gov.geo.measure import distance_m
from gis_gov.geo.track.fixes import Fixes

SPAN_S: Final = 30.0
"""Speeds are told over at least this time, in seconds: between single fixes they are noise."""


def faster_than(fixes: Fixes, speed_mps: float, *, span_s: float = SPAN_S) -> Mask:
    """Mark the fixes between which a mover went faster than a speed in metres a second.

    Each fix is compared with the first one that is at least `span_s` later, and the last one that
    is as much earlier; if the way between is too fast, all from the one to the other are marked. So
    up to `span_s` of a slow way beside a fast one are marked with it. Fixes are in the order of
    time, one for each moment.
    """
    count = len(fixes)
    rows = np.arange(count)
    later = np.searchsorted(fixes.time_s, fixes.time_s + span_s)
    earlier = np.searchsorted(fixes.time_s, fixes.time_s - span_s, side="right") - 1
    first = np.concatenate([rows[later < count], earlier[earlier >= 0]])
    last = np.concatenate([later[later < count], rows[earlier >= 0]])
    start, end = fixes.only(first), fixes.only(last)
    way_m = distance_m(start.lon, start.lat, end.lon, end.lat)
    is_fast = way_m > speed_mps * (end.time_s - start.time_s)
    opened = np.zeros(count + 1, dtype=np.int64)
    np.add.at(opened, first[is_fast], 1)
    np.add.at(opened, last[is_fast] + 1, -1)
    return np.cumsum(opened)[:-1] > 0
