"""Many points in memory, and those of them around a place: exact, and without a database."""

from dataclasses import dataclass
from typing import Final

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
        distance_m = _flat_m(lon, lat, self.lon[index], self.lat[index])
        kept = distance_m <= radius_m + _MARGIN_M
        return Near(index[kept], distance_m[kept])


def within(
    points: PointSet, near: Near, lon: float, lat: float, edges_m: Floats
) -> NDArray[np.intp]:
    """Return for each point the first of the rising edges that it is within, else their number.

    What lies on an edge lies within it. Points that the flat measure can't tell are measured.
    """
    distance_m = near.distance_m.copy()
    place = np.searchsorted(edges_m, distance_m)
    closest = np.minimum(
        np.abs(edges_m[np.minimum(place, len(edges_m) - 1)] - distance_m),
        np.abs(edges_m[np.maximum(place - 1, 0)] - distance_m),
    )
    unsure = np.flatnonzero(closest <= _MARGIN_M)
    if len(unsure):
        distance_m[unsure] = measured(points, near.index[unsure], lon, lat)[0]
        place[unsure] = np.searchsorted(edges_m, distance_m[unsure])
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


def _flat_m(lon: float, lat: float, lons: Floats, lats: Floats) -> Floats:
    """Measure on the plane that touches the ellipsoid half-way; millimetres off at 5 km."""
    middle = np.radians((lats + lat) / 2)
    sine = np.sin(middle)
    w2 = 1 - _E2 * sine * sine
    w = np.sqrt(w2)
    east = np.radians(lons - lon) * np.cos(middle) * (_A_M / w)
    north = np.radians(lats - lat) * (_A_M * (1 - _E2) / (w2 * w))
    return np.hypot(east, north)
