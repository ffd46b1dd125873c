"""What is alarming in where workers are at a moment, by the fences that raise alarms."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Final

import numpy as np

from gis_gov.fences.known import Known, Version
from gis_gov.fences.states import WorkerState
from gis_gov.geo.geofence.alarms import Alarm, Duty, Nearness, absent, alone
from gis_gov.geo.geofence.events import Stays
from gis_gov.geo.geofence.fence import Geofence

SILENT_S: Final = 900.0
"""Of who is silent for longer nobody knows whether he is away, alone, or near to somebody."""
KEPT_S: Final = 12 * 3_600.0
"""Who was heard of before that is nowhere."""
_UNKNOWN: Final = frozenset({"outside", "alone"})


@dataclass(frozen=True, slots=True)
class Watched:
    """A fence that raises alarms: its version that counts, and what it raises them for."""

    fence_id: int
    version_id: int
    tells: Sequence[str]
    away_s: float
    alone_s: float | None
    near_m: float | None
    near_s: float


@dataclass(frozen=True, slots=True)
class Here:
    """A worker who was heard of, and where that is."""

    worker_id: int
    employed_in: Sequence[int]
    state: WorkerState
    is_off_shift: bool

    @property
    def heard_s(self) -> float:
        """Return the time of his last fix."""
        return self.state.last[0]

    def is_silent(self, at_s: float) -> bool:
        """Say whether nobody knows any more where he is."""
        return at_s - self.heard_s > SILENT_S


@dataclass(frozen=True, slots=True)
class Cause:
    """What an alarm is about."""

    kind: str
    worker_id: int
    fence_id: int
    other_id: int | None = None


@dataclass(frozen=True, slots=True)
class Lasting:
    """An alarm that was opened, and whether its worker is off shift by now."""

    id: int
    is_off_shift: bool


def alarms_at(
    at_s: float,
    known: Known,
    watched: Iterable[Watched],
    heard: Sequence[Here],
    left: Mapping[tuple[int, int], float],
    near: dict[int, Nearness],
) -> dict[Cause, float]:
    """Tell what is alarming at a moment, and since when it is.

    `left` has when workers left versions that they were in; `near` is carried on by fence.
    """
    found: dict[Cause, float] = {}
    there_of = _by_version(heard)
    for each in watched:
        version, fence = known.versions.get(each.version_id), known.fence(each.version_id)
        if version is None or fence is None or not fence.steady(at_s)[0]:
            near.pop(each.fence_id, None)
            continue
        there = [
            (one, since_s)
            for one, since_s in there_of.get(version.id, ())
            if version.is_for(one.worker_id, one.employed_in)
        ]
        inside = {one.worker_id: since_s for one, since_s in there if not one.is_off_shift}
        if "inside" in each.tells:
            found |= {Cause("inside", one, each.fence_id): since for one, since in inside.items()}
        if "outside" not in each.tells and each.alone_s is None and each.near_m is None:
            continue
        mine = [one for one in heard if version.is_for(one.worker_id, one.employed_in)]
        at_work = [one for one in mine if not one.is_off_shift]
        stays = _stays(at_s, version, mine, there, left)
        if "outside" in each.tells:
            found |= dict(_absent(at_s, each, fence, at_work, stays))
        if each.alone_s is not None:
            for raised in alone(stays, [version.id], each.alone_s, at_s):
                found[Cause("alone", raised.mover, each.fence_id)] = raised.since_s
        if each.near_m is not None:
            together = [one for one in at_work if one.worker_id in inside]
            found |= dict(_near(at_s, each, each.near_m, together, near))
    return found


def is_unknown(at_s: float, cause: Cause, heard: Mapping[int, Here]) -> bool:
    """Say whether nobody knows if a cause lasts: who was away or alone may be anywhere by now."""
    here = heard.get(cause.worker_id)
    return cause.kind in _UNKNOWN and (here is None or here.is_silent(at_s))


def _by_version(heard: Iterable[Here]) -> dict[int, list[tuple[Here, float]]]:
    """Tell who is inside which version of a fence, and since when."""
    found: defaultdict[int, list[tuple[Here, float]]] = defaultdict(list)
    for here in heard:
        for version, inside, since_s, told in here.state.pairs:
            if inside and told and since_s is not None:
                found[version].append((here, since_s))
    return found


def _stays(
    at_s: float,
    version: Version,
    heard: Iterable[Here],
    there: Iterable[tuple[Here, float]],
    left: Mapping[tuple[int, int], float],
) -> Stays:
    """Make stays of those who are inside, and of the last ones of those who were.

    Of who is silent or off shift nobody knows that he stayed after his last fix.
    """
    rows = [
        (
            here.worker_id,
            since_s,
            here.heard_s if here.is_off_shift or here.is_silent(at_s) else inf,
        )
        for here, since_s in there
    ]
    rows += [
        (here.worker_id, -inf, left[here.worker_id, version.id])
        for here in heard
        if (here.worker_id, version.id) in left
    ]
    table = np.array([row[1:] for row in rows], dtype=np.float64).reshape(-1, 2)
    return Stays(
        np.array([row[0] for row in rows], dtype=np.int64),
        np.full(len(rows), version.id, dtype=np.int64),
        table[:, 0],
        table[:, 1],
    )


def _absent(
    at_s: float, watched: Watched, fence: Geofence, heard: Iterable[Here], stays: Stays
) -> Iterator[tuple[Cause, float]]:
    _, from_s, _ = fence.steady(at_s)
    last_s = {here.worker_id: here.heard_s for here in heard}
    duties = [Duty(worker, fence.id, from_s, watched.away_s, SILENT_S) for worker in last_s]
    for raised in absent(duties, stays, last_s, at_s):
        if raised.alarm is Alarm.ABSENT:
            since_s = raised.since_s if np.isfinite(raised.since_s) else last_s[raised.mover]
            yield Cause("outside", raised.mover, watched.fence_id), since_s


def _near(
    at_s: float,
    watched: Watched,
    radius_m: float,
    inside: Iterable[Here],
    near: dict[int, Nearness],
) -> Iterator[tuple[Cause, float]]:
    fresh = [here for here in inside if not here.is_silent(at_s)]
    places: Any = np.array([here.state.last for here in fresh], dtype=np.float64).reshape(-1, 4)
    movers = np.array([here.worker_id for here in fresh], dtype=np.int64)
    before = near.get(watched.fence_id, Nearness({}))
    now = before.looked(movers, places[:, 1], places[:, 2], at_s, radius_m)
    near[watched.fence_id] = now
    for (one, other), since_s in now.since_s.items():
        if at_s - since_s >= watched.near_s:
            yield Cause("near", one, watched.fence_id, other), since_s
