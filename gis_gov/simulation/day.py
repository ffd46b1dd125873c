"""The day as it comes to the server, message by message, and what was true of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from gis_gov.geo.track.plane import Plane
from gis_gov.simulation.motion import HABITS, gone_m, placed
from gis_gov.simulation.noise import gauss_markov, spread_m, told_accuracy_m
from gis_gov.simulation.phone import Phone
from gis_gov.simulation.plan import Plan, Shift
from gis_gov.simulation.ways import wander

SENT_MAX: Final = 500
"""So many fixes a phone sends at once."""
_EDGE_M: Final = 5.0


@dataclass(frozen=True, slots=True)
class Truth:
    """How far a worker really went in his shift, and what his phone did to it."""

    worker: str
    mode: str
    fault: str | None
    true_m: float
    is_lie: bool


@dataclass(frozen=True, slots=True)
class Message:
    """Fixes that a phone sends at once, at `at_s` seconds since 1970."""

    at_s: float
    fixes: Phone


def made(plan: Plan, shift: Shift) -> tuple[list[Phone], Truth]:
    """Make what the phones of a worker tell, and the truth: a function of plan and shift alone."""
    random = plan.stream(shift.ground.worker)
    metres = gone_m(plan, shift.mode, random)
    ground = shift.ground.grid if shift.mode == "walk" else shift.ground.area
    middle = ground.representative_point()
    plane = Plane(middle.x, middle.y)
    # Nobody keeps to a border that is drawn, and what is drawn may be a mere sliver.
    place = shapely.buffer(plane.laid(ground), _EDGE_M)
    way = wander(place, HABITS[shift.mode].leg_m, float(metres[-1]), random)
    sigma_m = spread_m(random)
    count = len(metres)
    seen = placed(way, metres) + gauss_markov(count, plan.every_s, sigma_m, random)
    lon, lat = np.round(plane.degrees(seen), 7).T
    # Phones do not all take their fixes in the same second.
    begins_s = plan.begins_at.timestamp() + round(float(random.uniform(0, plan.every_s)), 3)
    taken_s = begins_s + np.arange(count, dtype=np.float64) * plan.every_s
    told_s = begins_s + np.ceil((taken_s - begins_s) / plan.told_every_s) * plan.told_every_s
    phone = Phone(
        shift.ground.worker,
        shift.device,
        shift.mode,
        taken_s,
        lon,
        lat,
        told_accuracy_m(sigma_m, count, random),
        np.arange(count),
        np.zeros(count, dtype=np.bool_),
        told_s,
        np.zeros(count),
    )
    fault = shift.fault
    if fault is None:
        return [phone], Truth(phone.worker, shift.mode, None, float(metres[-1]), is_lie=False)
    true_m = float(metres[int((count - 1) * fault.gone)])
    truth = Truth(phone.worker, shift.mode, fault.name, true_m, fault.is_lie)
    return fault.befall(phone, random), truth


def messages_of(phone: Phone) -> Iterator[Message]:
    """Give the messages of a phone in the order in which they are sent."""
    order = np.argsort(phone.told_s, kind="stable")
    cuts = np.flatnonzero(np.diff(phone.told_s[order])) + 1
    for rows in np.split(order, cuts):
        for begin in range(0, len(rows), SENT_MAX):
            part = phone.only(rows[begin : begin + SENT_MAX])
            yield Message(float(part.told_s[0]), part)


def in_order(phones: Iterable[Phone]) -> list[Message]:
    """Give the messages of all phones in the order in which they are sent."""
    told = [message for phone in phones for message in messages_of(phone)]
    return sorted(told, key=lambda message: (message.at_s, message.fixes.device))


def day(plan: Plan, shifts: Sequence[Shift]) -> tuple[list[Phone], list[Truth]]:
    """Make the whole day: what all phones tell, and the truth of each worker."""
    phones, truths = list[Phone](), list[Truth]()
    for shift in shifts:
        told, truth = made(plan, shift)
        phones += told
        truths.append(truth)
    return phones, truths
