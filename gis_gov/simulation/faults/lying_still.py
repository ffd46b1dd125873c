"""A phone that lies on a desk all day."""

from dataclasses import replace

import numpy as np

from gis_gov.geo.measure import metres_per_degree
from gis_gov.simulation.noise import gauss_markov, spread_m
from gis_gov.simulation.phone import Phone


def befall(phone: Phone, random: np.random.Generator) -> list[Phone]:
    """Leave the noise alone of what the phone tells."""
    every_s = float(np.median(np.diff(phone.time_s)))
    error = gauss_markov(len(phone), every_s, spread_m(random), random)
    across, along = metres_per_degree(phone.lat[:1])
    lon = np.round(phone.lon[0] + error[:, 0] / across, 7)
    return [replace(phone, lon=lon, lat=np.round(phone.lat[0] + error[:, 1] / along, 7))]
