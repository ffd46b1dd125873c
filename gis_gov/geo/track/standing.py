"""Which fixes are of a phone that stands, told from its spread and not from any single step.

The error of a phone's fixes wanders, over some half a minute, so that steps between fixes say
little: an hour of them at 10 m of noise adds up to more than 3 km. But within three minutes the
places of a phone that lies still spread by less than 25 m (root of the mean square distance from
their mean) with noise of up to 10 m on each axis: in no window of 600 simulated hours by more than
23.4 m. Whoever walks, at 0.9 m/s and round corners every 50 to 100 m, spreads by more in all but
0.5 % of the windows.
"""

import itertools
from typing import Final

import numpy as np

from gis_gov.geo.arrays import Floats, Mask
from gis_gov.geo.measure import metres_per_degree
from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.runs import runs

WINDOW_S: Final = 180.0
"""How long it is looked, around each fix."""
SPREAD_M: Final = 25.0
"""Spread within the window that is not exceeded by standing."""
EDGE_S: Final = 15.0
"""Windows that begin or end with some steps are wide already: as long before and after, it stood.

With 0 s, walks with stops may be measured 4 % too long; with 60 s, 5 % too short.
"""
EXCURSION_S: Final = 240.0
"""A shorter time away from where it stood before and after, …"""
EXCURSION_M: Final = 50.0
"""… and no further than this from there, is noise."""


def is_standing(fixes: Fixes) -> Mask:
    """Say of each fix of a piece without gaps, in the order of time, whether the mover stood."""
    if len(fixes) < 2:
        return np.ones(len(fixes), dtype=np.bool_)
    time_s = fixes.time_s
    length_s = min(WINDOW_S, time_s[-1] - time_s[0])
    begin_s = np.clip(time_s - length_s / 2, time_s[0], time_s[-1] - length_s)
    narrow = spread_m(fixes, begin_s, begin_s + length_s) < SPREAD_M
    standing = np.zeros(len(fixes), dtype=np.bool_)
    for first, last in runs(narrow):
        start = np.searchsorted(time_s, time_s[first] - EDGE_S)
        end = np.searchsorted(time_s, time_s[last] + EDGE_S, side="right")
        standing[start:end] = True
    return _without_excursions(fixes, standing)


def stood(fixes: Fixes, standing: Mask) -> Fixes:
    """Return the fixes with those of each standing at their median place."""
    lon, lat = fixes.lon.copy(), fixes.lat.copy()
    for first, last in runs(standing):
        run = slice(first, last + 1)
        lon[run], lat[run] = np.median(lon[run]), np.median(lat[run])
    return Fixes(fixes.time_s, lon, lat, fixes.accuracy_m)


def spread_m(fixes: Fixes, begin_s: Floats, end_s: Floats) -> Floats:
    """Measure how far the mover spread within times: root of the mean square distance, in metres.

    Between fixes it is taken to have gone straight and evenly, so that sampling has no weight.
    """
    return spots(fixes, begin_s, end_s)[2]


def spots(fixes: Fixes, begin_s: Floats, end_s: Floats) -> tuple[Floats, Floats, Floats]:
    """Find where the mover was in the mean of times, in degrees, and how far it spread, in metres.

    Between fixes it is taken to have gone straight and evenly.
    """
    across_m, along_m = metres_per_degree(np.median(fixes.lat, keepdims=True))
    length_s = np.maximum(end_s - begin_s, 1e-9)
    square_m2 = np.zeros(len(begin_s))
    means: list[Floats] = []
    for degrees, metres in ((fixes.lon, across_m), (fixes.lat, along_m)):
        # Around the middle, or the squares would swallow the digits.
        middle = np.median(degrees)
        place_m = (degrees - middle) * metres
        mean_m = _integral(fixes.time_s, place_m, begin_s, end_s) / length_s
        mean_m2 = _integral(fixes.time_s, place_m, begin_s, end_s, squared=True) / length_s
        square_m2 += np.maximum(mean_m2 - mean_m**2, 0.0)
        means.append(middle + mean_m / metres)
    return means[0], means[1], np.sqrt(square_m2)


def _integral(
    time_s: Floats, place_m: Floats, begin_s: Floats, end_s: Floats, *, squared: bool = False
) -> Floats:
    """Integrate a place, straight between the fixes, or its square, from begin to end."""
    left, right, length_s = place_m[:-1], place_m[1:], np.diff(time_s)
    if squared:
        whole = (left**2 + left * right + right**2) / 3 * length_s
    else:
        whole = (left + right) / 2 * length_s
    total = np.concatenate([[0.0], np.cumsum(whole)])

    def until(moment_s: Floats) -> Floats:
        leg = np.clip(np.searchsorted(time_s, moment_s, side="right") - 1, 0, len(left) - 1)
        part_s = moment_s - time_s[leg]
        slope = (right[leg] - left[leg]) / length_s[leg]
        here = left[leg] + slope * part_s
        if squared:
            return total[leg] + (left[leg] ** 2 + left[leg] * here + here**2) / 3 * part_s
        return total[leg] + (left[leg] + here) / 2 * part_s

    return until(end_s) - until(begin_s)


def _without_excursions(fixes: Fixes, standing: Mask) -> Mask:
    """Take short, near excursions between two standings for standing, too."""
    across_m, along_m = metres_per_degree(np.median(fixes.lat, keepdims=True))
    standing = standing.copy()
    rests = runs(standing)
    for (first, last), (begin, end) in itertools.pairwise(rests):
        if fixes.time_s[begin] - fixes.time_s[last] > EXCURSION_S:
            continue
        lon, lat = np.median(fixes.lon[first : last + 1]), np.median(fixes.lat[first : last + 1])
        # To where it stands next is a part of the way, however short it is.
        next_lon, next_lat = (
            np.median(fixes.lon[begin : end + 1]),
            np.median(fixes.lat[begin : end + 1]),
        )
        away_m = np.hypot(
            (np.append(fixes.lon[last + 1 : begin], next_lon) - lon) * across_m,
            (np.append(fixes.lat[last + 1 : begin], next_lat) - lat) * along_m,
        )
        if away_m.max() < EXCURSION_M:
            standing[last:begin] = True
    return standing
