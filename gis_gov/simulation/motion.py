"""How somebody moves along a way: spells of going, and of standing about."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from gis_gov.geo.arrays import Floats
from gis_gov.simulation.plan import Plan, TravelMode

_MINUTE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Habit:
    """How fast one goes, how long at once, how long one stands, how long the legs are."""

    speed_mps: tuple[float, float]
    going_min: tuple[float, float]
    standing_min: tuple[float, float]
    leg_m: tuple[float, float]


HABITS: Final[dict[TravelMode, Habit]] = {
    "walk": Habit((0.9, 1.4), (8, 25), (4, 12), (80, 250)),
    "ebike": Habit((3.5, 6.0), (8, 20), (4, 15), (200, 600)),
    "car": Habit((6.0, 12.0), (10, 30), (4, 20), (300, 1500)),
    "boat": Habit((2.0, 4.0), (20, 60), (5, 20), (400, 1500)),
}


def gone_m(plan: Plan, mode: TravelMode, random: np.random.Generator) -> Floats:
    """Tell how many metres somebody has gone at each fix of the shift."""
    habit = HABITS[mode]
    fixes = round(plan.length_s / plan.every_s) + 1
    speed_mps = np.zeros(fixes)
    at, is_going = 0, True
    while at < fixes:
        spell = habit.going_min if is_going else habit.standing_min
        until = at + max(1, round(random.uniform(*spell) * _MINUTE_S / plan.every_s))
        if is_going:
            speed_mps[at:until] = random.uniform(*habit.speed_mps)
        at, is_going = until, not is_going
    return np.concatenate([[0.0], np.cumsum(speed_mps[:-1] * plan.every_s)])


def placed(way: Floats, metres: Floats) -> Floats:
    """Give the places on a way after so many metres, n by 2."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(way, axis=0).T))])
    return np.column_stack([np.interp(metres, along, way[:, axis]) for axis in (0, 1)])
