"""A phone without a network for hours: all it has taken comes late, at once."""

from dataclasses import replace

import numpy as np

from gis_gov.simulation.phone import Phone


def befall(phone: Phone, random: np.random.Generator) -> list[Phone]:
    """Hold back what is taken from some time on for two fifths of the shift."""
    first_s, last_s = phone.told_s[0], phone.told_s[-1]
    begin_s = first_s + random.uniform(0.1, 0.5) * (last_s - first_s)
    end_s = begin_s + 0.4 * (last_s - first_s)
    late = (phone.told_s >= begin_s) & (phone.told_s < end_s)
    return [replace(phone, told_s=np.where(late, end_s, phone.told_s))]
