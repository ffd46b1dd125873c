"""A clock that is minutes ahead, and set right in the middle of the shift."""

from dataclasses import replace
from typing import Final

import numpy as np

from gis_gov.simulation.phone import Phone

_AHEAD_S: Final = 420.0


def befall(phone: Phone, _random: np.random.Generator) -> list[Phone]:
    """Put the times of the first half forward: for minutes they are told twice."""
    ahead_s = np.where(np.arange(len(phone)) < len(phone) // 2, _AHEAD_S, 0.0)
    return [replace(phone, time_s=phone.time_s + ahead_s, clock_s=ahead_s)]
