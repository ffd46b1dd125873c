"""What is alarming in where workers are at a moment, by the fences that raise alarms."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Final

import numpy as np

from gis_gov.fences.known import Version
from gis_gov.fences.known_now import Here, Now
from gis_gov.geo.geofence.near import Nearness

_UNKNOWN: Final = frozenset({"outside", "alone"})
"""Kinds of alarms of which nobody knows the end while somebody is silent."""


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


Left = Mapping[int, Mapping[int, float]]
"""When workers left versions of fences that they were in, for the last time."""


def alarms_at(
    now: Now,
    watched: Iterable[Watched],
    left: Left,
    near: dict[int, Nearness],
) -> dict[Cause, float]:
    """Tell what is alarming at a moment, and since when it is.

    Of who is near that is what an alarm tells; of all others it says only that one may be due, as
    times are settled by all that is known. `near` is carried on by fence.
    """
    found: dict[Cause, float] = {}
    crowd = _Crowd(now.heard.values())
    together: set[int] = set()
    for each in watched:
        version, there = now.known.versions.get(each.version_id), crowd.there[each.version_id]
        # Of most fences nobody is inside.
        if version is None or not (there or "outside" in each.tells):
            continue
        from_s = now.in_force_since_s(version.id)
        if from_s is None:
            continue
        mine = [(one, since) for one, since in there if version.is_for(*one.employed)]
        inside = {one.worker_id: since for one, since in mine if not one.is_off_shift}
        if "inside" in each.tells:
            found |= {Cause("inside", one, each.fence_id): since for one, since in inside.items()}
        if "outside" in each.tells:
            found |= dict(_away(now, each, from_s, crowd.of(version), left))
        if each.alone_s is not None:
            found |= dict(_alone(now, each, each.alone_s, mine, left))
        if each.near_m is not None and inside:
            together.add(each.fence_id)
            here = [now.heard[worker] for worker in inside]
            found |= dict(_near(now.at_s, each, each.near_m, here, near))
    for fence_id in near.keys() - together:
        del near[fence_id]
    return found


def may_last(now: Now, cause: Cause, alarm: Lasting, version_id: int | None) -> bool:
    """Say whether an alarm may last, though its cause is not found: nobody knows of who is silent.

    Unless his shift is over, or the fence is not watched any more.
    """
    here = now.heard.get(cause.worker_id)
    is_watched = version_id is not None and now.in_force_since_s(version_id) is not None
    is_silent = here is None or here.is_silent(now.at_s)
    return cause.kind in _UNKNOWN and is_watched and is_silent and not alarm.is_off_shift


class _Crowd:
    """Those who were heard of: by the version of a fence that they are in, and whom one watches."""

    def __init__(self, heard: Iterable[Here]) -> None:
        self._all = list(heard)
        self._by_id = {one.worker_id: one for one in self._all}
        self._by_area: defaultdict[int, list[Here]] = defaultdict(list)
        self.there: defaultdict[int, list[tuple[Here, float]]] = defaultdict(list)
        for one in self._all:
            for area_id in one.employed_in:
                self._by_area[area_id].append(one)
            for version, inside, since_s, told in one.state.pairs:
                if inside and told and since_s is not None:
                    self.there[version].append((one, since_s))

    def of(self, version: Version) -> Sequence[Here]:
        """Return those whom a version watches."""
        if version.for_workers is not None:
            return [self._by_id[each] for each in version.for_workers if each in self._by_id]
        return self._all if version.for_area_id is None else self._by_area[version.for_area_id]


def _away(
    now: Now, watched: Watched, from_s: float, mine: Iterable[Here], left: Left
) -> Iterator[tuple[Cause, float]]:
    left_s = left.get(watched.version_id, {})
    for here in mine:
        if here.is_off_shift or here.is_silent(now.at_s) or here.is_in(watched.version_id):
            continue
        since_s = max(left_s.get(here.worker_id, -inf), from_s)
        if now.at_s - since_s <= watched.away_s:
            continue
        since_s = max(since_s, now.on_shift_since_s(here.worker_id))
        if now.at_s - since_s > watched.away_s:
            yield Cause("outside", here.worker_id, watched.fence_id), since_s


def _alone(
    now: Now,
    watched: Watched,
    longest_s: float,
    mine: Sequence[tuple[Here, float]],
    left: Left,
) -> Iterator[tuple[Cause, float]]:
    """Tell who is alone; of who is silent or off shift nobody knows that he stayed."""
    gone = {one.worker_id: one.heard_s for one, _ in mine if one.is_gone(now.at_s)}
    here = {one.worker_id: since_s for one, since_s in mine if one.worker_id not in gone}
    if len(here) != 1:
        return
    ((worker, came_s),) = here.items()
    left_s = {**left.get(watched.version_id, {}), **gone}
    since_s = max([came_s, *(at_s for other, at_s in left_s.items() if other != worker)])
    if now.at_s - since_s > longest_s:
        yield Cause("alone", worker, watched.fence_id), since_s


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
