"""What receivers add to a place: an error that changes slowly (Gauss-Markov)."""

from typing import Final

import numpy as np

from gis_gov.geo.arrays import Floats

MEMORY_S: Final = 30.0
"""Time constant of the error."""


def gauss_markov(count: int, every_s: float, sigma_m: float, random: np.random.Generator) -> Floats:
    """Draw the errors of fixes that follow each other, in metres east and north, n by 2."""
    keep = float(np.exp(-every_s / MEMORY_S))
    fresh = random.normal(0, sigma_m, (count, 2))
    fresh[1:] *= np.sqrt(1 - keep**2)
    error = np.empty_like(fresh)
    last = np.zeros(2)
    for row, step in enumerate(fresh):
        last = keep * last + step
        error[row] = last
    return error


def spread_m(random: np.random.Generator) -> float:
    """Draw how much a receiver errs on each axis: 2 to 9 m, 4.5 m mostly."""
    return float(np.clip(random.lognormal(np.log(4.5), 0.3), 2, 9))


def told_accuracy_m(sigma_m: float, count: int, random: np.random.Generator) -> Floats:
    """Draw the radii (68 %) that a phone tells of its fixes; it knows them roughly."""
    return np.round(1.5 * sigma_m * random.lognormal(0, 0.2, count), 1)
