"""Where each mover is by each fence, carried on from fixes to fixes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np

from gis_gov.geo.arrays import Floats, Mask, Positions
from gis_gov.geo.geofence.events import Crossings, Kind
from gis_gov.geo.geofence.fence import Geofence
from gis_gov.geo.geofence.fence_set import GeofenceSet
from gis_gov.geo.geofence.held import NO_PAIRS, Held, Pairs, held
from gis_gov.geo.geofence.in_force import Parts, parts, pass_events, stay_events
from gis_gov.geo.geofence.mover_fixes import Legs, MoverFixes

_CHUNK: Final = 100_000


@dataclass(frozen=True, slots=True)
class FenceStates:
    """What is known of movers after their fixes so far; it does not change, so keep any of them.

    `last` has each mover's last fix, by mover; `pairs` the movers and fences that are near enough
    to each other to matter, a few of each mover.
    """

    fences: GeofenceSet
    last: MoverFixes
    pairs: Pairs

    @classmethod
    def before_all(cls, fences: GeofenceSet) -> Self:
        """Return what is known before any fix."""
        return cls(fences, MoverFixes.joined([]), NO_PAIRS)

    def advance(self, fixes: MoverFixes) -> "Advance":
        """Take further fixes, of any movers in any order, and tell what they show.

        Each mover's fixes must be later than its last one: those that are not are given back as
        `late`, with nothing told of them (see `late.corrected`). A repetition of the last one is
        left out.
        """
        fresh, late = _fresh_and_late(self.last, fixes.in_order())
        states, events = self, [Crossings.none()]
        for start in range(0, len(fresh), _CHUNK):
            told, states = _step(
                states, fresh.only(np.arange(start, min(start + _CHUNK, len(fresh))))
            )
            events.append(told)
        return Advance(Crossings.joined(*events), states, late)

    def only(self, movers: Iterable[int]) -> Self:
        """Return what is known of some movers."""
        some = np.array(sorted(set(movers)), dtype=np.int64)
        return replace(
            self,
            last=self.last.only(np.isin(self.last.mover, some)),
            pairs=self.pairs.only(np.isin(self.pairs.mover, some)),
        )

    def replaced(self, other: Self, movers: Iterable[int]) -> Self:
        """Return these with what others know of some movers, even if that is nothing."""
        some = np.array(sorted(set(movers)), dtype=np.int64)
        theirs = other.only(movers)
        last = MoverFixes.joined([self.last.only(~np.isin(self.last.mover, some)), theirs.last])
        pairs = self.pairs.only(~np.isin(self.pairs.mover, some)).joined(theirs.pairs)
        order = np.argsort(last.mover, kind="stable")
        return replace(self, last=last.only(order), pairs=pairs)

    def renewed(self, from_s: Floats) -> Self:
        """Forget what was seen of fences that are valid only from a moment on, or later.

        `from_s` has a moment for each mover of `last`. As of new fences, its last fix is looked at
        as if it were its first one: so it makes no difference whether they were known before.
        """
        valid_from_s = self.fences.valid_from_s
        if not len(self.last) or not (valid_from_s >= from_s.min()).any():
            return self
        mine = np.searchsorted(self.last.mover, self.pairs.mover)
        kept = self.pairs.only(valid_from_s[self.pairs.fence] < from_s[mine])
        row, fence = self.fences.near(Legs(self.last), np.arange(len(self.last)))
        anew = valid_from_s[fence] >= from_s[row]
        seen = _seen(self.fences, self.last, row[anew], fence[anew], -np.inf)
        return replace(self, pairs=kept.joined(seen))

    def inside(self, mover: int) -> list[int]:
        """List the fences (by id) in which a mover is and was told to be."""
        mine = (self.pairs.mover == mover) & self.pairs.told
        return self.fences.ids[self.pairs.fence[mine]].tolist()

    def is_inside(self, mover: int, fence: int) -> bool:
        """Tell whether a mover is in a fence and was told to be."""
        return fence in self.inside(mover)

    def with_fences(
        self, fences: Iterable[Geofence], at_s: float
    ) -> tuple[Crossings, "FenceStates"]:
        """Go on with other fences from a moment on, and tell the exits from what is no more.

        Fences that are equal to those before keep their states. Who was told to be in another one
        leaves it at `at_s`. Of new fences each mover's last fix is looked at as if it were its
        first one, so that whoever is inside is told to enter by the next fix.
        """
        return _with_fences(self, GeofenceSet(fences), at_s)


@dataclass(frozen=True, slots=True)
class Advance:
    """What further fixes told, what is known after them, and those that came too late."""

    events: Crossings
    states: FenceStates
    late: MoverFixes


def crossings(fixes: MoverFixes, fences: GeofenceSet) -> Crossings:
    """Tell all that a set of fixes shows, of many movers at once, in any order of rows.

    Events are sorted by mover, then by the fix that shows them.
    """
    return FenceStates.before_all(fences).advance(fixes).events


def _fresh_and_late(last: MoverFixes, fixes: MoverFixes) -> tuple[MoverFixes, MoverFixes]:
    """Part sorted fixes into those after their mover's last one, and those before it."""
    if not len(last):
        return fixes, fixes.only(np.empty(0, dtype=np.int64))
    place = np.minimum(np.searchsorted(last.mover, fixes.mover), len(last) - 1)
    known = last.mover[place] == fixes.mover
    before = np.zeros(len(fixes), dtype=np.bool_)
    equal = known.copy()
    for name in ("time_s", "lon", "lat", "accuracy_m"):
        mine, theirs = getattr(fixes, name), getattr(last, name)[place]
        before |= equal & (mine < theirs)
        equal &= mine == theirs
    return fixes.only(~before & ~equal), fixes.only(before)


