"""Which polygons may cover one point: a table of cells about as large as the polygons.

For one point a tree of boxes takes longer to be asked than the polygons that it finds.
"""

from typing import Final

import numpy as np
import shapely

from gis_gov.geo.arrays import Geometries

_CELLS_MAX: Final = 16_384
_PER_POLYGON_MAX: Final = 16
"""So many cells a polygon may lie in on average, before cells are made larger."""

Bounds = tuple[float, float, float, float]


class Buckets:
    """The positions of polygons, by cell; it does not change once made.

    The cell of a point and those of a box are reckoned by the same arithmetic, which never
    turns an order round: a point in a box lies in one of its cells.
    """

    def __init__(self, polygons: Geometries) -> None:
        boxes = shapely.bounds(polygons).reshape(-1, 4)
        placed = np.flatnonzero(np.isfinite(boxes).all(axis=1))
        self._boxes: list[Bounds] = list(zip(*boxes.T.tolist(), strict=True))
        self._cells: dict[tuple[int, int], list[int]] = {}
        self._west = self._south = self._per_deg = 0.0
        if not placed.size:
            return
        self._west, self._south = boxes[placed, :2].min(axis=0).tolist()
        width, height = (boxes[placed, 2:].max(axis=0) - (self._west, self._south)).tolist()
        wanted = min(placed.size, _CELLS_MAX)
        while True:
            side = max((width * height / wanted) ** 0.5, max(width, height) / wanted, 1e-9)
            self._per_deg = 1 / side
            spans = [self._span(self._boxes[each]) for each in placed]
            if wanted == 1 or sum(map(_count, spans)) <= _PER_POLYGON_MAX * placed.size:
                break
            wanted = max(wanted // 4, 1)
        for polygon, (left, bottom, right, top) in zip(placed.tolist(), spans, strict=True):
            for column in range(left, right + 1):
                for row in range(bottom, top + 1):
                    self._cells.setdefault((column, row), []).append(polygon)

    def at(self, x: float, y: float) -> list[int]:
        """Return the polygons whose box a point lies in, in their order."""
        boxes, found = self._boxes, self._cells.get(self._cell(x, y), ())
        return [
            polygon
            for polygon in found
            if boxes[polygon][0] <= x <= boxes[polygon][2]
            and boxes[polygon][1] <= y <= boxes[polygon][3]
        ]

    def _cell(self, x: float, y: float) -> tuple[int, int]:
        return (
            int((x - self._west) * self._per_deg // 1),
            int((y - self._south) * self._per_deg // 1),
        )

    def _span(self, box: Bounds) -> tuple[int, int, int, int]:
        return (*self._cell(box[0], box[1]), *self._cell(box[2], box[3]))


def _count(span: tuple[int, int, int, int]) -> int:
    left, bottom, right, top = span
    return (right - left + 1) * (top - bottom + 1)
