"""Geodesic measures on CGCS2000's ellipsoid (GRS80): distances, bearings, areas.

Arguments are EPSG:4490 degrees; results are metres, square metres, degrees clockwise from north.
"""

from typing import Final

import numpy as np
import shapely
from numpy.typing import ArrayLike
from pyproj import Geod

from gis_gov.geo.arrays import Floats, GeometryLike, geometry_array

# CGCS2000 has GRS80's size and flattening but for the last digits: 0.1 mm over the earth's radius.
GEOD: Final = Geod(a=6378137.0, rf=298.257222101)
_LINES = (1, 2)  # shapely's type ids of LineString and LinearRing


def distance_m(lon: ArrayLike, lat: ArrayLike, to_lon: ArrayLike, to_lat: ArrayLike) -> Floats:
    """Measure the geodesic distance between points in metres; NaN where a coordinate is NaN.

    Arrays broadcast against each other.
    """
    return _inverse(lon, lat, to_lon, to_lat)[1]


def bearing_deg(lon: ArrayLike, lat: ArrayLike, to_lon: ArrayLike, to_lat: ArrayLike) -> Floats:
    """Give the direction at the first point towards the second: degrees in [0, 360) from north.

    Between equal points there is no direction: NaN.
    """
    azimuth, length_m = _inverse(lon, lat, to_lon, to_lat)
    # A tiny negative azimuth plus 360 rounds to 360, which is north again.
    bearing = np.mod(azimuth, 360.0) % 360.0
    return np.where(length_m > 0.0, bearing, np.nan)


def metres_per_degree(lat: Floats) -> tuple[Floats, Floats]:
    """Return the metres of a degree of longitude, and of latitude, at latitudes in degrees."""
    phi = np.radians(lat)
    flattened = 1 - GEOD.es * np.sin(phi) ** 2
    across = GEOD.a / np.sqrt(flattened) * np.cos(phi)
    along = GEOD.a * (1 - GEOD.es) / flattened**1.5
    return np.radians(1) * across, np.radians(1) * along


def area_m2(geometries: GeometryLike) -> Floats:
    """Measure the geodesic area of polygons in square metres, holes taken out, all parts added.

    Always positive, whatever the winding; 0 for points, lines and what is missing or empty.
    """
    array = geometry_array(geometries)
    polygons, owner = shapely.get_parts(array.reshape(-1), return_index=True)
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    outer = np.ones(len(rings), dtype=np.bool_)
    outer[1:] = polygon[1:] != polygon[:-1]
    areas = np.array([_ring_area_m2(ring) for ring in rings], dtype=np.float64)
    totals = np.zeros(array.size)
    np.add.at(totals, owner[polygon], np.where(outer, areas, -areas))
    return totals.reshape(array.shape)


def length_m(geometries: GeometryLike) -> Floats:
    """Measure the geodesic length of lines, or of all of a polygon's rings, in metres.

    0 for points and what is missing or empty.
    """
    array = geometry_array(geometries)
    parts, owner = shapely.get_parts(array.reshape(-1), return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    is_line = np.isin(shapely.get_type_id(parts), _LINES)
    corners, line = shapely.get_coordinates([*rings, *parts[is_line]], return_index=True)
    owners = np.concatenate([owner[part], owner[is_line]])[line]
    joined = line[1:] == line[:-1]
    steps_m = distance_m(*corners[:-1].T, *corners[1:].T)
    totals = np.zeros(array.size)
    np.add.at(totals, owners[1:][joined], steps_m[joined])
    return totals.reshape(array.shape)


def _ring_area_m2(ring: shapely.LinearRing) -> float:
    lon, lat = shapely.get_coordinates(ring).T
    area, _ = GEOD.polygon_area_perimeter(lon, lat)
    return abs(area)


def _inverse(
    lon: ArrayLike, lat: ArrayLike, to_lon: ArrayLike, to_lat: ArrayLike
) -> tuple[Floats, Floats]:
    ends = [np.asarray(end, dtype=np.float64) for end in (lon, lat, to_lon, to_lat)]
    shape = np.broadcast_shapes(*(end.shape for end in ends))
    x1, y1, x2, y2 = (np.broadcast_to(end, shape).reshape(-1) for end in ends)
    azimuth, _, length_m = GEOD.inv(x1, y1, x2, y2)
    return np.reshape(azimuth, shape), np.reshape(length_m, shape)
