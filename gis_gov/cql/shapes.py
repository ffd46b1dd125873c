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
from gis_gov.geo.crs import geometries_to_canonical
from gis_gov.geo.datum import Datum

VERTICES_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class Frame:
    """What a filter's coordinates are in; `is_flipped` where its first axis is the northing."""

    datum: Datum
    is_flipped: bool = False


CRS84: Final = Frame(Datum.parse("CRS84"))


def shape_of(node: Any, frame: Frame) -> BaseGeometry:
    """Read a geometry of a filter (GeoJSON, or `{"bbox": [...]}`) as one in EPSG:4490.

    Raises:
        InvalidFilter: it is no geometry, lies off the earth, or crosses itself.

    """
    shape = _box(node["bbox"]) if "bbox" in node else _geojson(node)
    if shapely.get_num_coordinates(shape) > VERTICES_MAX:
        raise InvalidFilter(f"a geometry has more than {VERTICES_MAX} vertices")
    if shape.is_empty:
        raise InvalidFilter("a geometry is empty")
    if frame.is_flipped:
        shape = shapely.transform(shape, lambda coordinates: coordinates[:, ::-1])
    shape = geometries_to_canonical([shape], frame.datum)[0][0]
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


def _box(numbers: Any) -> BaseGeometry:
    match numbers:
        case [w, s, e, n] | [w, s, _, e, n, _]:
            pass
        case _:
            raise InvalidFilter("a box has 4 numbers: west, south, east, north")
    if any(isinstance(each, bool) or not isinstance(each, int | float) for each in (w, s, e, n)):
        raise InvalidFilter("a box has 4 numbers: west, south, east, north")
    if w > e or s > n:
        raise InvalidFilter("the order of a box is west, south, east, north")
    return box(w, s, e, n)


def box(west: float, south: float, east: float, north: float) -> BaseGeometry:
    """Make a box, or the line or point that it is without a width or height."""
    if west == east and south == north:
        return shapely.Point(west, south)
    if west == east or south == north:
        return shapely.LineString([(west, south), (east, north)])
    return shapely.box(west, south, east, north)


def _check(shape: BaseGeometry) -> None:
    coordinates = shapely.get_coordinates(shape)
    if not np.isfinite(coordinates).all():
        raise InvalidFilter("a geometry has coordinates that its CRS cannot place")
    if (np.abs(coordinates) > (180, 90)).any():
        raise InvalidFilter("a geometry lies off the earth: are the two coordinates swapped?")
    if not shape.is_valid:
        # Where it crosses itself is told by position, which the client has sent.
        raise InvalidFilter(f"a geometry is not valid: {shapely.is_valid_reason(shape)}")
