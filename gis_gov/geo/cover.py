"""Which polygons cover a point: exact, vectorised, with a fixed order of precedence.

"Covers" includes edges and vertices. The test is GEOS's exact one, so that a point on or beside an
edge that two polygons share belongs to one of them, or by its exact position to both, never to
none. PostGIS answers the same through `st_relate(polygon, point) like '______FF_'`; its `st_covers`
rounds, and now and then counts a point beside an edge to both sides.

Coordinates are EPSG:4490 degrees; edges are straight in the plane of longitude and latitude.
"""

from collections.abc import Iterator
from math import isfinite
from threading import Lock
from typing import Final

import numpy as np
import shapely
from numpy.typing import ArrayLike

from gis_gov.geo.arrays import Floats, GeometryLike, Positions, flat_points, geometry_array
from gis_gov.geo.buckets import Buckets
from gis_gov.geo.cover_cells import MIXED, CoverCells

NOWHERE: Final = -1
"""The position answered for a point that no polygon covers."""

_CHUNK = 250_000
# To make the cells takes as long as to ask for so many points without them.
_CELLS_AFTER: Final = 100_000
_QUESTIONS_BEFORE_SHARING = 8


class Cover:
    """An index over polygons, given in order of precedence: the first that covers wins.

    Missing and empty polygons keep their position and cover nothing. The polygons are prepared in
    place (a cache inside GEOS; their shape is untouched). Threads may share an index.
    """

    def __init__(self, polygons: GeometryLike) -> None:
        self.polygons = geometry_array(polygons).reshape(-1)
        self._asked = 0
        self._cells: CoverCells | None = None
        self._making_cells = Lock()
        self._tree = shapely.STRtree(self.polygons)
        self._near = Buckets(self.polygons)
        shapely.prepare(self.polygons)
        # GEOS builds a polygon's edge index at one of the first questions (3.14: the second), and
        # without a lock: ask them now, so that threads may share the index later.
        west, south, east, north = shapely.bounds(self.polygons).T
        for _ in range(_QUESTIONS_BEFORE_SHARING):
            shapely.intersects_xy(self.polygons, (west + east) / 2, (south + north) / 2)

    def first(self, lon: ArrayLike, lat: ArrayLike) -> Positions:
        """Find the first polygon that covers each point; NOWHERE where none does, or for NaN.

        A single point takes the shortest way. Who asks for very many is told of most of them by a
        table of cells, which is made when it begins to pay.
        """
        x, y = flat_points(lon, lat)
        if x.size == 1:
            return np.array([self.first_at(x.item(), y.item())], dtype=np.int64)
        cells = self._cells_for(x.size)
        if cells is None:
            return self._tested(x, y)
        found = cells.first(x, y).astype(np.int64)
        mixed = np.flatnonzero(found == MIXED)
        found[mixed] = self._tested(x[mixed], y[mixed])
        return found

    def all(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Positions, Positions]:
        """Find every pair of a point and a polygon that covers it, sorted by point, then polygon.

        Gives two arrays: positions of points, positions of polygons. A single point takes the
        shortest way.
        """
        x, y = flat_points(lon, lat)
        if x.size == 1:
            covering = np.array(list(self.all_at(x.item(), y.item())), dtype=np.int64)
            return np.zeros(covering.size, dtype=np.int64), covering
        owned: list[Positions] = []
        owners: list[Positions] = []
        for polygon, points in self._candidates(x, y):
            inside = points[shapely.intersects_xy(self.polygons[polygon], x[points], y[points])]
            owned.append(inside)
            owners.append(np.full(inside.size, polygon, dtype=np.int64))
        points = np.concatenate([np.empty(0, dtype=np.int64), *owned])
        polygons = np.concatenate([np.empty(0, dtype=np.int64), *owners])
        order = np.lexsort((polygons, points))
        return points[order], polygons[order]

    def first_at(self, x: float, y: float) -> int:
        """Find the first polygon that covers one point; NOWHERE where none does, or for NaN."""
        return next(self.all_at(x, y), NOWHERE)

    def all_at(self, x: float, y: float) -> Iterator[int]:
        """Yield the polygons that cover one point, in order; for NaN none."""
        if isfinite(x) and isfinite(y):
            for polygon in self._near.at(x, y):
                if shapely.intersects_xy(self.polygons[polygon], x, y):
                    yield polygon

    def _cells_for(self, count: int) -> CoverCells | None:
        self._asked += count
        if self._cells is None and self._asked >= _CELLS_AFTER:
            with self._making_cells:
                if self._cells is None:
                    self._cells = CoverCells(self.polygons, self._tested)
        return self._cells

    def _tested(self, x: Floats, y: Floats) -> Positions:
        """Find the first polygon that covers each point by testing all that might."""
        found = np.full(x.size, NOWHERE, dtype=np.int64)
        for polygon, points in self._candidates(x, y):
            open_points = points[found[points] == NOWHERE]
            inside = shapely.intersects_xy(self.polygons[polygon], x[open_points], y[open_points])
            found[open_points[inside]] = polygon
        return found

    def _candidates(self, x: Floats, y: Floats) -> Iterator[tuple[int, Positions]]:
        """Yield polygons in order, each with the points in its bounding box, chunk by chunk."""
        placed = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        for start in range(0, placed.size, _CHUNK):
            chunk = placed[start : start + _CHUNK]
            points, polygons = self._tree.query(shapely.points(x[chunk], y[chunk]))
            order = np.argsort(polygons, kind="stable")
            points, polygons = chunk[points[order]], polygons[order]
            starts = np.flatnonzero(np.diff(polygons, prepend=NOWHERE))
            # Without any pair, split still gives one (empty) group.
            groups = np.split(points, starts[1:])
            yield from zip(polygons[starts].tolist(), groups, strict=False)
