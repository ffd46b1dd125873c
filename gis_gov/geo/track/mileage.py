"""How far a mover went: as its fixes say, and as it really went.

The valid mileage is made in four steps. The track is cut at its gaps, over which nothing counts.
Where the mover stood (`standing`) it is set to one place. What is left is measured by
displacements over 20 s (10 s where it is faster than anyone walks), averaged over all beginnings,
from which what noise adds is taken; and corners that they cut are given back by how quickly
this mover turns (`pace`). Where a walk hardly turns, displacements over one and two minutes
measure it, as noise weighs less in them. Reported accuracies have no part in it: phones tell
them wrongly.
"""

from typing import Final

import numpy as np

from gis_gov.geo.arrays import Floats, Mask
from gis_gov.geo.measure import distance_m, metres_per_degree
from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.gaps import GAP_M, GAP_S, pieces
from gis_gov.geo.track.moments import moments
from gis_gov.geo.track.pace import Pace, fitted_pace
from gis_gov.geo.track.standing import is_standing, stood

SPAN_S: Final = 20.0
"""Who walks is measured by displacements over this time."""
FAST_SPAN_S: Final = 10.0
"""And who goes faster over this one."""
FAST_MPS: Final = 3.0
"""Faster than this, over a minute and a half, is no walk."""
LONG_SPAN_S: Final = 60.0
"""A walk that hardly turns is measured over this time and over twice as long."""
TURNING_MAX: Final = 0.12
"""It hardly turns while the longer displacements are shorter by no more than this share."""
CUT_BACK: Final = 0.8
"""Of the difference between these two so much is given back: a corner cuts twice as much over twice
the time, a bend four times as much, so that 1 were right for corners, and a third for bends."""
CORNERS_MAX: Final = 1.25
"""No way is longer than the sum of its steps by more than this factor, for corners they cut."""

_FIT_S = 10.0  # the pace is told from displacements over one to three times this,
_FIT_SPANS = 3
_FIT_PAIRS_MIN = 6  # of so many at least,
_EVEN = 0.25  # and of those whose time is what is meant but for this share.
_SPEED_S = 90.0
_LONG_SPANS_MIN = 8.0
_STEP_S_MIN = 1.0
_LONG = 1.5  # steps of more than this time what is usual are filled.


def raw_mileage_m(fixes: Fixes, *, gap_s: float = GAP_S, gap_m: float = GAP_M) -> float:
    """Sum the geodesic distances in metres from fix to fix, but for gaps.

    It grows with the noise: a phone that lies still for an hour makes kilometres.
    """
    return sum(float(_steps_m(piece).sum()) for piece in _pieces(fixes, gap_s, gap_m))


def valid_mileage_m(fixes: Fixes, *, gap_s: float = GAP_S, gap_m: float = GAP_M) -> float:
    """Measure in metres how far the mover really went; nothing for standing, and over gaps.

    A function of the set of fixes: their order and repetitions mean nothing.
    """
    return float(valid_ways(fixes, gap_s=gap_s, gap_m=gap_m)[1].sum())


def valid_ways(
    fixes: Fixes, *, gap_s: float = GAP_S, gap_m: float = GAP_M
) -> tuple[Floats, Floats]:
    """Tell at which moments which part of the valid mileage was gone, in metres.

    Moments are in seconds since 1970, in their order.
    """
    parts = [_piece_ways(piece) for piece in _pieces(fixes, gap_s, gap_m)]
    if not parts:
        return np.empty(0), np.empty(0)
    time_s, way_m = zip(*parts, strict=True)
    return np.concatenate(time_s), np.concatenate(way_m)


def _pieces(fixes: Fixes, gap_s: float, gap_m: float) -> list[Fixes]:
    cut = pieces(moments(fixes), gap_s=gap_s, gap_m=gap_m)
    return [piece for piece in cut if len(piece) > 1]


def _steps_m(fixes: Fixes) -> Floats:
    return distance_m(fixes.lon[:-1], fixes.lat[:-1], fixes.lon[1:], fixes.lat[1:])


def _piece_ways(fixes: Fixes) -> tuple[Floats, Floats]:
    standing = is_standing(fixes)
    if standing.all():
        return np.empty(0), np.empty(0)
    fixes = stood(fixes, standing)
    step_s = max(float(np.median(np.diff(fixes.time_s))), _STEP_S_MIN)
    fixes, standing = _filled(fixes, standing, step_s)
    fast = _is_fast(fixes, step_s)
    way_m = np.zeros(len(fixes))
    for is_kind, measured_m in ((~fast, _walked_m), (fast, _driven_m)):
        if (is_kind & ~standing).any():
            pace = _pace(fixes, is_kind & ~standing, step_s)
            way_m += measured_m(fixes, is_kind, pace, step_s)
    total_m, most_m = float(way_m.sum()), CORNERS_MAX * float(_steps_m(fixes).sum())
    return fixes.time_s, way_m * (most_m / total_m) if total_m > most_m else way_m


