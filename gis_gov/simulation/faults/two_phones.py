"""Two phones of one account: a colleague carries the second one elsewhere."""

from dataclasses import replace
from typing import Final

import numpy as np

from gis_gov.simulation.phone import Phone

_APART_DEG: Final = 0.02


def befall(phone: Phone, _random: np.random.Generator) -> list[Phone]:
    """Add a phone that goes a way like it two kilometres north, from the middle of the shift on."""
    later = np.arange(len(phone) // 2, len(phone))
    second = replace(phone.only(later), device=f"{phone.device}-2")
    away = replace(second, lon=second.lon[::-1].copy(), lat=second.lat[::-1] + _APART_DEG)
    return [phone, away]
