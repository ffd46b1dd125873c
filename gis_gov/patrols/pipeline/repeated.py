"""Fixes that are there already."""

import numpy as np

from gis_gov.geo.arrays import Mask
from gis_gov.patrols.pipeline.limits import Limits
from gis_gov.patrols.pipeline.trail import Trail


def find(trail: Trail, _limits: Limits) -> Mask:
    """Find all but the first of the fixes of one time from one device, or at one place."""
    fixes = trail.fixes
    repeated = np.zeros(len(trail), dtype=np.bool_)
    for same in ((fixes.time_s, trail.device), (fixes.time_s, fixes.lon, fixes.lat)):
        rows = np.flatnonzero(~repeated)
        _, first = np.unique(
            np.column_stack([column[rows] for column in same]), axis=0, return_index=True
        )
        repeated[np.delete(rows, first)] = True
    return repeated