def _filled(fixes: Fixes, standing: Mask, step_s: float) -> tuple[Fixes, Mask]:
    """Fill the way between fixes that are rarer than usual, evenly, so that steps tell the time.

    Devices that report at corners only, or lose some, do without. Standing needs no filling.
    """
    took_s = np.diff(fixes.time_s)
    parts = np.where((took_s > _LONG * step_s) & ~(standing[1:] & standing[:-1]), took_s, step_s)
    parts = np.maximum(np.round(parts / step_s), 1).astype(np.int64)
    if (parts == 1).all():
        return fixes, standing
    leg = np.repeat(np.arange(len(parts)), parts)
    share = (np.arange(len(leg)) - np.repeat(np.cumsum(parts) - parts, parts)) / parts[leg]

    def between(column: Floats) -> Floats:
        return np.append(column[leg] + share * np.diff(column)[leg], column[-1])

    accuracy_m = np.append(fixes.accuracy_m[leg], fixes.accuracy_m[-1])
    filled = Fixes(between(fixes.time_s), between(fixes.lon), between(fixes.lat), accuracy_m)
    return filled, np.append(standing[leg] & (share == 0), standing[-1])


def _is_fast(fixes: Fixes, step_s: float) -> Mask:
    """Say around which fixes the mover went further than anyone walks."""
    steps = max(1, round(_SPEED_S / 2 / step_s))
    before = np.maximum(np.arange(len(fixes)) - steps, 0)
    after = np.minimum(np.arange(len(fixes)) + steps, len(fixes) - 1)
    far_m = np.sqrt(_square_m2(fixes.only(before), fixes.only(after)))
    return far_m > FAST_MPS * (fixes.time_s[after] - fixes.time_s[before])


def _pace(fixes: Fixes, rows: Mask, step_s: float) -> Pace:
    """Fit a pace to the displacements that lie within the marked fixes."""
    one = max(step_s, _FIT_S)
    spans = sorted({max(1, round(n * one / step_s)) for n in range(1, _FIT_SPANS + 1)})
    others = np.concatenate([[0], np.cumsum(~rows)])
    time_s, square_m2 = [], []
    for span in spans:
        if span >= len(fixes):
            break
        span_s = fixes.time_s[span:] - fixes.time_s[:-span]
        used = (others[span + 1 :] == others[: -span - 1]) & (
            np.abs(span_s - span * step_s) < _EVEN * span * step_s
        )
        first = np.flatnonzero(used)
        if len(first) >= _FIT_PAIRS_MIN:
            time_s.append(span_s[first].mean())
            square_m2.append(_square_m2(fixes.only(first), fixes.only(first + span)).mean())
    return fitted_pace(np.array(time_s), np.array(square_m2))


def _walked_m(fixes: Fixes, rows: Mask, pace: Pace, step_s: float) -> Floats:
    short_m = _way_m(fixes, rows, pace, SPAN_S, step_s)
    if not rows.all() or fixes.time_s[-1] - fixes.time_s[0] < _LONG_SPANS_MIN * LONG_SPAN_S:
        return short_m  # what lies beyond the walk would be in the longer displacements
    unturned = Pace(pace.noise_m, turning_per_s=0.0)
    long_m, longer_m = (
        float(_way_m(fixes, rows, unturned, span_s, step_s).sum())
        for span_s in (LONG_SPAN_S, 2 * LONG_SPAN_S)
    )
    total_m = float(short_m.sum())
    if not 0 < (1 - TURNING_MAX) * total_m <= longer_m:
        return short_m
    # The short ones tell better where it was gone, the long ones how far.
    return short_m * ((long_m + CUT_BACK * (long_m - longer_m)) / total_m)


def _driven_m(fixes: Fixes, rows: Mask, pace: Pace, step_s: float) -> Floats:
    return _way_m(fixes, rows, pace, FAST_SPAN_S, step_s)


def _way_m(fixes: Fixes, rows: Mask, pace: Pace, over_s: float, step_s: float) -> Floats:
    """Give each marked fix the displacements over a time of which it is the middle.

    Each step lies in as many of them, so that they are divided by that number. The mover is
    thought to stand at the first place before, and at the last one after.
    """
    span = max(1, round(over_s / step_s))
    begin = np.arange(-span, len(fixes))
    end = begin + span
    first, last = np.maximum(begin, 0), np.minimum(end, len(fixes) - 1)
    outside = (first - begin) + (end - last)
    span_s = fixes.time_s[last] - fixes.time_s[first] + outside * step_s
    square_m2 = _square_m2(fixes.only(first), fixes.only(last))
    straight_m = np.sqrt(np.maximum(square_m2 - pace.noise_m2(span_s), 0.0))
    middle = np.clip(begin + span // 2, 0, len(fixes) - 1)
    way_m = np.bincount(middle, straight_m * pace.cut(span_s), minlength=len(fixes)) / span
    return np.where(rows, way_m, 0.0)


def _square_m2(begin: Fixes, end: Fixes) -> Floats:
    """Measure squared distances, of some kilometres at most, without the price of a geodesic."""
    across_m, along_m = metres_per_degree((begin.lat + end.lat) / 2)
    turned = (end.lon - begin.lon + 180.0) % 360.0 - 180.0
    return (turned * across_m) ** 2 + ((end.lat - begin.lat) * along_m) ** 2
