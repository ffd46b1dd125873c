"""Conditions from what a request says: properties by name, a box, a time, a filter."""

from collections.abc import Collection as Listed
from collections.abc import Sequence
from datetime import datetime

from shapely.geometry.base import BaseGeometry
from sqlalchemy import Column, DateTime, and_, cast, literal, or_, true
from starlette.datastructures import QueryParams

from gis_gov.collection import Collection
from gis_gov.cql import moments
from gis_gov.cql.comparison import compared
from gis_gov.cql.kinds import Condition, Expression, Kind, Queryable, Value
from gis_gov.cql.literals import literal_value
from gis_gov.cql.problems import InvalidFilter
from gis_gov.cql.shapes import CRS84, Frame, shape_of, value_of_shape
from gis_gov.cql.spatial import SPATIAL_RELATIONS
from gis_gov.interval import Interval
from gis_gov.problems import InvalidRequest, UnknownParameter
from gis_gov.queryables import GEOMETRY, Names


def by_parameters(asked: QueryParams, own: Listed[str], names: Names) -> list[Condition]:
    """Read the parameters that are named as properties: `?state=pending`.

    Raises:
        UnknownParameter: there is no such property.
        InvalidRequest: a value is not of the property's kind, or given twice.

    """
    made: list[Condition] = []
    for parameter in (each for each in asked if each not in own):
        if parameter not in names or parameter == GEOMETRY:
            known = ", ".join(sorted({*own, *names} - {GEOMETRY}))
            raise UnknownParameter(
                f"{parameter!r} is not known here; known: {known}", parameter=parameter
            )
        values = asked.getlist(parameter)
        if len(values) > 1:
            raise InvalidRequest.at(f"query.{parameter}", f"given {len(values)} times")
        try:
            made.append(_equals(names[parameter], values[0], names.choices(parameter)))
        except InvalidFilter as error:
            raise InvalidRequest.at(f"query.{parameter}", error.fault) from None
    return made


def _equals(found: Queryable, text: str, choices: Sequence[str]) -> Condition:
    if choices and text not in choices:
        raise InvalidFilter(f"is one of {', '.join(choices)}")
    value = Value(found.kind, found.expression)
    if found.kind is Kind.TEXTS:
        holds = found.expression.op("@>", is_comparison=True)
        return holds(_literal([text]).expression)
    return compared("=", value, _read(found.kind, text))


def _read(kind: Kind, text: str) -> Value:
    match kind:
        case Kind.DATE | Kind.INSTANT:
            return moments.time_value(text)
        case Kind.INTEGER | Kind.NUMBER:
            try:
                return _literal(int(text) if text.lstrip("-").isdecimal() else float(text))
            except ValueError:
                raise InvalidFilter("is no number") from None
        case Kind.BOOLEAN:
            if text not in {"true", "false"}:
                raise InvalidFilter("is true or false")
            return _literal(text == "true")
        case _:
            return _literal(text)


def _literal(node: object) -> Value:
    value = literal_value(node, CRS84)
    if value is None:
        raise InvalidFilter("is no value")
    return value


def box_of(text: str, frame: Frame) -> BaseGeometry:
    """Read `west,south,east,north` in the axis order of its CRS, with heights or without.

    Raises:
        InvalidRequest: it is no box.

    """
    try:
        if any(each.isspace() for each in text):
            raise ValueError  # noqa: TRY301 - as any other that is no list of numbers
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        raise InvalidRequest.at("query.bbox", "needs numbers with commas between") from None
    try:
        return shape_of({"bbox": numbers}, frame)
    except InvalidFilter as error:
        raise InvalidRequest.at("query.bbox", error.fault) from None


def in_box(box: BaseGeometry, names: Names) -> list[Condition]:
    """Return the ways to lie in a box, each for an index.

    What has no geometry is everywhere, as the standard asks.
    """
    found = names[GEOMETRY]
    place = Value(found.kind, found.expression, near=found.near)
    meets = SPATIAL_RELATIONS["s_intersects"](place, value_of_shape(box))
    is_placed = isinstance(found.expression, Column) and not found.expression.nullable
    if is_placed and not found.absent:
        return [meets]
    return [meets, *(found.absent or (found.expression.is_(None),))]


def during(interval: Interval, collection: Collection, names: Names) -> Condition:
    """Hold for what there was at some moment of an interval; what has no time always was."""
    if collection.times is None:
        return true()
    first, last = (names[name] for name in collection.times)
    start = moments.span_of(Value(first.kind, first.expression)).start
    end = moments.span_of(Value(last.kind, last.expression)).end
    parts: list[Condition] = []
    if interval.until is not None:
        parts.append(or_(start.is_(None), start < _moment(interval.until)))
    if interval.since is not None:
        parts.append(or_(end.is_(None), end >= _moment(interval.since)))
    return and_(true(), *parts)


def _moment(at: datetime) -> Expression:
    return cast(literal(at), DateTime(timezone=True))
