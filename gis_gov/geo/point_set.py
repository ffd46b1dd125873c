"""Many points in memory, and those of them around a place: exact, and without a database."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from gis_gov.geo.around import bbox_around

Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

_A_M: Final = 6_378_137.0
_F: Final = 1 / 298.257222101
_E2: Final = _F * (2 - _F)
_GEOD: Final = Geod(a=_A_M, f=_F)
# What the flat measure may err by within NEAR_MAX_M is well below this.
_MARGIN_M: Final = 0.02
# PostGIS, which is to answer the same, tells distances in steps of ten nanometres.
_PER_M: Final = 1e8
_TREE_FROM: Final = 2_000
"""Fewer points are compared with the box one by one."""

NEAR_MAX_M: Final = 5_000.0


@dataclass(frozen=True, slots=True)
class Near:
    """Points around a place: where they are in the set, and how far, within some margin."""

    index: Indices
    distance_m: Floats


class PointSet:
    """Points in EPSG:4490, x = longitude, in degrees; they do not change."""

    def __init__(self, lon: Floats, lat: Floats) -> None:
        self.lon = lon
        self.lat = lat
        many = len(lon) >= _TREE_FROM
        shapes = np.atleast_1d(np.asarray(shapely.points(lon, lat), dtype=object))
        self._tree = shapely.STRtree(shapes) if many else None
        self._plane = _Plane.of(lon, lat)

    def __len__(self) -> int:
        return len(self.lon)

    def near(self, lon: float, lat: float, radius_m: float) -> Near:
        """Return the points that lie within a radius, and maybe some just outside of it.

        `distance_m` is that on a plane through the middle: use `measured` for what it must be.

        Raises:
            ValueError: the radius is above NEAR_MAX_M.

        """
        if radius_m > NEAR_MAX_M:
            raise ValueError(f"{radius_m} m is farther than {NEAR_MAX_M} m")
        around = bbox_around(lon, lat, radius_m + _MARGIN_M)
        if self._tree is None:
            inside = (
                (self.lon >= around.west)
                & (self.lon <= around.east)
                & (self.lat >= around.south)
                & (self.lat <= around.north)
            )
            index = np.flatnonzero(inside)
        else:
            box = shapely.box(around.west, around.south, around.east, around.north)
            index = self._tree.query(box)
        distance_m = self._plane.distance_m(lon, lat, index)
        kept = distance_m <= radius_m + _MARGIN_M
        return Near(index[kept], distance_m[kept])


def within(
    points: PointSet, near: Near, lon: float, lat: float, edges_m: Floats
) -> NDArray[np.intp]:
    """Return for each point the first of the rising edges that it is within, else their number.

    What lies on an edge lies within it. Points that the flat measure can't tell are measured.
    """
    place = np.searchsorted(edges_m, near.distance_m - _MARGIN_M)
    unsure = np.flatnonzero(place != np.searchsorted(edges_m, near.distance_m + _MARGIN_M))
    if len(unsure):
        distance_m, _ = measured(points, near.index[unsure], lon, lat)
        place[unsure] = np.searchsorted(edges_m, distance_m)
    return place


def nearest(near: Near, count: int) -> Indices:
    """Return places in `near` that hold the nearest `count`, and some more, in no order."""
    if len(near.index) <= count:
        return np.arange(len(near.index))
    limit_m = np.partition(near.distance_m, count - 1)[count - 1] + 2 * _MARGIN_M
    return np.flatnonzero(near.distance_m <= limit_m)


def measured(points: PointSet, index: Indices, lon: float, lat: float) -> tuple[Floats, Floats]:
    """Return the geodesic distances of points in metres, and the bearings to them in degrees."""
    count = len(index)
    _, bearing, distance_m = _GEOD.inv(
        points.lon[index], points.lat[index], np.full(count, lon), np.full(count, lat)
    )
    return np.round(np.asarray(distance_m) * _PER_M) / _PER_M, np.asarray(bearing) % 360


@dataclass(frozen=True, slots=True)
class _Plane:
    """Points in radians, and the metres to a radian eastwards and northwards at each of them."""

    lon: Floats
    lat: Floats
    east_m: Floats
    north_m: Floats

    @classmethod
    def of(cls, lon: Floats, lat: Floats) -> Self:
        """Work out what each measurement needs of the points, which are in degrees."""
        sine = np.sin(np.radians(lat))
        w2 = 1 - _E2 * sine * sine
        w = np.sqrt(w2)
        east_m = np.cos(np.radians(lat)) * (_A_M / w)
        return cls(np.radians(lon), np.radians(lat), east_m, _A_M * (1 - _E2) / (w2 * w))

    def distance_m(self, lon: float, lat: float, index: Indices) -> Floats:
        """Measure on the plane that touches the ellipsoid half-way; millimetres off at 5 km."""
        here = _Plane.of(np.array([lon]), np.array([lat]))
        east = (self.lon[index] - here.lon) * (self.east_m[index] + here.east_m)
        north = (self.lat[index] - here.lat) * (self.north_m[index] + here.north_m)
        return np.sqrt(east * east + north * north) / 2
