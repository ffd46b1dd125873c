"""Where a mover stayed, and for how long.

A stay is a time of at least 10 minutes in which the mover kept within 20 m of a place (Baidu's
track service uses the same bounds), as far as the noise of the fixes lets that be seen.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from gis_gov.geo.arrays import Floats
from gis_gov.geo.measure import distance_m
from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.gaps import GAP_M, GAP_S, pieces
from gis_gov.geo.track.moments import moments
from gis_gov.geo.track.standing import spots

STAY_M: Final = 20.0
"""Who moves about within this distance of a place, in metres, stays there."""
STAY_S: Final = 600.0
"""If it does so for as long, in seconds."""
NOISE_M: Final = 15.0
"""The noise of fixes whose accuracy was not told, as a radius in metres."""
NOISE_M_MAX: Final = 35.0
"""No more noise than this is granted, whatever accuracy was told."""


@dataclass(frozen=True, slots=True)
class Stay:
    """From when to when a mover stayed, in seconds since 1970, and where, in degrees (EPSG:4490).

    The place is the mean over the time.
    """

    begin_s: float
    end_s: float
    lon: float
    lat: float


def stays(
    fixes: Fixes,
    *,
    within_m: float = STAY_M,
    at_least_s: float = STAY_S,
    gap_s: float = GAP_S,
    gap_m: float = GAP_M,
) -> list[Stay]:
    """List the stays of a track in the order of time; none goes over a gap."""
    found: list[Stay] = []
    for piece in pieces(moments(fixes), gap_s=gap_s, gap_m=gap_m):
        found.extend(_of_piece(piece, within_m, at_least_s))
    return found


def _of_piece(fixes: Fixes, within_m: float, at_least_s: float) -> list[Stay]:
    """Look at all times of the least length of a stay: those with little spread make the stays.

    As a bound of the spread, a disc is taken to be evenly filled, and noise added to it.
    """
    begin_s = _begins_s(fixes.time_s, at_least_s)
    if not len(begin_s):
        return []
    lon, lat, spread_m = spots(fixes, begin_s, begin_s + at_least_s)
    noise_m = _noise_m(fixes, begin_s, begin_s + at_least_s)
    narrow = np.flatnonzero(spread_m <= np.hypot(within_m / np.sqrt(2), noise_m))
    radius_m = within_m + noise_m
    found: list[Stay] = []
    free = 0
    for first, last in _same_place(lon[narrow], lat[narrow], radius_m[narrow]):
        rows = narrow[first : last + 1]
        # With the fixes next to these times: rare ones say where it was between them.
        start = int(np.searchsorted(fixes.time_s, begin_s[rows[0]], side="right")) - 1
        end = int(np.searchsorted(fixes.time_s, begin_s[rows[-1]] + at_least_s))
        whole = fixes.only(np.arange(max(start, free), min(end + 1, len(fixes))))
        # Without the way to the place and from it.
        place = float(lon[rows].mean()), float(lat[rows].mean())
        far_m = distance_m(whole.lon, whole.lat, *place)
        near_s = whole.time_s[far_m <= np.median(radius_m[rows])]
        if len(near_s) and near_s[-1] - near_s[0] >= at_least_s:
            found.append(Stay(float(near_s[0]), float(near_s[-1]), *place))
            free = int(np.searchsorted(fixes.time_s, near_s[-1]))
    return found


def _begins_s(time_s: Floats, at_least_s: float) -> Floats:
    """List when the looks begin: at each fix, and so that they end at each, in order."""
    begin_s = np.unique(np.concatenate([time_s, time_s - at_least_s]))
    return begin_s[(begin_s >= time_s[0]) & (begin_s <= time_s[-1] - at_least_s)]


def _noise_m(fixes: Fixes, begin_s: Floats, end_s: Floats) -> Floats:
    """Take the mean of what was told about the fixes of each time, as a radius in metres."""
    told_m = np.clip(np.nan_to_num(fixes.accuracy_m, nan=NOISE_M), 0.0, NOISE_M_MAX)
    total_m = np.concatenate([[0.0], np.cumsum(told_m)])
    first = np.searchsorted(fixes.time_s, begin_s)
    last = np.searchsorted(fixes.time_s, end_s, side="right")
    none = first >= last  # between two fixes: as the one after
    last = np.where(none, np.minimum(first + 1, len(fixes)), last)
    return (total_m[last] - total_m[first]) / np.maximum(last - first, 1)


def _same_place(lon: Floats, lat: Floats, radius_m: Floats) -> list[tuple[int, int]]:
    """List the first and the last of looks in a row whose places keep near to that of the first."""
    groups: list[tuple[int, int]] = []
    first = 0
    while first < len(lon):
        far_m = distance_m(lon[first:], lat[first:], lon[first], lat[first])
        away = np.flatnonzero(far_m > radius_m[first:])
        last = first + int(away[0]) - 1 if len(away) else len(lon) - 1
        groups.append((first, last))
        first = last + 1
    return groups
