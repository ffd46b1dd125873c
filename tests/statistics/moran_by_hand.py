"""Moran's I and the local ones by their formulas, over a full matrix of weights.

Moran's I and its moments as Cliff and Ord (1981) have them, the local I as Anselin (1995). What
chance brings to a unit is not drawn: all ways to pick its neighbours are tried.
"""

import math
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def touching(shapes: list[Any]) -> NDArray[np.bool_]:
    """Tell which shapes touch which, in a matrix."""
    return np.array(
        [[one is not other and one.intersects(other) for other in shapes] for one in shapes]
    )


def moran(values: Floats, touch: NDArray[np.bool_]) -> tuple[float, float, float, float]:
    """Compute I, what is expected of it, how far it is off that, and the two-sided p."""
    n, z = len(values), values - values.mean()
    w = touch / touch.sum(axis=1, keepdims=True)
    s0 = w.sum()
    s1 = ((w + w.T) ** 2).sum() / 2
    s2 = ((w.sum(axis=1) + w.sum(axis=0)) ** 2).sum()
    found = n / s0 * (z @ w @ z) / (z @ z)
    expected = -1 / (n - 1)
    b2 = n * (z**4).sum() / (z @ z) ** 2
    square = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    square -= b2 * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    variance = square / ((n - 1) * (n - 2) * (n - 3) * s0**2) - expected**2
    score = (found - expected) / math.sqrt(variance)
    return found, expected, score, math.erfc(abs(score) / math.sqrt(2))


def local(values: Floats, touch: NDArray[np.bool_]) -> Floats:
    """Compute the local I of each unit."""
    z = values - values.mean()
    return (len(z) - 1) * z * (touch @ z / touch.sum(axis=1)) / (z @ z)


def chance(counts: NDArray[np.int64], touch: NDArray[np.bool_], unit: int) -> float:
    """Say how many of all ways to pick the neighbours bring a local I as far to its side.

    Of counts, whose sums are exact. A unit of just the mean has a local I of 0 with any neighbours.
    """
    if counts[unit] * len(counts) == counts.sum():
        return 1.0
    near = int(touch[unit].sum())
    picked = combinations(np.delete(counts, unit).tolist(), near)
    sums = np.array([sum(values) for values in picked])
    observed = counts[touch[unit]].sum()
    return float(min((sums >= observed).mean(), (sums <= observed).mean()))
