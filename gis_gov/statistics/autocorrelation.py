"""Whether values are like those next door: Moran's I of all units, and of each (LISA).

After Moran (1950) and Anselin ("Local indicators of spatial association", 1995): neighbours touch
in an edge or a corner, each weighs as much as the others of the same unit, and what chance would
bring is found by shuffling the other values around each unit.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_gov.counting.false_discovery import adjusted
from gis_gov.geo.arrays import Floats

Integers = NDArray[np.int64]

PERMUTATIONS: Final = 999
SIGNIFICANT: Final = 0.05
FEWEST: Final = 4
"""Under so many units with neighbours nothing can be said."""
# 0.1 m: outlines are told to a centimetre, and a corner may lie on an edge where it has no vertex.
_TOUCHING_DEGREES: Final = 1e-6
_OVERLAP: Final = 0.01
_SEED: Final = 20_240_229
_KINDS: Final = {
    (True, True): "high-high",
    (False, False): "low-low",
    (True, False): "high-low",
    (False, True): "low-high",
}


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

    `fdr` says whether it is still significant among all units (Benjamini-Hochberg).
    """

    i: float
    p: float
    kind: str
    fdr: bool
    neighbours: int


@dataclass(frozen=True, slots=True)
class Found:
    """What was found; None for a unit without a value or without a neighbour that has one."""

    overall: Global | None
    units: list[Local | None]


def autocorrelation(shapes: Sequence[BaseGeometry | None], values: Sequence[float | None]) -> Found:
    """Compare the values of units with those of their neighbours; the same each time."""
    units = [n for n, value in enumerate(values) if value is not None and shapes[n]]
    known = np.array(units, dtype=np.int64)[~_overlaid([shapes[n] for n in units])]
    one, other = neighbours([shapes[n] for n in known])
    linked = np.unique(one)
    told: list[Local | None] = [None] * len(values)
    numbers = np.array([values[n] for n in known[linked]], dtype=np.float64)
    if linked.size < FEWEST or np.ptp(numbers) == 0:
        return Found(None, told)
    one, other = np.searchsorted(linked, one), np.searchsorted(linked, other)
    deviations = numbers - numbers.mean()
    for n, local in zip(known[linked].tolist(), _locals(deviations, one, other), strict=True):
        told[n] = local
    return Found(_overall(deviations, one, other), told)


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


def _overall(z: Floats, one: Integers, other: Integers) -> Global | None:
    n = z.size
    weights = (1 / np.bincount(one, minlength=n))[one]
    squares = float(z @ z)
    i = float((weights * z[one] * z[other]).sum() / squares)
    back = np.zeros(n)
    np.add.at(back, other, weights)
    links = zip(one.tolist(), other.tolist(), strict=True)
    pairs = dict(zip(links, weights.tolist(), strict=True))
    s1 = sum((weight + pairs[b, a]) ** 2 for (a, b), weight in pairs.items()) / 2
    s2 = float(((1 + back) ** 2).sum())
    kurtosis = n * float((z**4).sum()) / squares**2
    expected = -1 / (n - 1)
    # Cliff and Ord (1981), under randomisation; the sum of all weights is n.
    first = n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * n * n)
    second = kurtosis * ((n * n - n) * s1 - 2 * n * s2 + 6 * n * n)
    variance = (first - second) / ((n - 1) * (n - 2) * (n - 3) * n * n) - expected**2
    if variance <= 0:  # as where all are neighbours of all: nothing could be otherwise
        return None
    score = (i - expected) / math.sqrt(variance)
    return Global(i, expected, score, math.erfc(abs(score) / math.sqrt(2)))


def _locals(z: Floats, one: Integers, other: Integers) -> list[Local]:
    n = z.size
    counts = np.bincount(one, minlength=n)
    lags = np.bincount(one, z[other], minlength=n) / counts
    local = (n - 1) * z * lags / float(z @ z)
    p = _pseudo_p(z, lags, counts)
    held = adjusted(p) <= SIGNIFICANT
    return [
        Local(
            float(local[n]), float(p[n]), _kind(z[n], lags[n], p[n]), bool(held[n]), int(counts[n])
        )
        for n in range(z.size)
    ]


def _kind(value: float, lag: float, p: float) -> str:
    return _KINDS[bool(value > 0), bool(lag > 0)] if p <= SIGNIFICANT else "none"


def _pseudo_p(z: Floats, lags: Floats, counts: Integers) -> Floats:
    """Say how often the mean of as many other values, drawn at random, is as far to one side."""
    random = np.random.default_rng(_SEED)
    most = int(counts.max())
    drawn = random.random((PERMUTATIONS, z.size - 1)).argpartition(most - 1, axis=1)[:, :most]
    drawn = random.permuted(drawn, axis=1)
    # The same values in another order add up to a little more or less.
    least = lags - 1e-9 * float(np.abs(z).max())
    p = np.empty(z.size)
    for n, count in enumerate(counts.tolist()):
        picked = drawn[:, :count]
        means = z[picked + (picked >= n)].mean(axis=1)
        above = int((means >= least[n]).sum())
        p[n] = (min(above, PERMUTATIONS - above) + 1) / (PERMUTATIONS + 1)
    return p
