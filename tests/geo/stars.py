"""Shapes for property tests: stars of several parts, with holes, some corners on given points."""

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from tests.geo.tilings import Points


def star(
    random: np.random.Generator,
    corners: int,
    west: float,
    south: float,
    side: float,
    through: Points | None = None,
) -> BaseGeometry:
    """Draw a star with a hole around somewhere in a square; it may come out empty.

    Every third corner or so is one of the points that it goes `through`.
    """
    middle = random.uniform((west, south), (west + side, south + side))
    angles = np.sort(random.uniform(0, 2 * np.pi, corners))
    length = random.uniform(side / 8, side / 2, corners)
    ring = np.column_stack(
        [middle[0] + length * np.cos(angles), middle[1] + length * np.sin(angles)]
    )
    if through is not None:
        moved = random.random(corners) < 1 / 3
        ring[moved] = random.choice(through, int(moved.sum()))
    whole = shapely.union_all(_polygons(shapely.make_valid(shapely.Polygon(ring))))
    hole = shapely.Point(middle).buffer(side / 12, 3)
    return shapely.MultiPolygon(_polygons(whole.difference(hole)))


def _polygons(shape: BaseGeometry) -> list[shapely.Polygon]:
    parts = shapely.get_parts(shapely.get_parts([shape]))
    return [part for part in parts if isinstance(part, shapely.Polygon)]


def bbox_of(
    random: np.random.Generator, west: float, south: float, side: float, through: Points
) -> tuple[float, float, float, float]:
    """Draw a box in and around a square, about half of its sides through given points."""
    lon = random.uniform(west - side / 4, west + side * 5 / 4, 2)
    lat = random.uniform(south - side / 4, south + side * 5 / 4, 2)
    for axis, sides in enumerate((lon, lat)):
        moved = random.random(2) < 1 / 2
        sides[moved] = random.choice(through[:, axis], int(moved.sum()))
    (one, other), (low, high) = sorted(lon.tolist()), sorted(lat.tolist())
    return one, low, other, high
