"""A network that brings messages in another order, minutes apart."""

from dataclasses import replace
from typing import Final

import numpy as np

from gis_gov.simulation.phone import Phone

_LATEST_S: Final = 600.0


def befall(phone: Phone, random: np.random.Generator) -> list[Phone]:
    """Delay each message by its own time, and shuffle the fixes in it."""
    sent_s, message = np.unique(phone.told_s, return_inverse=True)
    delayed_s = np.round(sent_s + random.uniform(0, _LATEST_S, len(sent_s)), 3)
    shuffled = random.permutation(len(phone))
    return [replace(phone, told_s=delayed_s[message]).only(shuffled)]
