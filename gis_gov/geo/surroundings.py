"""How far points are from a shape: a point, a line or a polygon, or several of them.

Edges are straight in the plane of longitude and latitude, as everywhere here; lengths are geodesic.
From a single point they are exact, from other shapes right to some micrometres within 2 km.
"""

from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.around import bbox_around_box
from gis_gov.geo.arrays import Floats, Mask, geometry_array
from gis_gov.geo.bbox import BBox
from gis_gov.geo.measure import bearing_deg, distance_m
from gis_gov.geo.nearest import Nearest

LONGITUDE_MAX: Final = 179.0
LATITUDE_MAX: Final = 80.0
"""Beyond these, degrees, nothing is looked for around a place: poles and antimeridian are near."""
EDGE_MAX_DEG: Final = 0.001
EDGES_MAX: Final = 100_000
_POLYGONS: Final = ("Polygon", "MultiPolygon")
_TYPES: Final = ("Point", "MultiPoint", "LineString", "MultiLineString", *_POLYGONS)
# PostGIS tells distances in steps of ten nanometres.
_PER_M: Final = 1e8


class UnfitShape(ValueError):
    """A shape around which nothing can be looked for; the message says why."""


class Surroundings:
    """A shape in EPSG:4490, and how far points are from it: 0 m on it and inside of polygons."""

    def __init__(self, shape: BaseGeometry) -> None:
        """Take a shape.

        Raises:
            UnfitShape: it is empty, not valid, too long, or too near a pole or the antimeridian.

        """
        check_shape(shape)
        self.shape = shape
        self._is_polygon = shape.geom_type in _POLYGONS
        self._nearest = Nearest(geometry_array([shape]), edge_max_deg=EDGE_MAX_DEG)
        shapely.prepare(shape)

    def box(self, radius_m: float) -> BBox:
        """Return a box that holds every point within a distance of the shape, and little more."""
        return bbox_around_box(BBox(*self.shape.bounds), radius_m)

    def distance_m(self, lon: Floats, lat: Floats) -> Floats:
        """Measure from the shape to each point in metres; NaN for NaN."""
        foot_lon, foot_lat = self._feet(lon, lat)
        return np.round(distance_m(lon, lat, foot_lon, foot_lat) * _PER_M) / _PER_M

    def may_reach(self, lon: Floats, lat: Floats, radius_m: float) -> Mask:
        """Say quickly which points may be within a distance of the shape; the others are not."""
        if self.shape.geom_type == "Point":
            return np.ones(lon.size, dtype=np.bool_)
        near = self.holds(lon, lat)
        outside = np.flatnonzero(~near)
        near[outside] = self._nearest.may_reach(lon[outside], lat[outside], radius_m)
        return near

    def bearing_deg(self, lon: Floats, lat: Floats) -> Floats:
        """Give the direction to each point from the nearest place of the shape; NaN at 0 m."""
        foot_lon, foot_lat = self._feet(lon, lat)
        away = np.round(distance_m(lon, lat, foot_lon, foot_lat) * _PER_M) > 0
        return np.where(away, bearing_deg(foot_lon, foot_lat, lon, lat), np.nan)

    def holds(self, lon: Floats, lat: Floats) -> Mask:
        """Say which points lie in the polygons, or on their edges."""
        if not self._is_polygon:
            return np.zeros(lon.size, dtype=np.bool_)
        return np.asarray(shapely.intersects_xy(self.shape, lon, lat), dtype=np.bool_)

    def holds_deeply(self, lon: Floats, lat: Floats, depth_m: float) -> Mask:
        """Say of which points all within a distance surely lies in the polygons, too."""
        deep = self.holds(lon, lat)
        inside = np.flatnonzero(deep)
        deep[inside] = ~self._nearest.may_reach(lon[inside], lat[inside], depth_m)
        return deep

    def _feet(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Find the place of the shape nearest to each point: of those inside, they themselves."""
        if self.shape.geom_type == "Point":
            x, y = self.shape.coords[0][:2]
            return np.full(lon.size, x), np.full(lat.size, y)
        foot_lon, foot_lat = lon.copy(), lat.copy()
        outside = np.flatnonzero(~self.holds(lon, lat))
        if outside.size:
            foot_lon[outside], foot_lat[outside] = self._nearest.feet(lon[outside], lat[outside])
        return foot_lon, foot_lat


def check_shape(shape: BaseGeometry) -> None:
    """Refuse a shape (EPSG:4490) around or in which nothing can be looked for.

    Raises:
        UnfitShape: saying why.

    """
    if shape.geom_type not in _TYPES:
        raise UnfitShape(f"a {shape.geom_type} is not taken; use one of {', '.join(_TYPES)}")
    if shape.is_empty:
        raise UnfitShape("it is empty")
    coordinates = shapely.get_coordinates(shape)
    if not (np.abs(coordinates) <= (LONGITUDE_MAX, LATITUDE_MAX)).all():
        raise UnfitShape(
            f"it reaches beyond {LONGITUDE_MAX:g} degrees of longitude (the antimeridian is near"
            f" there) or {LATITUDE_MAX:g} of latitude; are they swapped?"
        )
    if len(coordinates) + shape.length / EDGE_MAX_DEG > EDGES_MAX:
        raise UnfitShape("its edges are too many or too long; cut it in pieces, or simplify it")
    if not shape.is_valid:
        raise UnfitShape(f"it is not valid: {shapely.is_valid_reason(shape)}")
