"""Alarms of who was inside, as the stays are known by now: what is missing, and what was not so."""

from collections.abc import Iterable, Mapping, Sequence
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
    """Stays without an alarm, alarms that were not so, and alarms that were at another time."""

    missing: Sequence[Stay]
    wrong: Sequence[int]
    changed: dict[int, Stay]


def settle(stays: Iterable[Stay], alarms: Sequence[Raised]) -> Settled:
    """Compare what a worker's stays in a fence are with the alarms that were raised of them.

    Those that meet for the longest belong together, and each has one other at most. Who opens and
    closes alarms sees to those of stays that last, but for when these began. An alarm may be over
    before its stay is, as by the end of a shift; there may be another one of the same stay then.
    """
    merged = list(_merged(stays))
    pairs = [
        (stay, alarm)
        for stay in merged
        for alarm in alarms
        if _shared_s(stay, alarm) >= 0 and (stay.out_s != inf or alarm.is_open)
    ]
    found: dict[int, Stay] = {}
    serving: dict[int, Raised] = {}
    for stay, alarm in sorted(pairs, key=lambda pair: -_shared_s(*pair)):
        if alarm.id not in found and stay.entered_id not in serving:
            found[alarm.id] = stay
            serving[stay.entered_id] = alarm
    return Settled(
        [stay for stay in merged if stay.out_s != inf and stay.entered_id not in serving],
        [
            alarm.id
            for alarm in alarms
            if alarm.id not in found
            and not alarm.is_open
            and not any(_is_over_before(alarm, stay, serving) for stay in merged)
        ],
        {
            alarm.id: found[alarm.id]
            for alarm in alarms
            if alarm.id in found and not _is_same(alarm, found[alarm.id])
        },
    )


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
    ends = alarm.end_s == stay.out_s or abs(alarm.end_s - stay.out_s) <= NEAR_S
    return _begins(alarm, stay) and ends


def _begins(alarm: Raised, stay: Stay) -> bool:
    return abs(alarm.since_s - stay.in_s) <= NEAR_S


def _is_over_before(alarm: Raised, stay: Stay, serving: Mapping[int, Raised]) -> bool:
    """Say whether an alarm is of a stay that lasted longer, and not of one that now begins there.

    Each alarm that was raised of a stay began with it.
    """
    other = serving.get(stay.entered_id)
    return _begins(alarm, stay) and (other is None or other.is_open or _begins(other, stay))
