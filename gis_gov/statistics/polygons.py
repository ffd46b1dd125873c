"""A drawn polygon: from GeoJSON in any declared CRS to one shape in EPSG:4490."""

from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.crs import geometries_to_canonical
from gis_gov.geo.datum import Datum, DatumError, System
from gis_gov.geo.geojson import GeoJSONError, read_geojson
from gis_gov.problems import InvalidRequest

VERTICES_MAX: Final = 10_000
# An edge that is straight in a projection is none in degrees: it is cut this fine before.
_EDGE_M: Final = 500.0
_PARTS_OF_EDGES_MAX: Final = 5_000
_SHIFTED: Final = (System.GCJ02, System.BD09, System.BD09MC)
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
    with np.errstate(over="ignore", invalid="ignore"):  # of numbers that are refused below
        return _drawn_polygon(body, datum)


def _drawn_polygon(body: bytes, datum: Datum | None) -> BaseGeometry:
    try:
        document = read_geojson(body)
        stated = None if document.stated_crs is None else Datum.parse(document.stated_crs)
    except (GeoJSONError, DatumError) as error:
        raise BadPolygon(f"body: {error}") from None
    if stated is not None and stated.system in _SHIFTED:
        raise BadPolygon(f"body.crs: {stated} coordinates are not taken here; convert them")
    if datum is not None and stated is not None and stated != datum:
        raise BadPolygon(f"body.crs: states {stated}, but query.crs says {datum}; leave one out")
    shapes = [_polygon(feature.geometry, n) for n, feature in enumerate(document.features)]
    if not shapes:
        raise BadPolygon("body: has no feature; draw a polygon")
    if shapely.get_num_coordinates(shapes).sum() > VERTICES_MAX:
        raise BadPolygon(f"body: has more than {VERTICES_MAX:,} vertices; simplify it")
    return _canonical(shapely.union_all(shapes), datum or stated or Datum.parse("wgs84"))


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
    if datum.is_metric:
        shape = shapely.segmentize(shape, max(_EDGE_M, shape.length / _PARTS_OF_EDGES_MAX))
    try:
        found, _ = geometries_to_canonical([shape], datum)
    except DatumError as error:
        raise BadPolygon(f"query.crs: {error}") from None
    except shapely.GEOSException:  # some of its vertices are nowhere, so that no ring closes
        raise BadPolygon(f"body: {datum} does not reach that far") from None
    made = found[0]
    west, south, east, north = shapely.bounds(made)
    if not (np.isfinite([west, south, east, north]).all()):
        raise BadPolygon(f"body: {datum} does not reach that far")
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise BadPolygon("body: lies outside of longitude -180 to 180, latitude -90 to 90")
    if not made.is_valid:
        raise BadPolygon(f"body: in EPSG:4490 {shapely.is_valid_reason(made)}")
    return made
