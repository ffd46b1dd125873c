"""A provider that is stuck: the same place to the last digit, all day."""

from dataclasses import replace

import numpy as np

from gis_gov.simulation.phone import Phone


def befall(phone: Phone, _random: np.random.Generator) -> list[Phone]:
    """Leave the first place alone."""
    return [
        replace(phone, lon=np.full(len(phone), phone.lon[0]), lat=np.full(len(phone), phone.lat[0]))
    ]
