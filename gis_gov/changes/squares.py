"""The last number of each square of a hundredth of a degree in which something changed."""

from collections.abc import Iterable
from itertools import product
from math import floor
from typing import Final

from gis_gov.geo.bbox import BBox

PER_DEGREE: Final = 100
_COARSER: Final = 16
_LEVELS: Final = 3
_LOOKED_AT_MAX: Final = 400

Square = tuple[int, int]
"""The south-western corner, in hundredths of a degree."""


class Squares:
    """Numbers of squares, kept of coarser ones, too, for boxes in which there are many."""

    def __init__(self) -> None:
        self._levels: tuple[dict[Square, int], ...] = tuple({} for _ in range(_LEVELS))

    def __len__(self) -> int:
        """Return how many are kept."""
        return sum(map(len, self._levels))

    def change(self, squares: Iterable[Square], number: int) -> None:
        """Note the number of a change in squares; it is greater than all before."""
        for lon, lat in squares:
            for level in self._levels:
                level[lon, lat] = number
                lon, lat = lon // _COARSER, lat // _COARSER  # noqa: PLW2901

    def last(self, box: BBox) -> int | None:
        """Return the last number in the squares that a box meets, None if it meets too many."""
        side = 1.0 / PER_DEGREE
        for level in self._levels:
            columns = range(floor(box.west / side), floor(box.east / side) + 1)
            rows = range(floor(box.south / side), floor(box.north / side) + 1)
            if len(columns) * len(rows) <= _LOOKED_AT_MAX:
                return max(level.get(each, 0) for each in product(columns, rows))
            side *= _COARSER
        return None


def widened(box: BBox, margin: float) -> BBox:
    """Return a box with a margin in degrees."""
    return BBox(box.west - margin, box.south - margin, box.east + margin, box.north + margin)
