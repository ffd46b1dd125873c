"""A drawn polygon: from GeoJSON in any declared CRS to one shape in EPSG:4490."""

from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.datum import Datum
from gis_gov.geo.declared import ShapeError, in_degrees, read_shapes
from gis_gov.problems import InvalidRequest

VERTICES_MAX: Final = 10_000
_POLYGONS: Final = ("Polygon", "MultiPolygon")


class BadPolygon(InvalidRequest):
    """What was drawn is no polygon that anything could lie in."""

    slug, title, status = "bad-polygon", "This is no polygon", 400


def drawn_polygon(body: bytes, datum: Datum | None) -> BaseGeometry:
    """Read polygons, join them to one shape, and bring it to EPSG:4490.

    The `datum` is that of the coordinates (x before y), None for CRS84 or what the document states.

    Raises:
        BadPolygon: it is no GeoJSON of polygons, crosses itself, or lies where the datum does not
            reach.

    """
    try:
        read, found = read_shapes(body, datum)
    except ShapeError as error:
        raise BadPolygon(f"body: {error}") from None
    shapes = [_polygon(each, n) for n, each in enumerate(read)]
    if not shapes:
        raise BadPolygon("body: has no feature; draw a polygon")
    if shapely.get_num_coordinates(shapes).sum() > VERTICES_MAX:
        raise BadPolygon(f"body: has more than {VERTICES_MAX:,} vertices; simplify it")
    return _canonical(shapely.union_all(shapes), found)


def _polygon(shape: BaseGeometry | None, number: int) -> BaseGeometry:
    where = f"body, polygon {number + 1}"
    if shape is None or shape.geom_type not in _POLYGONS:
        kind = "without a geometry" if shape is None else f"a {shape.geom_type}"
        raise BadPolygon(f"{where}: is {kind}; only polygons have things in them")
    if shape.is_empty:
        raise BadPolygon(f"{where}: is empty")
    if not shape.is_valid:
        raise BadPolygon(f"{where}: {shapely.is_valid_reason(shape)}")
    return shapely.force_2d(shape)


def _canonical(shape: BaseGeometry, datum: Datum) -> BaseGeometry:
    try:
        made = in_degrees(shape, datum)
    except ShapeError as error:
        raise BadPolygon(f"body: {error}") from None
    west, south, east, north = shapely.bounds(made)
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise BadPolygon("body: lies outside of longitude -180 to 180, latitude -90 to 90")
    if not made.is_valid:
        raise BadPolygon(f"body: in EPSG:4490 {shapely.is_valid_reason(made)}")
    return made
