"""Runs of fixes that hold a mover in a fence, or leave it open: the raw stays of one step.

A fix is surely inside, surely outside, or neither; what is neither changes nothing. Only fixes that
are not surely outside have a row here, since of nearly all fences all fixes are.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from gis_gov.geo.arrays import Floats, Mask, Positions
from gis_gov.geo.geofence.fence_set import GeofenceSet, Passes
from gis_gov.geo.geofence.mover_fixes import Legs


@dataclass(frozen=True, slots=True)
class Pairs:
    """Movers and fences whose last fix was not surely outside: columns, sorted by both.

    `inside` says whether the mover counts as inside, `since_s` since when it does while the fence
    is in force (else NaN), and `told` whether its enter was told. Fences are places in their set.
    """

    mover: Positions
    fence: Positions
    inside: Mask
    since_s: Floats
    told: Mask

    def __len__(self) -> int:
        return len(self.mover)

    def only(self, rows: Mask | Positions) -> "Pairs":
        """Return some of the pairs: those that a mask marks, or that are numbered."""
        return Pairs(
            self.mover[rows],
            self.fence[rows],
            self.inside[rows],
            self.since_s[rows],
            self.told[rows],
        )

    def joined(self, other: "Pairs") -> "Pairs":
        """Put these and others together, sorted."""
        both = Pairs(
            np.concatenate([self.mover, other.mover]),
            np.concatenate([self.fence, other.fence]),
            np.concatenate([self.inside, other.inside]),
            np.concatenate([self.since_s, other.since_s]),
            np.concatenate([self.told, other.told]),
        )
        return both.only(np.lexsort((both.fence, both.mover)))


NO_PAIRS = Pairs(
    np.empty(0, dtype=np.int64),
    np.empty(0, dtype=np.int64),
    np.empty(0, dtype=np.bool_),
    np.empty(0),
    np.empty(0, dtype=np.bool_),
)


@dataclass(frozen=True, slots=True)
class RawStays:
    """Stays by geometry alone, as far as a step saw them: columns of one length.

    From the fix in row `first` (that of the step before, if it is `carried` on) to that in row
    `last`; `ended` if the next one is outside. `begin_s` is when it was entered, or the time of the
    carried fix; `end_s` when it was left, or the time of the last fix.
    """

    fence: Positions
    first: Positions
    last: Positions
    begin_s: Floats
    end_s: Floats
    ended: Mask
    carried: Mask
    since_s: Floats
    told: Mask


@dataclass(frozen=True, slots=True)
class Held:
    """What a step found: stays, passes, and of each run at a mover's end what is carried on.

    `open_row` and `open_fence` are those of the runs' last fixes, `open_stay` the stay in them, -1
    for none.
    """

    stays: RawStays
    passes: Passes
    open_row: Positions
    open_fence: Positions
    open_stay: Positions


def held(fences: GeofenceSet, legs: Legs, new: Mask, carried: Pairs) -> Held:
    """Find stays and passes along legs, of which rows that are not `new` were looked at before.

    `carried` are the pairs of those movers that are there, as they were after their old row.
    """
    fixes, count = legs.fixes, len(legs.fixes)
    row, fence = fences.near(legs, np.flatnonzero(new))
    inside, outside = fences.sides(fixes, row, fence)
    old = np.flatnonzero(~new)
    old_row = old[np.searchsorted(fixes.mover[old], carried.mover)]
    near = ~outside
    key = np.concatenate([carried.fence * count + old_row, fence[near] * count + row[near]])
    order = np.argsort(key, kind="stable")
    key = key[order]
    sure = np.concatenate([carried.inside, inside[near]])[order]
    starts = np.ones(key.size, dtype=np.bool_)
    starts[1:] = (key[1:] != key[:-1] + 1) | ~legs.joined[key[1:] % max(count, 1)]
    passes = _passes(fences, legs, row[~inside], fence[~inside], key[_staying(starts, sure)])
    from_pair = np.concatenate([np.arange(len(carried)), np.full(key.size - len(carried), -1)])
    return _runs(fences, legs, key, starts, sure, from_pair[order], carried, passes)


def _staying(starts: Mask, sure: Mask) -> Mask:
    """Mark the rows of runs from the first on that is surely inside."""
    entered = np.cumsum(sure)
    before_run = (entered - sure)[starts]
    return entered > before_run[np.cumsum(starts) - 1]


def _passes(
    fences: GeofenceSet, legs: Legs, row: Positions, fence: Positions, staying: Positions
) -> Passes:
    """Find the legs through fences between two places outside, neither of them in a stay.

    The places need not be surely outside: who walks through and is next seen close beyond the edge
    was inside all the same.
    """
    fixes, here = legs.fixes, fence * len(legs.fixes) + row
    kept = legs.straight[row] & ~np.isin(here, staying) & ~np.isin(here - 1, staying)
    row, fence = row[kept], fence[kept]
    for back in (0, 1):
        end = row - back
        apart = ~shapely.intersects_xy(fences.areas[fence], fixes.lon[end], fixes.lat[end])
        row, fence = row[apart], fence[apart]
    return fences.passes(legs, row, fence)


def _runs(
    fences: GeofenceSet,
    legs: Legs,
    key: Positions,
    starts: Mask,
    sure: Mask,
    from_pair: Positions,
    carried: Pairs,
    passes: Passes,
) -> Held:
    """Cut sorted rows into runs of a mover's consecutive fixes, and find the stay in each."""
    count = len(legs.fixes)
    row, fence = key % max(count, 1), key // max(count, 1)
    start = np.flatnonzero(starts)
    end = np.append(start[1:], key.size) - 1
    if not start.size:
        none = np.empty(0, dtype=np.int64)
        return Held(_raw(fences, legs, none, none, none, none, carried), passes, none, none, none)
    places = np.where(sure, np.arange(key.size), key.size)
    entry = np.minimum.reduceat(places, start)
    # A carried row that is not inside says nothing of the stay that begins after it.
    stay = np.flatnonzero(entry < key.size)
    first = entry[stay]
    last = row[end]
    raw = _raw(fences, legs, fence[first], row[first], last[stay], from_pair[first], carried)
    stay_of = np.full(start.size, -1)
    stay_of[stay] = np.arange(stay.size)
    ends_here = _last_of_mover(legs)[last]
    return Held(raw, passes, last[ends_here], fence[end][ends_here], stay_of[ends_here])


