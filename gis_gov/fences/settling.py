"""Alarms as what they are of is known by now: which are missing, and which were not so."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Final

NEAR_S: Final = 0.001
"""Of what is so near to each other in time it is not known which came first."""
SAME_S: Final = 2e-6
"""Moments so near to each other are the same: they are kept in microseconds."""


@dataclass(frozen=True, slots=True)
class Stay:
    """That a worker was in a fence, away from it or alone, from a moment to another one.

    Times are in seconds since 1970, inf where it lasts. `id` tells it from others of his in the
    fence; `lon` and `lat` are where he was, if that is known.
    """

    id: int
    in_s: float
    out_s: float
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class Raised:
    """An alarm of it, as it was raised; one that is open may last."""

    id: int
    since_s: float
    last_s: float
    is_open: bool
    lon: float | None = None
    lat: float | None = None

    @property
    def end_s(self) -> float:
        """Return when it was over, as far as is known."""
        return inf if self.is_open else self.last_s


@dataclass(frozen=True, slots=True)
class Settled:
    """Stays without an alarm; alarms that were not so, were at another time, or are over."""

    missing: Sequence[Stay] = ()
    wrong: Sequence[int] = ()
    changed: Mapping[int, Stay] = field(default_factory=dict[int, Stay])
    over: Sequence[int] = ()


def settle(stays: Iterable[Stay], alarms: Sequence[Raised]) -> Settled:
    """Compare what a worker's stays in a fence are with the alarms that were raised of them.

    Those that meet for the longest belong together, and each has one other at most. One that was
    closed, and is of what lasts yet, is open again.
    """
    stays = list(stays)
    pairs = [(stay, alarm) for stay in stays for alarm in alarms if _shared_s(stay, alarm) >= 0]
    found: dict[int, Stay] = {}
    served: set[int] = set()
    for stay, alarm in sorted(pairs, key=lambda pair: -_shared_s(*pair)):
        if alarm.id not in found and stay.id not in served:
            found[alarm.id] = stay
            served.add(stay.id)
    return Settled(
        [stay for stay in stays if stay.id not in served],
        [alarm.id for alarm in alarms if alarm.id not in found],
        {
            alarm.id: found[alarm.id]
            for alarm in alarms
            if alarm.id in found and not _is_same(alarm, found[alarm.id])
        },
    )


def joined(stays: Iterable[Stay]) -> Iterator[Stay]:
    """Join stays without a moment between them, as of two versions of a fence."""
    last: Stay | None = None
    for stay in sorted(stays, key=lambda each: (each.in_s, each.id)):
        if last is None:
            last = stay
        elif stay.in_s <= last.out_s + NEAR_S:
            last = Stay(last.id, last.in_s, max(last.out_s, stay.out_s), last.lon, last.lat)
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
    ends = alarm.end_s == stay.out_s or abs(alarm.end_s - stay.out_s) <= SAME_S
    there = stay.lon is None or (stay.lon, stay.lat) == (alarm.lon, alarm.lat)
    return abs(alarm.since_s - stay.in_s) <= SAME_S and ends and there
