"""Places that stay the same to the last digit: a stuck or faked provider."""

import numpy as np

from gis_gov.geo.arrays import Mask
from gis_gov.patrols.pipeline.limits import Limits
from gis_gov.patrols.pipeline.trail import Trail


def find(trail: Trail, limits: Limits) -> Mask:
    """Find fixes at exactly the place of the one before, where that lasts long; the first is kept.

    The fixes of a real receiver differ in their last digits, even if it lies still.
    """
    frozen = np.zeros(len(trail), dtype=np.bool_)
    for rows in trail.rows_by_device():
        fixes = trail.fixes.only(rows)
        moved = (np.diff(fixes.lon) != 0) | (np.diff(fixes.lat) != 0)
        first = np.concatenate([[0], np.flatnonzero(moved) + 1])
        last = np.append(first[1:] - 1, len(rows) - 1)
        long = (fixes.time_s[last] - fixes.time_s[first] >= limits.frozen_s) & (
            last - first + 1 >= limits.frozen_fixes
        )
        for begin, end in zip(first[long], last[long], strict=True):
            frozen[rows[begin + 1 : end + 1]] = True
    return frozen
