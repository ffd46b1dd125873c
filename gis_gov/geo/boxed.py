"""How far boxes of degrees are from a shape, without a look at the points in them."""

from typing import Final

import numpy as np

from gis_gov.geo.arrays import Floats
from gis_gov.geo.surroundings import Surroundings

DEEP_M: Final = 50.0
"""Boxes that are larger count as if they reached out of the polygon that their middle is in."""
_SLACK_M: Final = 0.02
"""Distances to shapes are right to some micrometres."""
# A degree of latitude is longest at the poles; one of longitude is shorter than that by the cosine.
_DEGREE_MAX_M: Final = 111_700.0


def bounds_m(
    around: Surroundings, west: Floats, south: Floats, east: Floats, north: Floats, radius_m: float
) -> tuple[Floats, Floats]:
    """Say how far from a shape, at least and at most, in metres, whatever lies in each box is.

    A box that is but a point is told as exactly as that point is. Of a box that reaches no nearer
    than `radius_m` both may be infinite; of one without sides they are NaN.
    """
    lon, lat = (west + east) / 2, (south + north) / 2
    half_m = _half_diagonals_m(west, south, east, north)
    large = ~(half_m <= DEEP_M)
    near = np.flatnonzero(large | around.may_reach(lon, lat, radius_m + DEEP_M + _SLACK_M))
    middle_m = around.distance_m(lon[near], lat[near])
    slack_m = np.where(half_m[near] > 0, half_m[near] + _SLACK_M, 0.0)
    least_m, most_m = np.full(lon.size, np.inf), np.full(lon.size, np.inf)
    least_m[near] = np.maximum(middle_m - slack_m, 0.0)
    most_m[near] = middle_m + slack_m
    deep = near[~large[near] & (middle_m == 0)]
    most_m[deep[around.holds_deeply(lon[deep], lat[deep], DEEP_M + _SLACK_M)]] = 0.0
    return least_m, most_m


def _half_diagonals_m(west: Floats, south: Floats, east: Floats, north: Floats) -> Floats:
    """Return how far the corners of boxes are from their middles, or a little more."""
    # Widest where a box is nearest to the equator.
    nearest = np.where((south <= 0) & (north >= 0), 0.0, np.minimum(np.abs(south), np.abs(north)))
    across = (east - west) / 2 * np.cos(np.radians(nearest))
    return np.asarray(np.hypot(across, (north - south) / 2) * _DEGREE_MAX_M, dtype=np.float64)
