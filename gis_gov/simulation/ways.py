"""Ways through a place, as along streets: straight legs and corners."""

from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.arrays import Floats

_TURNS: Final = (0.0, 90.0, -90.0)
_TRIES: Final = 40


def wander(
    place: BaseGeometry,
    leg_m: tuple[float, float],
    length_m: float,
    random: np.random.Generator,
) -> Floats:
    """Draw a way of at least `length_m` that stays in a place on a plane of metres; corners n by 2.

    Where no leg of that length fits, it is a shorter one.

    Raises:
        ValueError: the place is too narrow for any.

    """
    shapely.prepare(place)
    corners = [_inside(place, random)]
    heading_deg, gone_m = float(random.uniform(0, 360)), 0.0
    while gone_m < length_m:
        heading_deg, end = _next(place, corners[-1], heading_deg, leg_m, random)
        gone_m += float(np.hypot(*(end - corners[-1])))
        corners.append(end)
    return np.array(corners)


def _next(
    place: BaseGeometry,
    start: Floats,
    heading_deg: float,
    leg_m: tuple[float, float],
    random: np.random.Generator,
) -> tuple[float, Floats]:
    """Draw a leg that stays in the place: first one that goes on, then any, ever shorter."""
    for number in range(_TRIES):
        turn_deg = random.choice(_TURNS) + random.normal(0, 8)
        if number >= 2 * len(_TURNS):
            turn_deg = random.uniform(0, 360)
        there_deg = (heading_deg + turn_deg) % 360
        step_m = random.uniform(*leg_m) * 0.8 ** max(0, number - len(_TURNS))
        angle = np.radians(there_deg)
        end = start + step_m * np.array([np.sin(angle), np.cos(angle)])
        if shapely.covers(place, shapely.linestrings([start, end])):
            return float(there_deg), end
    raise ValueError("no way leads on: the place is no wider than a metre")


def _inside(place: BaseGeometry, random: np.random.Generator) -> Floats:
    west, south, east, north = place.bounds
    for _ in range(100):
        point = random.uniform((west, south), (east, north))
        if shapely.covers(place, shapely.points(point)):
            return point
    return shapely.get_coordinates(place.representative_point())[0]