def _step(states: FenceStates, fresh: MoverFixes) -> tuple[Crossings, FenceStates]:
    fences = states.fences
    moved = fresh.mover[np.flatnonzero(np.diff(fresh.mover, prepend=fresh.mover[0] - 1))]
    old = np.isin(states.last.mover, moved, assume_unique=True)
    at_hand = np.isin(states.pairs.mover, moved)
    way = MoverFixes.joined([states.last.only(old), fresh])
    order = np.argsort(way.mover, kind="stable")
    legs = Legs(way.only(order))
    new = order >= np.count_nonzero(old)
    found = held(fences, legs, new, states.pairs.only(at_hand))
    cut = parts(fences, found.stays)
    events = Crossings.joined(
        stay_events(fences, legs, found.stays, cut), pass_events(fences, legs, found.passes)
    )
    pairs = states.pairs.only(~at_hand).joined(_open(fences, legs, found, cut))
    ends = np.flatnonzero(np.append(~legs.joined[1:], True))
    last = MoverFixes.joined([states.last.only(~old), legs.fixes.only(ends)])
    last = last.only(np.argsort(last.mover, kind="stable"))
    return events, FenceStates(fences, last, pairs)


def _open(fences: GeofenceSet, legs: Legs, found: Held, cut: Parts) -> Pairs:
    """Return what is carried on of each run that reaches to its mover's last fix."""
    # The only part of a stay that may not be over is its last one.
    since_s = np.full(len(found.stays.fence), np.nan)
    told = np.zeros(since_s.size, dtype=np.bool_)
    lasting = ~cut.over
    stay = cut.stay[lasting]
    since_s[stay] = cut.begin_s[lasting]
    dwell_s = fences.dwell_s[found.stays.fence[stay]]
    told[stay] = cut.told[lasting] | (since_s[stay] + dwell_s <= cut.end_s[lasting])
    inside = found.open_stay >= 0
    mine = found.open_stay[inside]
    open_since_s, open_told = np.full(inside.size, np.nan), np.zeros(inside.size, dtype=np.bool_)
    open_since_s[inside], open_told[inside] = since_s[mine], told[mine]
    mover = legs.fixes.mover[found.open_row]
    return Pairs(mover, found.open_fence, inside, open_since_s, open_told)


def _with_fences(
    states: FenceStates, fences: GeofenceSet, at_s: float
) -> tuple[Crossings, FenceStates]:
    before, pairs = states.fences, states.pairs
    place: Positions = np.full(len(before), -1)
    by_id = {fence.id: where for where, fence in enumerate(fences.fences)}
    for where, fence in enumerate(before.fences):
        now = by_id.get(fence.id)
        if now is not None and fences.fences[now] == fence:
            place[where] = now
    kept: Mask = place[pairs.fence] >= 0
    left = pairs.only(~kept & pairs.told)
    moment_s = np.full(len(left), at_s)
    events = Crossings(
        left.mover,
        before.ids[left.fence],
        np.full(len(left), Kind.EXIT, dtype=np.int8),
        moment_s,
        np.full(len(left), np.nan),
        moment_s,
    ).in_order()
    carried = replace(pairs.only(kept), fence=place[pairs.fence[kept]])
    is_new = np.ones(len(fences), dtype=np.bool_)
    is_new[place[place >= 0]] = False
    row, fence = fences.near(Legs(states.last), np.arange(len(states.last)))
    row, fence = row[is_new[fence]], fence[is_new[fence]]
    seen = _seen(fences, states.last, row, fence, at_s)
    return events, FenceStates(fences, states.last, carried.joined(seen))


def _seen(
    fences: GeofenceSet, last: MoverFixes, row: Positions, fence: Positions, at_s: float
) -> Pairs:
    """Look at movers' last fixes by new fences alone, which nobody is in before a moment."""
    inside, outside = fences.sides(last, row, fence)
    row, fence, inside = row[~outside], fence[~outside], inside[~outside]
    since_s = np.maximum(last.time_s[row], at_s)
    _, on = fences.steady(fence, since_s, since_s)
    since_s[~(inside & on)] = np.nan
    told = np.zeros(row.size, dtype=np.bool_)
    return NO_PAIRS.joined(Pairs(last.mover[row], fence, inside, since_s, told))
