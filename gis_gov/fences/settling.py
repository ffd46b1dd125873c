"""Alarms of who was inside, as the stays are known by now: what is missing, and what was not so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

NEAR_S: Final = 0.001
"""Moments so near to each other are the same: they are kept in microseconds."""


@dataclass(frozen=True, slots=True)
class Stay:
    """That a worker was in a fence, from a moment to another one (s since 1970; inf: he is yet).

    `entered_id` is the crossing by which it began.
    """

    entered_id: int
    in_s: float
    out_s: float


@dataclass(frozen=True, slots=True)
class Raised:
    """An alarm of it, as it was raised; one that is open may last."""

    id: int
    since_s: float
    last_s: float
    is_open: bool

    @property
    def end_s(self) -> float:
        """Return when it was over, as far as is known."""
        return inf if self.is_open else self.last_s


@dataclass(frozen=True, slots=True)
class Settled:
    """Stays without an alarm, alarms without a stay, and alarms that were at another time.

    What is changed lasted no longer than its stay; it may be over before: by the end of a shift.
    """

    missing: Sequence[Stay]
    wrong: Sequence[int]
    changed: dict[int, Stay]


def settle(stays: Iterable[Stay], alarms: Sequence[Raised]) -> Settled:
    """Compare what a worker's stays in a fence are with the alarms that were raised of them.

    Each stay has the alarm that it meets the longest, and no two have the same one. An open alarm
    is of a stay that lasts: who opens and closes those sees to the rest.
    """
    missing, changed, taken = list[Stay](), dict[int, Stay](), set[int]()
    merged = list(_merged(stays))
    for stay in merged:
        fitting = [
            each
            for each in alarms
            if each.id not in taken
            and each.is_open == (stay.out_s == inf)
            and _shared_s(stay, each) >= 0
        ]
        if not fitting:
            if stay.out_s != inf:
                missing.append(stay)
            continue
        best = max(fitting, key=lambda each: _shared_s(stay, each))
        taken.add(best.id)
        if not _is_same(best, stay):
            changed[best.id] = stay
    wrong = [
        each.id
        for each in alarms
        if not each.is_open
        and each.id not in taken
        and all(_shared_s(stay, each) < 0 for stay in merged)
    ]
    return Settled(missing, wrong, changed)


def _merged(stays: Iterable[Stay]) -> Iterable[Stay]:
    """Join stays without a moment between them, as of two versions of a fence."""
    last: Stay | None = None
    for stay in sorted(stays, key=lambda each: (each.in_s, each.entered_id)):
        if last is None:
            last = stay
        elif stay.in_s <= last.out_s + NEAR_S:
            last = Stay(last.entered_id, last.in_s, max(last.out_s, stay.out_s))
        else:
            yield last
            last = stay
    if last is not None:
        yield last


def _shared_s(stay: Stay, alarm: Raised) -> float:
    """Return for how long both were so; less than nothing if they do not meet."""
    shared = min(stay.out_s, alarm.end_s) - max(stay.in_s, alarm.since_s)
    return 0.0 if -NEAR_S <= shared < 0 else shared


def _is_same(alarm: Raised, stay: Stay) -> bool:
    return abs(alarm.since_s - stay.in_s) <= NEAR_S and alarm.last_s <= stay.out_s + NEAR_S
