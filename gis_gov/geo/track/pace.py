"""How fast a mover goes, told from its mean square displacement over several spans of time.

A sum of steps measures its own step: short ones add the error of the fixes, long ones cut corners.
The mean square displacement over a time tells the three apart, since each grows with the time in
its own way: what is gone straight as the square, the error towards a bound (it wanders with a
time constant of about 30 s), and turning takes away from the square the more, the longer the time.
After Noonan et al. 2019, "Scale-insensitive estimation of speed and distance traveled from animal
tracking data" (Movement Ecology 7:35), where the same is done by maximum likelihood.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from gis_gov.geo.arrays import Floats

NOISE_TIME_S: Final = 30.0
"""The error of a fix is forgotten to 1/e within this time."""
NOISE_M_MAX: Final = 15.0
"""No more noise than this, on each axis, is believed of what moves."""

_KEEPING = 1.3  # direction is kept over u = turning_per_s * time as exp(-u ** 1.3):
# 1 would be sharp corners at random, 2 smooth curves; in between, both are measured within 3 %.
_TURNING_PER_S = np.concatenate([[0.0], np.geomspace(1 / 1000, 1 / 30, 20)])
_LONGEST_U = 30.0
_TABLE_SIZE = 6001


def _shape_table() -> tuple[Floats, Floats]:
    """Tabulate the share of the square that is left of a displacement by turning."""
    u = np.linspace(0.0, _LONGEST_U, _TABLE_SIZE)
    kept = np.exp(-(u**_KEEPING))
    once = np.concatenate([[0.0], np.cumsum((kept[1:] + kept[:-1]) / 2)]) * u[1]
    twice = np.concatenate([[0.0], np.cumsum((once[1:] + once[:-1]) / 2)]) * u[1]
    share = np.ones_like(u)
    share[5:] = 2 * twice[5:] / u[5:] ** 2
    return u, share


_U, _SHARE = _shape_table()


@dataclass(frozen=True, slots=True)
class Pace:
    """How a mover goes: its noise on each axis in metres, and how quickly it turns."""

    noise_m: float
    turning_per_s: float

    def noise_m2(self, time_s: Floats) -> Floats:
        """Give the mean square that noise adds, on one axis, to a displacement over a time."""
        return 2 * self.noise_m**2 * (1 - np.exp(-time_s / NOISE_TIME_S))

    def cut(self, time_s: Floats) -> Floats:
        """Give by how much the way is longer than the displacement over a time."""
        return 1 / np.sqrt(_straight_share(self.turning_per_s * time_s))


STEADY: Final = Pace(noise_m=5.0, turning_per_s=0.0)
"""What is supposed where too little is known."""


def fitted_pace(time_s: Floats, square_m2: Floats) -> Pace:
    """Fit a pace to mean square displacements, in square metres, over times in seconds.

    Least squares of the relative deviations; speed and noise are never negative.
    """
    if len(time_s) < 3 or not (square_m2 > 0).all():
        return STEADY
    fits = [_fit(turning, time_s, square_m2) for turning in _TURNING_PER_S]
    best = min(range(len(fits)), key=lambda row: fits[row][0])
    return Pace(float(np.sqrt(fits[best][1])), float(_TURNING_PER_S[best]))


def _fit(turning_per_s: float, time_s: Floats, square_m2: Floats) -> tuple[float, float]:
    """Find the speed and the noise for one rate of turning; give the misfit and the noise in m²."""
    gone = time_s**2 * _straight_share(turning_per_s * time_s) / square_m2
    noise = 4 * (1 - np.exp(-time_s / NOISE_TIME_S)) / square_m2
    ones = np.ones_like(time_s)
    determinant = (gone @ gone) * (noise @ noise) - (gone @ noise) ** 2
    noise_m2 = (
        ((gone @ gone) * (noise @ ones) - (gone @ noise) * (gone @ ones)) / determinant
        if determinant > 0
        else 0.0
    )
    noise_m2 = min(max(float(noise_m2), 0.0), NOISE_M_MAX**2)
    speed_m2 = max(float(gone @ (ones - noise * noise_m2) / (gone @ gone)), 0.0)
    misfit = ones - gone * speed_m2 - noise * noise_m2
    return float(misfit @ misfit), noise_m2


def _straight_share(u: Floats) -> Floats:
    return np.interp(u, _U, _SHARE)
