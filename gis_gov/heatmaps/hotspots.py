"""Hot and cold spots among hexagons by the local statistic Gi* of Getis and Ord (1995).

Neighbours are the six hexagons around each and itself, each with the weight 1. Source: Ord, J. K. &
Getis, A., "Local spatial autocorrelation statistics: distributional issues and an application",
Geographical Analysis 27 (4), 1995; the discovery rate by Benjamini & Hochberg, "Controlling the
false discovery rate", Journal of the Royal Statistical Society B 57 (1), 1995.
"""

from dataclasses import dataclass
from math import erfc, sqrt
from typing import Final

import numpy as np
from h3.api import basic_int as h3
from numpy.typing import NDArray

from gis_gov.counting.false_discovery import adjusted

Floats = NDArray[np.float64]
Positions = NDArray[np.intp]

ALPHA: Final = 0.05
"""The share of false ones among the spots that are told as such."""


@dataclass(frozen=True, slots=True)
class Spots:
    """For each hexagon its z, its two-sided p, and p adjusted for the number of hexagons.

    All are NaN where nothing can be said: all values are equal, or all hexagons are neighbours.
    """

    z: Floats
    p: Floats
    q: Floats

    @property
    def kinds(self) -> list[str | None]:
        """Return `hot`, `cold` or None for each hexagon."""
        told = {1: "hot", -1: "cold"}
        sign = np.where(self.q <= ALPHA, np.sign(self.z), 0)
        return [told.get(each) for each in np.nan_to_num(sign).astype(int).tolist()]


def find_spots(cells: NDArray[np.int64], values: Floats) -> Spots:
    """Compare the values around each hexagon with those of all hexagons."""
    z = getis_ord(values, *neighbours(cells))
    p = np.array([erfc(abs(each) / sqrt(2)) for each in z.tolist()], dtype=np.float64)
    return Spots(z, p, adjusted(p))


def neighbours(cells: NDArray[np.int64]) -> tuple[Positions, Positions]:
    """Return the pairs of positions of each hexagon and those around it that there are, and it."""
    position = {cell: n for n, cell in enumerate(cells.tolist())}
    pairs = [
        (n, position[near])
        for n, cell in enumerate(position)
        for near in h3.grid_disk(cell, 1)
        if near in position
    ]
    of, near = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    return of, near


def getis_ord(values: Floats, of: Positions, near: Positions) -> Floats:
    """Return Gi* of each value as its z, given the pairs of each and its neighbours."""
    size = values.size
    count = np.bincount(of, minlength=size).astype(np.float64)
    around = np.bincount(of, weights=values[near], minlength=size)
    if size < 2:
        return np.full(size, np.nan)
    spread = values.std() * np.sqrt((size * count - count**2) / (size - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(spread > 0, (around - values.mean() * count) / spread, np.nan)
