"""A receiver without a sky above it: no fixes for some minutes, more than once."""

from typing import Final

import numpy as np

from gis_gov.simulation.phone import Phone

_TIMES: Final = 2
_MINUTES: Final = (6.0, 10.0)


def befall(phone: Phone, random: np.random.Generator) -> list[Phone]:
    """Leave out what would have been taken in there."""
    kept = np.ones(len(phone), dtype=np.bool_)
    for begin_s in random.uniform(phone.time_s[0], phone.time_s[-1], _TIMES):
        end_s = begin_s + random.uniform(*_MINUTES) * 60
        kept &= (phone.time_s < begin_s) | (phone.time_s > end_s)
    return [phone.only(kept)]
