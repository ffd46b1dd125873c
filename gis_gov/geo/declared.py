"""Shapes of a GeoJSON document in the CRS that is declared for it, brought to EPSG:4490."""

from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.crs import geometries_to_canonical
from gis_gov.geo.datum import Datum, DatumError
from gis_gov.geo.geojson import GeoJSONError, read_geojson

# An edge that is straight in a projection is none in degrees: it is cut this fine before.
_EDGE_M: Final = 500.0
_PARTS_OF_EDGES_MAX: Final = 5_000


class ShapeError(ValueError):
    """A document that is no GeoJSON, or not in the CRS that it is said to be in."""


def read_shapes(body: bytes, datum: Datum | None) -> tuple[list[BaseGeometry | None], Datum]:
    """Read the geometry of each feature as it is, and find the datum of the coordinates.

    That is `datum`, without it what the document states, else CRS84 (RFC 7946). x is before y.

    Raises:
        ShapeError: it is no GeoJSON, or states another datum, or one that is not taken.

    """
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # of numbers that no datum reaches
            document = read_geojson(body)
        stated = None if document.stated_crs is None else Datum.parse(document.stated_crs)
    except (GeoJSONError, DatumError) as error:
        raise ShapeError(str(error)) from None
    if stated is not None and stated.is_shifted:
        raise ShapeError(f"crs states {stated}, whose coordinates are not taken here; convert them")
    if datum is not None and stated is not None and stated != datum:
        raise ShapeError(f"crs states {stated}, but query.crs says {datum}; leave one out")
    shapes = [feature.geometry for feature in document.features]
    return shapes, datum or stated or Datum.parse("wgs84")


def in_degrees(shape: BaseGeometry, datum: Datum) -> BaseGeometry:
    """Bring a shape of a datum to EPSG:4490, in 2D; long edges of a projection become bent ones.

    Raises:
        ShapeError: the datum does not reach as far as the shape does.

    """
    too_far = ShapeError(f"{datum} does not reach that far")
    shape = shapely.force_2d(shape)
    with np.errstate(over="ignore", invalid="ignore"):
        if not np.isfinite(shape.length):
            raise too_far
        try:
            found = _bent(shape, datum)
            if shape.is_valid and not found.is_valid:
                # A corner on another edge is beside it once that bends: it gets a corner there.
                found = _bent(shapely.union(shape, shape), datum)
        except DatumError as error:
            raise ShapeError(str(error)) from None
        except shapely.GEOSException:  # some of its vertices are nowhere, so that no ring closes
            raise too_far from None
    if not np.isfinite(shapely.get_coordinates(found)).all():
        raise too_far
    return found


def _bent(shape: BaseGeometry, datum: Datum) -> BaseGeometry:
    """Bring a shape to EPSG:4490, its edges cut first where they are straight in a projection."""
    if datum.is_metric and shape.is_valid:
        shape = shapely.segmentize(shape, max(_EDGE_M, shape.length / _PARTS_OF_EDGES_MAX))
    found, _ = geometries_to_canonical([shape], datum)
    return found[0]
