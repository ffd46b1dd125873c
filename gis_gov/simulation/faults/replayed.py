"""A track that is played once more: the morning's way, told again as the afternoon's."""

from dataclasses import replace

import numpy as np

from gis_gov.simulation.phone import Phone


def befall(phone: Phone, _random: np.random.Generator) -> list[Phone]:
    """Put the places of the first half in the times of the second one."""
    half = len(phone) // 2
    first = np.arange(half)
    rows = np.concatenate([first, first])
    return [replace(phone.only(np.arange(2 * half)), lon=phone.lon[rows], lat=phone.lat[rows])]
