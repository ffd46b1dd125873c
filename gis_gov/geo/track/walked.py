"""The cells that a mover came through."""

from typing import Final

import numpy as np

from gis_gov.geo.cells import NO_CELL, Cells, cells_of
from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.moments import moments
from gis_gov.geo.track.passing import is_leg
from gis_gov.geo.track.plane import Plane

RESOLUTION: Final = 11
"""Cells of 25 m around their centre: what who walks sees, and more than the noise of a phone."""
STEP_M: Final = 10.0
"""It is looked so often along a way: a corner of a cell may be passed unseen that is no longer."""


def walked_cells(fixes: Fixes) -> Cells:
    """Find the cells of all fixes and of the known ways between them, each once, in order."""
    fixes = moments(fixes)
    if not len(fixes):
        return np.empty(0, dtype=np.int64)
    plane = Plane(float(np.median(fixes.lon)), float(np.median(fixes.lat)))
    places = plane.metres(fixes.lon, fixes.lat)
    legs = np.flatnonzero(is_leg(fixes, places))
    length_m = np.hypot(*(places[legs + 1] - places[legs]).T)
    steps = np.maximum(np.ceil(length_m / STEP_M), 1).astype(np.int64)
    leg = np.repeat(legs, steps)
    number = np.arange(len(leg)) - np.repeat(np.cumsum(steps) - steps, steps)
    share = number / np.repeat(steps, steps)
    lon, lat = (
        np.concatenate([axis, axis[leg] + share * (axis[leg + 1] - axis[leg])])
        for axis in (fixes.lon, fixes.lat)
    )
    found = np.unique(cells_of(lon, lat, RESOLUTION))
    return found[found != NO_CELL]
