"""The fixes of a mover as one place for each moment."""

import numpy as np

from gis_gov.geo.arrays import Floats
from gis_gov.geo.track.fixes import Fixes


def moments(fixes: Fixes) -> Fixes:
    """Return the fixes that have a place, one for each time, in the order of time.

    Of different places at one time the mean is taken; whatever is repeated counts once. So the
    result is the same for any order of the rows.
    """
    known = np.isfinite(fixes.time_s) & np.isfinite(fixes.lon) & np.isfinite(fixes.lat)
    fixes = fixes.only(known)
    fixes = fixes.only(np.lexsort((fixes.accuracy_m, fixes.lat, fixes.lon, fixes.time_s)))
    if len(fixes) < 2:
        return fixes
    again = _same(fixes.time_s) & _same(fixes.lon) & _same(fixes.lat)
    fixes = fixes.only(~again)
    first = np.flatnonzero(~_same(fixes.time_s))
    if len(first) == len(fixes):
        return fixes
    sizes = np.diff(first, append=len(fixes))
    lon, lat, accuracy_m = (
        np.add.reduceat(column, first) / sizes
        for column in (fixes.lon, fixes.lat, fixes.accuracy_m)
    )
    return Fixes(fixes.time_s[first], lon, lat, accuracy_m)


def _same(column: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Say of each row whether it has the value of the one before."""
    return np.concatenate([[False], column[1:] == column[:-1]])
