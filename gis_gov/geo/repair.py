"""Repair of invalid polygons, where that leaves their area and their parts as they were."""

from typing import Final, NamedTuple

import shapely
from shapely.geometry.base import BaseGeometry

AREA_RELATIVE: Final = 1e-9
"""By how much a repair may change the area, relative to it."""


class Repair(NamedTuple):
    """A polygon made valid, or None; and what was wrong, or why it cannot be repaired."""

    polygon: shapely.Polygon | shapely.MultiPolygon | None
    reason: str


def repair(polygon: BaseGeometry) -> Repair:
    """Make a polygon valid if its area and its number of parts stay the same.

    A valid one comes back as it is, with an empty reason. A ring that crosses itself, parts that
    overlap or a hole outside change the area; a ring pinched to two changes the parts: these are
    for a human, and the polygon is None.
    """
    if not isinstance(polygon, shapely.Polygon | shapely.MultiPolygon):
        return Repair(None, f"a {polygon.geom_type} is no polygon")
    if polygon.is_empty:
        return Repair(None, "the polygon is empty")
    if polygon.is_valid:
        return Repair(polygon, "")
    fault = shapely.is_valid_reason(polygon)
    made = shapely.make_valid(polygon, method="structure", keep_collapsed=False)
    if not isinstance(made, shapely.Polygon | shapely.MultiPolygon) or made.is_empty:
        return Repair(None, f"{fault}: nothing is left of it as a polygon")
    before, after = len(shapely.get_parts(polygon)), len(shapely.get_parts(made))
    if after != before:
        return Repair(None, f"{fault}: a repair would make {after} parts of {before}")
    if abs(made.area - polygon.area) > AREA_RELATIVE * polygon.area:
        change = made.area / polygon.area - 1 if polygon.area else float("inf")
        return Repair(None, f"{fault}: a repair would change its area by {change:+.2%}")
    return Repair(made, fault)
