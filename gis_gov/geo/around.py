"""The box of degrees that holds everything within a distance of a point, or of a box."""

from math import asin, cos, degrees, pi, radians, sin
from typing import Final

import numpy as np

from gis_gov.geo.arrays import Floats, Mask
from gis_gov.geo.bbox import BBox

# A degree of latitude is shortest at the equator, one of longitude is never shorter than on a
# sphere of this radius: so no point within the distance falls outside the box.
_LATITUDE_DEGREE_M: Final = 110_574.0
_SPHERE_M: Final = 6_335_439.0
# Covers the rounding of the box's own arithmetic; 0.1 mm.
_MARGIN_DEG: Final = 1e-9


def bbox_around(lon: float, lat: float, radius_m: float) -> BBox:
    """Return a box that holds every point within the geodesic radius of a point, if little more.

    Degrees of EPSG:4490 (or CRS84). Where the circle holds a pole or crosses the antimeridian, the
    box spans all longitudes.
    """
    height = radius_m / _LATITUDE_DEGREE_M + _MARGIN_DEG
    south, north = max(-90.0, lat - height), min(90.0, lat + height)
    ratio = sin(min(radius_m / _SPHERE_M, radians(90))) / max(cos(radians(lat)), 1e-12)
    width = degrees(asin(ratio)) + _MARGIN_DEG if ratio < 1 else 360.0
    west, east = lon - width, lon + width
    if west < -180 or east > 180 or south <= -90 or north >= 90:
        west, east = -180.0, 180.0
    return BBox(west, south, east, north)


def bbox_around_box(box: BBox, distance_m: float) -> BBox:
    """Return a box that holds every point within a geodesic distance of a box, if little more."""
    # Widest at the end that is nearer to a pole.
    corners = [
        bbox_around(lon, lat, distance_m)
        for lon in (box.west, box.east)
        for lat in (box.south, box.north)
    ]
    return BBox(
        min(corner.west for corner in corners),
        min(corner.south for corner in corners),
        max(corner.east for corner in corners),
        max(corner.north for corner in corners),
    )


def may_meet(lon: Floats, lat: Floats, radius_m: Floats, box: BBox) -> Mask:
    """Say quickly which circles, each of its own geodesic radius, may meet a box; no other does.

    One whose radius is NaN does not.
    """
    aloof = np.maximum(np.maximum(box.south - lat, lat - box.north), 0.0)
    height = radius_m / _LATITUDE_DEGREE_M + _MARGIN_DEG
    # As `bbox_around` does for each of them.
    ratio = np.sin(np.minimum(radius_m / _SPHERE_M, pi / 2)) / np.maximum(
        np.cos(np.radians(lat)), 1e-12
    )
    width = np.where(ratio < 1, np.degrees(np.arcsin(np.minimum(ratio, 1.0))) + _MARGIN_DEG, 360.0)
    beside = np.minimum((box.west - lon) % 360, (lon - box.east) % 360)
    beside = np.where((lon >= box.west) & (lon <= box.east), 0.0, beside)
    return np.asarray((aloof <= height) & (beside <= width), dtype=np.bool_)
