"""Geometries that a filter holds: checked, brought into EPSG:4490, bound as parameters."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import orjson
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import LargeBinary, func, literal

from gis_gov.cql.kinds import Expression, Kind, Value
from gis_gov.cql.problems import InvalidFilter
from gis_gov.db.metadata import SRID
from gis_gov.geo.datum import Datum
from gis_gov.geo.declared import ShapeError, in_degrees

VERTICES_MAX: Final = 10_000
METRES_MAX: Final = 1e8
"""Zones of Gauss-Kruger have their number before the easting: 75 million at most."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a filter's coordinates are in; `is_flipped` where its first axis is the northing."""

    datum: Datum
    is_flipped: bool = False


CRS84: Final = Frame(Datum.parse("CRS84"))


def shape_of(node: Any, frame: Frame) -> BaseGeometry:
    """Read a geometry of a filter (GeoJSON, or `{"bbox": [...]}`) as one in EPSG:4490.

    Its edges are straight in the CRS that it is told in: in one of metres they are cut, so that in
    degrees they bend.

    Raises:
        InvalidFilter: it is no geometry, lies off the earth, or crosses itself.

    """
    shape = _placed(_geojson(node), frame) if "type" in node else _box(node["bbox"], frame)
    if shapely.get_num_coordinates(shape) > VERTICES_MAX:
        raise InvalidFilter(f"a geometry has more than {VERTICES_MAX} vertices")
    if shape.is_empty:
        raise InvalidFilter("a geometry is empty")
    try:
        shape = in_degrees(shape, frame.datum)
    except ShapeError as error:
        raise InvalidFilter(f"a geometry cannot be placed: {error}") from None
    _check(shape)
    return shape


def value_of_shape(shape: BaseGeometry) -> Value:
    """Make the value of a geometry in EPSG:4490."""
    return Value(Kind.GEOMETRY, constant(shape), shape=shape)


def constant(shape: BaseGeometry) -> Expression:
    """Bind a geometry in EPSG:4490."""
    return func.st_geomfromwkb(literal(shapely.to_wkb(shape), LargeBinary), SRID)


def _geojson(node: Any) -> BaseGeometry:
    try:
        return shapely.force_2d(shapely.from_geojson(orjson.dumps(node)))
    except (shapely.errors.ShapelyError, ValueError, TypeError):
        raise InvalidFilter("a geometry is no GeoJSON geometry") from None


def _placed(shape: BaseGeometry, frame: Frame) -> BaseGeometry:
    """Bring the easting first."""
    if not frame.is_flipped:
        return shape
    return shapely.transform(shape, lambda coordinates: coordinates[:, ::-1])


def _box(numbers: Any, frame: Frame) -> BaseGeometry:
    """Make a box in the axis order of its CRS, with heights or without; its easting comes first."""
    match numbers:
        case [a, b, c, d] | [a, b, _, c, d, _]:
            west, south, east, north = (b, a, d, c) if frame.is_flipped else (a, b, c, d)
        case _:
            raise InvalidFilter("a box has 4 numbers, or 6 with heights")
    if any(isinstance(each, bool) or not isinstance(each, int | float) for each in numbers):
        raise InvalidFilter("a box has 4 numbers, or 6 with heights")
    if not np.isfinite([west, south, east, north]).all() or south > north:
        raise InvalidFilter("the order of a box is west, south, east, north")
    if frame.datum.is_metric:
        if max(map(abs, (west, south, east, north))) > METRES_MAX:
            raise InvalidFilter("a box lies off the earth")
        if west > east:
            raise InvalidFilter("the order of a box is west, south, east, north")
        return _rectangle(west, south, east, north)
    if west > east:  # across the antimeridian
        return shapely.union(
            _rectangle(west, south, 180, north), _rectangle(-180, south, east, north)
        )
    return _rectangle(west, south, east, north)


def _rectangle(west: float, south: float, east: float, north: float) -> BaseGeometry:
    """Make a rectangle, or the line or point that it is without a width or height."""
    if west == east and south == north:
        return shapely.Point(west, south)
    if west == east or south == north:
        return shapely.LineString([(west, south), (east, north)])
    return shapely.box(west, south, east, north)


def _check(shape: BaseGeometry) -> None:
    if (np.abs(shapely.get_coordinates(shape)) > (180, 90)).any():
        raise InvalidFilter("a geometry lies off the earth: are the two coordinates swapped?")
    if not shape.is_valid:
        # Where it crosses itself is told by position, which the client has sent.
        raise InvalidFilter(f"a geometry is not valid: {shapely.is_valid_reason(shape)}")
