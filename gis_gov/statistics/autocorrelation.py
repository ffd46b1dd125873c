"""Whether values are like those next door: Moran's I of all units, and of each (LISA).

After Moran (1950) and Anselin ("Local indicators of spatial association", 1995): neighbours touch
in an edge or a corner, each weighs as much as the others of the same unit, and what chance would
bring is found by shuffling the other values around each unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_gov.counting.false_discovery import adjusted

Integers = NDArray[np.int64]

SIGNIFICANT: Final = 0.05
FEWEST: Final = 4
"""Under so many units with neighbours nothing can be said."""
# 0.1 m: outlines are told to a centimetre, and a corner may lie on an edge where it has no vertex.
_TOUCHING_DEGREES: Final = 1e-6
_OVERLAP: Final = 0.01


@dataclass(frozen=True, slots=True)
class Global:
    """Moran's I, what chance would bring, and how far off that it is (randomisation, two-sided)."""

    i: float
    expected: float
    z: float
    p: float


@dataclass(frozen=True, slots=True)
class Local:
    """The local I of a unit, its pseudo p (one-sided), and of what kind it is.

    `fdr` says whether it is still significant among all units (Benjamini-Hochberg), `lag` is the
    mean of the neighbours' values.
    """

    i: float
    p: float
    kind: str
    fdr: bool
    neighbours: int
    lag: float


@dataclass(frozen=True, slots=True)
class Found:
    """What was found; None for a unit without a value or without a neighbour that has one."""

    overall: Global | None
    units: list[Local | None]


def autocorrelation(shapes: Sequence[BaseGeometry | None], values: Sequence[float | None]) -> Found:
    """Compare the values of units with those of their neighbours; the same each time.

    For a process apart: see `gis_gov.statistics.moran`.
    """
    units = [n for n, value in enumerate(values) if value is not None and shapes[n]]
    known = np.array(units, dtype=np.int64)[~_overlaid([shapes[n] for n in units])]
    one, other = neighbours([shapes[n] for n in known])
    linked, counts = np.unique(one, return_counts=True)
    told: list[Local | None] = [None] * len(values)
    numbers = np.array([values[n] for n in known[linked]], dtype=np.float64)
    if linked.size < FEWEST or np.ptp(numbers) == 0:
        return Found(None, told)
    from gis_gov.statistics import moran  # noqa: PLC0415 - the server's process is not to have it

    one, other = np.searchsorted(linked, one), np.searchsorted(linked, other)
    weights = moran.weighed(one, other)
    lags = np.bincount(one, weights=numbers[other]) / counts
    each = moran.each(numbers, weights)
    held = adjusted(each.p) <= SIGNIFICANT
    for n, *local in zip(known[linked], *each, held, counts, lags, strict=True):
        told[n] = _local(*local)
    overall = moran.overall(numbers, weights)
    return Found(overall and Global(*overall), told)


def neighbours(shapes: Sequence[BaseGeometry | None]) -> tuple[Integers, Integers]:
    """List which shapes touch which, both ways, ordered by the first."""
    array = np.array(shapes, dtype=np.object_)
    one, other = shapely.STRtree(array).query(array, "dwithin", _TOUCHING_DEGREES)
    apart = one != other
    one, other = one[apart], other[apart]
    order = np.lexsort((other, one))
    return one[order], other[order]


def _overlaid(shapes: Sequence[BaseGeometry | None]) -> NDArray[np.bool_]:
    """Find what lies upon a larger shape, as an exclusive grid upon base grids."""
    # Rounded as they are told, outlines may cross themselves.
    array = shapely.make_valid(np.array(shapes, dtype=np.object_))
    found = np.zeros(array.size, dtype=np.bool_)
    one, other = shapely.STRtree(array).query(array, "intersects")
    area = shapely.area(array)
    smaller = (area[one] < area[other]) | ((area[one] == area[other]) & (one > other))
    one, other = one[smaller], other[smaller]
    shared = shapely.area(shapely.intersection(array[one], array[other]))
    found[one[shared > _OVERLAP * area[one]]] = True
    return found


def _local(i: float, p: float, kind: str, held: bool, neighbours: int, lag: float) -> Local:
    told = str(kind) if p <= SIGNIFICANT else "none"
    return Local(float(i), float(p), told, bool(held), int(neighbours), float(lag))
