"""A phone that hears no answers, and sends everything again."""

from dataclasses import replace
from typing import Final

import numpy as np

from gis_gov.simulation.phone import Phone

_AFTER_S: Final = 30.0


def befall(phone: Phone, _random: np.random.Generator) -> list[Phone]:
    """Send each message once more."""
    return [phone.joined(replace(phone, told_s=phone.told_s + _AFTER_S))]
