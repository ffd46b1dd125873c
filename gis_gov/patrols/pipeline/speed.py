"""Fixes that are gone through faster than the way of travel allows."""

import numpy as np

from gis_gov.geo.arrays import Floats, Mask
from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.runs import runs
from gis_gov.patrols.pipeline.limits import Limits
from gis_gov.patrols.pipeline.reachable import certain_m, in_chain
from gis_gov.patrols.pipeline.trail import Trail


def find(trail: Trail, limits: Limits) -> Mask:
    """Find rides, in which the speed is too high for two minutes, and what is out of reach between.

    A ride is looked for first and cuts the trail: who walks on after it is not asked how it came
    there.
    """
    fast = np.zeros(len(trail), dtype=np.bool_)
    for rows in trail.rows_by_device():
        fixes, mps = trail.fixes.only(rows), limits.mode_mps(trail.mode[rows])
        riding = _riding(fixes, mps, limits)
        fast[rows[riding]] = True
        for first, last in runs(~riding):
            part = np.arange(first, last + 1)
            chained = in_chain(fixes.only(part), mps[part], limits)
            fast[rows[part[~chained]]] = True
    return fast


def _riding(fixes: Fixes, mps: Floats, limits: Limits) -> Mask:
    """Mark times of two minutes, or two legs, in both halves of which a way was gone too fast.

    A single wrong place, or a jump from one place to another, is fast in one half only.
    """
    count = len(fixes)
    first = np.arange(count)
    last = np.searchsorted(fixes.time_s, fixes.time_s + limits.speed_s)
    last = np.maximum(last, first + 2)
    first, last = first[last < count], last[last < count]
    middle = (first + last) // 2
    begin, half, end = fixes.only(first), fixes.only(middle), fixes.only(last)
    fastest = np.maximum(np.maximum(mps[first], mps[middle]), mps[last])
    too_fast = certain_m(begin, end, limits) > fastest * (end.time_s - begin.time_s)
    for one, other in ((begin, half), (half, end)):
        way_m = certain_m(one, other, limits)
        too_fast &= way_m > fastest * (other.time_s - one.time_s)
    edges = np.zeros(count + 1, dtype=np.int64)
    np.add.at(edges, first[too_fast], 1)
    np.add.at(edges, last[too_fast] + 1, -1)
    return np.cumsum(edges)[:-1] > 0
