"""Whether one can have come from a fix to another."""

import numpy as np

from gis_gov.geo.arrays import Floats, Mask, Positions
from gis_gov.geo.measure import distance_m
from gis_gov.geo.track.fixes import Fixes
from gis_gov.patrols.pipeline.limits import Limits

_LOOKBACK = 16


def noise_m(accuracy_m: Floats, limits: Limits) -> Floats:
    """Bound by how much fixes may be off, in metres."""
    told_m = np.nan_to_num(accuracy_m, nan=limits.noise_m)
    return limits.noise_factor * np.clip(told_m, limits.noise_m, limits.accuracy_m)


def certain_m(begin: Fixes, end: Fixes, limits: Limits) -> Floats:
    """Measure how far it is between fixes at least, in metres, whatever their noise; never < 0.

    The two are of one length, or one of them is a single fix.
    """
    far_m = distance_m(begin.lon, begin.lat, end.lon, end.lat)
    off_m = noise_m(begin.accuracy_m, limits) + noise_m(end.accuracy_m, limits)
    return np.maximum(far_m - off_m, 0.0)


def is_reachable(begin: Fixes, end: Fixes, mps: Floats | float, limits: Limits) -> Mask:
    """Say whether the later fixes are reachable from the earlier ones at a speed."""
    return certain_m(begin, end, limits) <= mps * (end.time_s - begin.time_s)


def in_chain(fixes: Fixes, mps: Floats, limits: Limits) -> Mask:
    """Mark the most fixes that one can have gone through in the order of time, at their speeds.

    Fixes are joined to runs of which each is reachable from the one before. Then those runs are
    chosen that keep the most fixes; from the begin of a run those are left out that can't be
    reached from the end of the run chosen before. Each run looks at the 16 before it.
    """
    if not len(fixes):
        return np.zeros(0, dtype=np.bool_)
    rows = np.arange(len(fixes))
    leg_mps = np.maximum(mps[:-1], mps[1:])
    broken = ~is_reachable(fixes.only(rows[:-1]), fixes.only(rows[1:]), leg_mps, limits)
    runs = np.split(rows, np.flatnonzero(broken) + 1)
    if len(runs) == 1:
        return np.ones(len(fixes), dtype=np.bool_)
    ends = np.array([run[-1] for run in runs])
    begins = np.array([run[0] for run in runs])
    best = [len(run) for run in runs]
    start = [0] * len(runs)
    before = [-1] * len(runs)
    reached = _all_reached(fixes, mps, limits, ends, begins)
    for number, run in enumerate(runs):
        for earlier in range(max(0, number - _LOOKBACK), number):
            whole = reached[number - earlier - 1][earlier]
            if not whole and len(run) == 1:
                continue
            skipped = 0 if whole else _skipped(fixes, mps, limits, int(ends[earlier]), run)
            kept = best[earlier] + len(run) - skipped
            # Of equal ones, the first that was found: the furthest back.
            if skipped < len(run) and kept > best[number]:
                best[number], start[number], before[number] = kept, skipped, earlier
    marked = np.zeros(len(fixes), dtype=np.bool_)
    number = best.index(max(best))
    while number >= 0:
        marked[runs[number][start[number] :]] = True
        number = before[number]
    return marked


def _skipped(fixes: Fixes, mps: Floats, limits: Limits, end: int, run: Positions) -> int:
    """Count the fixes at the begin of a run that can't be reached from a fix."""
    leg_mps = np.maximum(mps[end], mps[run])
    reached = is_reachable(fixes.only(np.full(len(run), end)), fixes.only(run), leg_mps, limits)
    return int(np.argmax(reached)) if reached.any() else len(run)


def _all_reached(
    fixes: Fixes, mps: Floats, limits: Limits, ends: Positions, begins: Positions
) -> list[list[bool]]:
    """Say for 1, 2 … runs further on whether their begin is reachable from the end of each run."""
    reached: list[list[bool]] = []
    for further in range(1, min(_LOOKBACK, len(ends) - 1) + 1):
        end, begin = ends[:-further], begins[further:]
        leg_mps = np.maximum(mps[end], mps[begin])
        reached.append(is_reachable(fixes.only(end), fixes.only(begin), leg_mps, limits).tolist())
    return reached
