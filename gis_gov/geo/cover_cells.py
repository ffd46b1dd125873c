"""A table of small cells over polygons, which tells of most points at once what covers them.

Where no boundary passes through a cell, all its points are covered by the same polygons, so that
one of them is asked for all. Only points in cells with a boundary have to be tested one by one.
Cells are reckoned by the same arithmetic for points and for boundaries, and a boundary marks those
within a margin of it, too: no rounding makes a point pass for one of the next cell's inside.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_gov.geo.arrays import Floats, Geometries, Positions

_NOWHERE: Final = -1
MIXED: Final = -2
"""Told of a point whose cell has a boundary in it, or lies too near one."""

_CELLS_A_POLYGON: Final = 1_000
_CELLS_MIN, _CELLS_MAX = 1_000, 4_000_000
# Far above the error of reckoning in degrees (1e-13), and 0.1 mm on the ground.
_MARGIN_DEG: Final = 1e-9
# A piece of a boundary is no longer than a cell, and with its margin it touches three at most.
_TOUCHED: Final = 3
_SIDE_MIN_DEG: Final = 4 * _MARGIN_DEG

Owner = Callable[[Floats, Floats], Positions]


class CoverCells:
    """What covers points, by cells; it does not change once made.

    `owner` answers the question exactly: it is asked one point for each run of cells.
    """

    def __init__(self, polygons: Geometries, owner: Owner) -> None:
        self._west, self._south, east, north = _bounds(polygons)
        cells = np.clip(_CELLS_A_POLYGON * len(polygons), _CELLS_MIN, _CELLS_MAX)
        width, height = east - self._west, north - self._south
        side = max(np.sqrt(width * height / cells), max(width, height) / cells, _SIDE_MIN_DEG)
        self._per_deg = float(1 / side)
        # By the arithmetic of `_at`, so that the outermost point is in the last cell.
        self._columns, self._rows = int(width * self._per_deg) + 1, int(height * self._per_deg) + 1
        self._owner = self._filled(polygons, owner).reshape(-1)

    def first(self, x: Floats, y: Floats) -> NDArray[np.int32]:
        """Tell of each point the first polygon that covers it, NOWHERE, or MIXED if unsure."""
        column, row = self._at(x, self._west), self._at(y, self._south)
        # NaN is in no cell, nor is what lies beyond the last, which ends behind all polygons.
        inside = (column >= 0) & (column < self._columns) & (row >= 0) & (row < self._rows)
        cell = np.where(inside, row * self._columns + column, 0).astype(np.intp)
        return np.where(inside, self._owner[cell], np.int32(_NOWHERE))

    def _at(self, degrees: Floats, origin: float) -> Floats:
        return np.floor((degrees - origin) * self._per_deg)

    def _filled(self, polygons: Geometries, owner: Owner) -> NDArray[np.int32]:
        table = np.zeros((self._rows, self._columns), dtype=np.int32)
        for row, column in self._crossed(polygons):
            table[row, column] = MIXED
        # Cells beside each other with no boundary between them are told of by the first of them.
        free = table != MIXED
        begins = free.copy()
        begins[:, 1:] &= ~free[:, :-1]
        row, column = np.nonzero(begins)
        side = 1 / self._per_deg
        x, y = self._west + (column + 0.5) * side, self._south + (row + 0.5) * side
        found = owner(x.astype(np.float64), y.astype(np.float64))
        run = np.cumsum(begins.reshape(-1)).reshape(begins.shape) - 1
        table[free] = found[run[free]]
        return table

    def _crossed(self, polygons: Geometries) -> list[tuple[Positions, Positions]]:
        """List rows and columns of the cells that a boundary passes through, or comes near."""
        start, end = _pieces(polygons, 1 / self._per_deg)
        low, high = np.minimum(start, end) - _MARGIN_DEG, np.maximum(start, end) + _MARGIN_DEG
        columns = self._touched(low[:, 0], high[:, 0], self._west, self._columns)
        rows = self._touched(low[:, 1], high[:, 1], self._south, self._rows)
        return [(row, column) for row in rows for column in columns]

    def _touched(self, low: Floats, high: Floats, origin: float, count: int) -> list[Positions]:
        first, last = self._at(low, origin), self._at(high, origin)
        steps = [np.minimum(first + step, last) for step in range(_TOUCHED)]
        return [np.clip(step, 0, count - 1).astype(np.int64) for step in steps]


def _bounds(polygons: Geometries) -> tuple[float, float, float, float]:
    if (shapely.is_missing(polygons) | shapely.is_empty(polygons)).all():
        return 0.0, 0.0, 0.0, 0.0
    west, south, east, north = shapely.total_bounds(polygons).tolist()
    return west, south, east, north


def _pieces(polygons: Geometries, length: float) -> tuple[Floats, Floats]:
    """Cut all edges into pieces of a length at most along either axis; give starts and ends."""
    rings = shapely.get_rings(shapely.get_parts(polygons))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    edge = np.flatnonzero(ring[1:] == ring[:-1])
    start, step = corners[edge], corners[edge + 1] - corners[edge]
    count = np.maximum(np.ceil(np.abs(step).max(axis=1, initial=0) / length), 1).astype(np.int64)
    of = np.repeat(np.arange(len(edge)), count)
    number = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
    share = np.column_stack([number, number + 1]) / count[of, None]
    return start[of] + share[:, :1] * step[of], start[of] + share[:, 1:] * step[of]
