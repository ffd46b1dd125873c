"""How two geometries lie to each other; boxes are compared first, by the index."""

from collections.abc import Mapping
from dataclasses import astuple
from typing import Final, Protocol

from shapely import box
from sqlalchemy import and_, case, cast, false, func, literal, or_
from sqlalchemy.types import Double

from gis_gov.cql.kinds import Condition, Value
from gis_gov.cql.problems import InvalidFilter
from gis_gov.cql.shapes import constant
from gis_gov.geo.around import bbox_around_box
from gis_gov.geo.bbox import BBox

DISTANCE_MAX_M: Final = 100_000.0
_IN_DEGREES: Final = 1.02
"""A circle on the ground is nearly an ellipse in degrees, as wide as its box."""
_DEGREE_MAX_M: Final = 111_700.0
"""No degree is longer: those of latitude are at the poles."""


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
    """Hold where two geometries are within a geodesic distance, with edges straight in degrees.

    Raises:
        InvalidFilter: the distance is negative or above DISTANCE_MAX_M.

    """
    if not 0 <= distance_m <= DISTANCE_MAX_M:
        raise InvalidFilter(f"a distance is from 0 to {DISTANCE_MAX_M:.0f} metres")
    limit_m = cast(literal(distance_m), Double)
    exact = func.distance_m(first.expression, second.expression) <= limit_m
    return _by_degrees(first, second, distance_m, exact) if by_index else exact


def _by_degrees(first: Value, second: Value, distance_m: float, exact: Condition) -> Condition:
    """Leave to `exact` only what a distance in degrees, which is found sooner, doesn't decide."""
    for value, other in ((first, second), (second, first)):
        if other.shape is not None and value.shape is None:
            inner = BBox(*other.shape.bounds)
            outer = bbox_around_box(inner, distance_m)
            around = Value(other.kind, constant(box(*astuple(outer))), other.shape)
            reach = _IN_DEGREES * max(
                inner.west - outer.west,
                inner.south - outer.south,
                outer.east - inner.east,
                outer.north - inner.north,
            )
            perhaps, surely = (
                func.st_dwithin(value.expression, other.expression, degrees)
                for degrees in (reach, distance_m / _DEGREE_MAX_M)
            )
            # A case, as three conditions that go together would be taken for three that don't: for
            # the one row that they are then thought to leave, tables beside it are read whole.
            decided = case((perhaps, or_(surely, exact)), else_=false())
            return and_(_boxes_meet(value, around), decided)
    return exact


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
