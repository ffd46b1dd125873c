"""Any shapes among points, and how far the points lie from them: by shapely and pyproj alone."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from pyproj import Geod
from shapely.geometry import LineString, MultiLineString, MultiPoint, Point
from shapely.geometry.base import BaseGeometry

from tests.geo.stars import star
from tests.geo.test_surroundings import searched_m
from tests.geo.tilings import Points

GEOD = Geod(ellps="GRS80")
FORMS = ("polygon", "line", "lines", "point", "points")
HAIR_M = 0.005
"""So near to the edge of a ring rounding decides."""


def some_shape(
    random: np.random.Generator, form: str, square: tuple[float, float, float], through: Points
) -> BaseGeometry:
    """Draw a star with a hole, a road, a few places … in a square: west, south and side.

    Some of its corners are among the points that it goes `through`.
    """
    west, south, side = square
    if form == "polygon":
        found = star(random, int(random.integers(3, 12)), west, south, side, through)
        return Point(random.choice(through)).buffer(side / 9) if found.is_empty else found
    ends = random.uniform((west, south), (west + side, south + side), (6, 2))
    moved = random.random(6) < 1 / 3
    places = np.unique(through, axis=0)
    ends[moved] = random.choice(places, int(moved.sum()), replace=False)
    made: dict[str, Any] = {
        "line": LineString(ends[: random.integers(2, 6)]),
        "lines": MultiLineString([ends[:2], ends[2:]]),
        "point": Point(ends[0]),
        "points": MultiPoint(ends[:3]),
    }
    return made[form]


def away_m(shape: BaseGeometry, places: Points, edges_m: Sequence[float]) -> np.ndarray:
    """Measure roughly on a plane, and by a search along all edges what lies near one of `edges_m`.

    A place in a polygon, or on its edge, is 0 m away; one in its hole is not.
    """
    middle = places.mean(axis=0)
    steps = np.array([(0.01, 0), (0, 0.01)])
    ends = middle + steps
    metres = GEOD.inv(*np.repeat(middle[:, None], 2, axis=1), *ends.T)[2]
    scale = metres / 0.01
    flat = shapely.transform(shape, lambda degrees: degrees * scale)
    found = shapely.distance(flat, shapely.points(places * scale))
    apart = np.abs(found[:, None] - np.asarray(edges_m))
    for n in np.flatnonzero((apart < 2 + 0.01 * found[:, None]).any(axis=1)):
        found[n] = searched_m(shape, *places[n])
    return found


def is_close_call(found: np.ndarray, edges_m: Sequence[float]) -> bool:
    """Say whether something lies on an edge of which rounding decides; 0 m is 0 m."""
    apart = np.abs(found[found > 0][:, None] - np.asarray(edges_m))
    return bool((apart < HAIR_M).any())
