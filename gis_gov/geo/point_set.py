"""Many points in memory, and those of them around a place: exact, and without a database."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from gis_gov.geo.around import bbox_around
from gis_gov.geo.bbox import BBox

Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

_A_M: Final = 6_378_137.0
_F: Final = 1 / 298.257222101
_E2: Final = _F * (2 - _F)
_GEOD: Final = Geod(a=_A_M, f=_F)
# A chord of NEAR_MAX_M is shorter than the way over the ground by much less than this.
_MARGIN_M: Final = 0.02
# PostGIS, which is to answer the same, tells distances in steps of ten nanometres.
_PER_M: Final = 1e8
# A circle of 2 km takes eight or nine rows of cells, and two thirds of what is in them lies in it.
_CELL_DEG: Final = 0.005

NEAR_MAX_M: Final = 5_000.0
"""Farther, a chord would be shorter than the way by more than a margin allows for."""


@dataclass(frozen=True, slots=True)
class Near:
    """Points around a place: where they are in the set, and how far, within some margin."""

    index: Indices
    distance_m: Floats


class PointSet:
    """Points in EPSG:4490, x = longitude, in degrees; they do not change.

    What is no place on the globe (NaN, a latitude of 91) is near to nothing.
    """

    def __init__(self, lon: Floats, lat: Floats) -> None:
        self.lon = lon
        self.lat = lat
        self._cells = _Cells(lon, lat)
        # In the order of the cells: what is looked at together lies together.
        self._place_m = _places_m(lon[self._cells.order], lat[self._cells.order])

    def __len__(self) -> int:
        return len(self.lon)

    def near(self, lon: float, lat: float, radius_m: float) -> Near:
        """Return the points that lie within a radius, and maybe some just outside of it.

        `distance_m` is that through the ground: use `measured` for what it must be.

        Raises:
            ValueError: the radius is above NEAR_MAX_M.

        """
        if radius_m > NEAR_MAX_M:
            raise ValueError(f"{radius_m} m is farther than {NEAR_MAX_M} m")
        rows = self._cells.around(bbox_around(lon, lat, radius_m + _MARGIN_M))
        if not rows:
            return Near(np.empty(0, dtype=np.intp), np.empty(0))
        way_m = np.concatenate([self._place_m[:, row] for row in rows], axis=1)
        way_m -= np.array(_place_m(lon, lat))[:, np.newaxis]
        distance_m = np.sqrt(np.einsum("ij,ij->j", way_m, way_m))
        index = np.concatenate([self._cells.order[row] for row in rows])
        kept = distance_m <= radius_m + _MARGIN_M
        return Near(index.compress(kept), distance_m.compress(kept))


def within(
    points: PointSet, near: Near, lon: float, lat: float, edges_m: Floats
) -> NDArray[np.intp]:
    """Return for each point the first of the rising edges that it is within, else their number.

    What lies on an edge lies within it. Points so near to one that a chord can't tell are measured.
    """
    place = np.zeros(len(near.index), dtype=np.intp)
    unsure: list[Indices] = []
    for edge_m in edges_m.tolist():
        maybe_beyond = near.distance_m > edge_m - _MARGIN_M
        beyond = near.distance_m > edge_m + _MARGIN_M
        place += beyond
        if np.count_nonzero(maybe_beyond) > np.count_nonzero(beyond):
            unsure.append(np.flatnonzero(maybe_beyond & ~beyond))
    if unsure:
        those = np.concatenate(unsure)
        distance_m, _ = measured(points, near.index[those], lon, lat)
        place[those] = np.searchsorted(edges_m, distance_m)
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


class _Cells:
    """Points by the cell of a grid that they are in; `order` has those on the globe row by row."""

    def __init__(self, lon: Floats, lat: Floats) -> None:
        placed = np.flatnonzero((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
        lon, lat = lon[placed], lat[placed]
        self._west = float(lon.min(initial=180.0))
        self._south = float(lat.min(initial=90.0))
        column = ((lon - self._west) / _CELL_DEG).astype(np.int64)
        row = ((lat - self._south) / _CELL_DEG).astype(np.int64)
        self._columns = int(column.max(initial=0)) + 1
        self._rows = int(row.max(initial=0)) + 1
        cell = row * self._columns + column
        rows = np.argsort(cell, kind="stable")
        self.order: Indices = placed[rows]
        self._cell = cell[rows]

    def around(self, box: BBox) -> list[slice]:
        """Return where in `order` the points are of all cells that meet a box."""
        first = max(int((box.west - self._west) / _CELL_DEG), 0)
        last = min(int((box.east - self._west) / _CELL_DEG), self._columns - 1)
        low = max(int((box.south - self._south) / _CELL_DEG), 0)
        high = min(int((box.north - self._south) / _CELL_DEG), self._rows - 1)
        if first > last:
            return []
        begins = np.arange(low, high + 1) * self._columns
        starts = np.searchsorted(self._cell, begins + first)
        ends = np.searchsorted(self._cell, begins + last, side="right")
        return list(map(slice, starts.tolist(), ends.tolist()))


def _places_m(lon: Floats, lat: Floats) -> Floats:
    """Return x, y and z of each point on the ellipsoid, from the middle of the earth."""
    sine, cosine = np.sin(np.radians(lat)), np.cos(np.radians(lat))
    normal_m = _A_M / np.sqrt(1 - _E2 * sine * sine)
    east = np.radians(lon)
    outward_m = normal_m * cosine
    upward_m = normal_m * (1 - _E2) * sine
    return np.stack([outward_m * np.cos(east), outward_m * np.sin(east), upward_m])


def _place_m(lon: float, lat: float) -> tuple[float, float, float]:
    """Return what `_places_m` does of one point, for which numpy takes ten times as long."""
    sine, cosine = math.sin(math.radians(lat)), math.cos(math.radians(lat))
    normal_m = _A_M / math.sqrt(1 - _E2 * sine * sine)
    east = math.radians(lon)
    outward_m = normal_m * cosine
    return outward_m * math.cos(east), outward_m * math.sin(east), normal_m * (1 - _E2) * sine
