"""How two geometries lie to each other; boxes are compared first, by the index."""

from collections.abc import Mapping
from dataclasses import astuple
from typing import Any, Final, Protocol

from geoalchemy2 import Geography
from shapely import box
from sqlalchemy import and_, cast, func, literal, true
from sqlalchemy.types import Double

from gis_gov.cql.kinds import Condition, Expression, Value
from gis_gov.cql.problems import InvalidFilter
from gis_gov.cql.shapes import constant
from gis_gov.geo.around import bbox_around_box
from gis_gov.geo.bbox import BBox

DISTANCE_MAX_M: Final = 100_000.0


class Relation(Protocol):
    """A relation of two geometries.

    `by_index` compares boxes first: that is false where a geometry is not there, not null.
    """

    def __call__(self, first: Value, second: Value, *, by_index: bool = True) -> Condition:
        """Hold where the geometries lie so to each other."""
        ...


def _meeting(name: str) -> Relation:
    """Make a relation that only geometries of meeting boxes can have."""

    def relation(first: Value, second: Value, *, by_index: bool = True) -> Condition:
        exact = getattr(func, name)(first.expression, second.expression)
        return and_(_boxes_meet(first, second), exact) if by_index else exact

    return relation


def _boxes_meet(first: Value, second: Value) -> Condition:
    if first.near is not None and second.shape is not None:
        return first.near(second.expression)
    if second.near is not None and first.shape is not None:
        return second.near(first.expression)
    return first.expression.op("&&", is_comparison=True)(second.expression)


def _disjoint(first: Value, second: Value, *, by_index: bool = True) -> Condition:
    del by_index  # what is apart is found by none
    return func.st_disjoint(first.expression, second.expression)


def within_distance(
    first: Value, second: Value, distance_m: float, *, by_index: bool = True
) -> Condition:
    """Hold where two geometries are within a geodesic distance of each other.

    Raises:
        InvalidFilter: the distance is negative or above DISTANCE_MAX_M.

    """
    if not 0 <= distance_m <= DISTANCE_MAX_M:
        raise InvalidFilter(f"a distance is from 0 to {DISTANCE_MAX_M:.0f} metres")
    exact = func.st_dwithin(_geodesic(first), _geodesic(second), cast(literal(distance_m), Double))
    return and_(_near(first, second, distance_m), exact) if by_index else exact


def _near(first: Value, second: Value, distance_m: float) -> Condition:
    for value, other in ((first, second), (second, first)):
        if other.shape is not None and value.shape is None:
            near = bbox_around_box(BBox(*other.shape.bounds), distance_m)
            around = Value(other.kind, constant(box(*astuple(near))), other.shape)
            return _boxes_meet(value, around)
    return true()


def _geodesic(value: Value) -> Expression:
    made: Any = cast(value.expression, Geography(srid=4490, spatial_index=False))
    return made


SPATIAL_RELATIONS: Final[Mapping[str, Relation]] = {
    "s_intersects": _meeting("st_intersects"),
    "s_within": _meeting("st_within"),
    "s_contains": _meeting("st_contains"),
    "s_touches": _meeting("st_touches"),
    "s_crosses": _meeting("st_crosses"),
    "s_overlaps": _meeting("st_overlaps"),
    "s_equals": _meeting("st_equals"),
    "s_disjoint": _disjoint,
}
