"""Which of some polygons hold a part of a shape, each part but once where they share an edge."""

from collections.abc import Sequence
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

# 0.1 mm: what is cut at a slanting edge may leave so much on the wrong side of it.
_LENGTH_DEGREES: Final = 1e-9


def holders(shape: BaseGeometry, polygons: Sequence[BaseGeometry]) -> list[int]:
    """Return the positions of those polygons that hold a part of a line or a polygon.

    A polygon's part has an area, a line's a length. What runs along an edge that several share
    belongs to the first of them, as a point there does.
    """
    if shape.area:
        return [n for n, polygon in enumerate(polygons) if _shares_ground(polygon, shape)]
    found: list[int] = []
    left = shape
    for place, polygon in enumerate(polygons):
        along = shapely.intersection(polygon, left).length
        if along > _LENGTH_DEGREES or _shares_ground(polygon, shape):
            found.append(place)
        left = left.difference(polygon)
    return found


def _shares_ground(polygon: BaseGeometry, shape: BaseGeometry) -> bool:
    return bool(shapely.intersects(polygon, shape) and not shapely.touches(polygon, shape))
