"""Tracks that are told once more at another time: a receiver's noise never repeats."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from gis_gov.geo.arrays import Floats, Mask, Positions
from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.runs import runs

RUN_FIXES: Final = 30
"""So many places in a row, each another one, nobody comes through twice to the last digit."""
SHINGLE_FIXES: Final = 6
"""Places that are hashed together."""
WINDOW: Final = RUN_FIXES - SHINGLE_FIXES + 1
"""Of so many shingles in a row one at least is kept: so equal runs have one kept in common."""
APART_S: Final = 600.0
"""What is told of times that are nearer is told by two devices, or by a clock that was set."""
COARSE_DIGITS: Final = 4
"""Places on a grid of 11 m are the same for everybody on a road."""

_NONE: Final = np.iinfo(np.uint64).max
Hashes = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Shingles:
    """Hashes of places in a row, with the times of the first of them; in the order of time."""

    print: Positions
    time_s: Floats


NO_SHINGLES: Final = Shingles(np.zeros(0, dtype=np.int64), np.zeros(0))


def shingles_of(fixes: Fixes) -> Shingles:
    """Hash all shingles of the fixes of one device, in the order of time.

    A place that is told again and again is one; shingles in which one comes twice are left out, as
    are places on a coarse grid.
    """
    hashes, rows = _hashed(fixes)
    known = hashes != _NONE
    return Shingles(hashes[known].view(np.int64), fixes.time_s[rows[: len(hashes)][known]])


def prints_of(fixes: Fixes) -> Shingles:
    """Choose the shingles that are kept of a device's fixes: about one of thirteen.

    Two tracks that have RUN_FIXES places in a row in common have one of these in common, wherever
    they begin (winnowing: Schleimer et al. 2003, SIGMOD).
    """
    hashes, rows = _hashed(fixes)
    if len(hashes) < WINDOW:
        return NO_SHINGLES
    windows = sliding_window_view(hashes, WINDOW)
    chosen = np.unique(np.arange(len(windows)) + np.argmin(windows, axis=1))
    chosen = chosen[hashes[chosen] != _NONE]
    first, at = np.unique(hashes[chosen], return_index=True)
    return Shingles(first.view(np.int64), fixes.time_s[rows[chosen[at]]])


def retold(fixes: Fixes, told: Shingles) -> Mask:
    """Mark the fixes of a device that are told once more.

    `told` has the shingles of all tracks that are compared, also of these fixes themselves. Marked
    are runs of RUN_FIXES different places at least, which were told over APART_S before.
    """
    marked = np.zeros(len(fixes), dtype=np.bool_)
    hashes, rows = _hashed(fixes)
    if not len(hashes) or not len(told.print):
        return marked
    order = np.lexsort((told.time_s, told.print))
    first = np.unique(told.print[order], return_index=True)[1]
    prints, since_s = told.print[order][first], told.time_s[order][first]
    mine = hashes.view(np.int64)
    at = np.minimum(np.searchsorted(prints, mine), len(prints) - 1)
    again = (prints[at] == mine) & (hashes != _NONE)
    again &= since_s[at] < fixes.time_s[rows[: len(hashes)]] - APART_S
    covered = np.zeros(len(rows), dtype=np.bool_)
    for step in range(SHINGLE_FIXES):
        covered[step : step + len(again)] |= again
    for begin, end in runs(covered):
        places = np.column_stack(
            [fixes.lon[rows[begin : end + 1]], fixes.lat[rows[begin : end + 1]]]
        )
        if len(np.unique(places, axis=0)) >= RUN_FIXES:
            # With what stood still there.
            until = rows[end + 1] if end + 1 < len(rows) else len(fixes)
            marked[rows[begin] : until] = True
    return marked


def _hashed(fixes: Fixes) -> tuple[Hashes, Positions]:
    """Hash each shingle, _NONE where it tells nothing; and list the rows of the places."""
    lon, lat = fixes.lon, fixes.lat
    is_other = np.ones(len(fixes), dtype=np.bool_)
    is_other[1:] = (np.diff(lon) != 0) | (np.diff(lat) != 0)
    is_coarse = (np.round(lon, COARSE_DIGITS) == lon) & (np.round(lat, COARSE_DIGITS) == lat)
    rows = np.flatnonzero(is_other & ~is_coarse)
    if len(rows) < SHINGLE_FIXES:
        return np.zeros(0, dtype=np.uint64), rows
    place = _mixed(_mixed(_bits(lon[rows])) + _bits(lat[rows]))
    parts = sliding_window_view(place, SHINGLE_FIXES)
    whole = np.zeros(len(parts), dtype=np.uint64)
    for step in range(SHINGLE_FIXES):
        whole = _mixed(whole + parts[:, step])
    is_twice = (np.diff(np.sort(parts, axis=1), axis=1) == 0).any(axis=1)
    whole[is_twice] = _NONE
    return whole, rows


def _bits(values: Floats) -> Hashes:
    return np.ascontiguousarray(values, dtype=np.float64).view(np.uint64)


def _mixed(values: Hashes) -> Hashes:
    """Mix the bits (splitmix64), so that near places have hashes far from each other."""
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def joined(parts: Sequence[Shingles]) -> Shingles:
    """Return the shingles of all parts."""
    whole = (NO_SHINGLES, *parts)
    return Shingles(
        np.concatenate([each.print for each in whole]),
        np.concatenate([each.time_s for each in whole]),
    )
