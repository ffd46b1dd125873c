"""Which fixes of a track lie near a shape, and whether its way came near at all."""

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.arrays import Mask
from gis_gov.geo.track.coverage import way_of
from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.plane import Plane


def near(fixes: Fixes, shape: BaseGeometry, within_m: float) -> Mask:
    """Mark the fixes that lie within a distance in metres of a shape (EPSG:4490), 0 for in it."""
    plane, laid = _laid(shape)
    places = plane.metres(fixes.lon, fixes.lat)
    shapely.prepare(laid)
    return np.asarray(
        shapely.dwithin(laid, shapely.points(places.reshape(-1, 2)), within_m), dtype=np.bool_
    )


def comes_near(fixes: Fixes, shape: BaseGeometry, within_m: float) -> bool:
    """Say whether a track comes within a distance in metres of a shape (EPSG:4490).

    The track is the line between its fixes, but not over gaps.
    """
    plane, laid = _laid(shape)
    return bool(shapely.dwithin(way_of(fixes, plane), laid, within_m))


def _laid(shape: BaseGeometry) -> tuple[Plane, BaseGeometry]:
    """Lay a shape onto a plane around its own middle."""
    west, south, east, north = shape.bounds
    plane = Plane((west + east) / 2, (south + north) / 2)
    laid: BaseGeometry = plane.laid(shape)
    return plane, laid