def _raw(
    fences: GeofenceSet,
    legs: Legs,
    fence: Positions,
    first: Positions,
    last: Positions,
    pair: Positions,
    carried: Pairs,
) -> RawStays:
    """Find when each stay began and ended, and what was carried on to it."""
    time_s = legs.fixes.time_s
    begin_s, end_s = time_s[first], time_s[last]
    old = pair >= 0
    led = np.flatnonzero(~old & legs.straight[first])
    begin_s[led] = fences.entered_s(legs, first[led], fence[led])
    ended = ~_last_of_mover(legs)[last]
    # Over a gap nothing shows that it stayed inside: it ends with the last fix that held it.
    leaving = np.flatnonzero(ended)
    leaving = leaving[legs.straight[last[leaving] + 1]]
    end_s[leaving] = fences.left_s(legs, last[leaving] + 1, fence[leaving])
    since_s = np.full(first.size, np.nan)
    told = np.zeros(first.size, dtype=np.bool_)
    since_s[old], told[old] = carried.since_s[pair[old]], carried.told[pair[old]]
    return RawStays(fence, first, last, begin_s, end_s, ended, old, since_s, told)


def _last_of_mover(legs: Legs) -> Mask:
    last = np.ones(len(legs.fixes), dtype=np.bool_)
    last[:-1] = ~legs.joined[1:]
    return last
