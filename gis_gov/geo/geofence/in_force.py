"""Stays while the fence is in force: schedules cut them, and what is too short is none."""

from dataclasses import dataclass

import numpy as np

from gis_gov.geo.arrays import Floats, Mask, Positions
from gis_gov.geo.geofence.events import Crossings, Kind
from gis_gov.geo.geofence.fence_set import GeofenceSet, Passes
from gis_gov.geo.geofence.held import RawStays
from gis_gov.geo.geofence.mover_fixes import Legs


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of stays (by their place) in which the fence was in force, in order of time.

    `over` if it ended at `end_s`: with the stay, or because the fence went out of force (`lapsed`).
    `told` if the enter was told in a step before.
    """

    stay: Positions
    begin_s: Floats
    end_s: Floats
    over: Mask
    lapsed: Mask
    told: Mask

    def only(self, rows: Positions) -> "Parts":
        """Return the parts that are numbered."""
        return Parts(
            self.stay[rows],
            self.begin_s[rows],
            self.end_s[rows],
            self.over[rows],
            self.lapsed[rows],
            self.told[rows],
        )


def parts(fences: GeofenceSet, raw: RawStays) -> Parts:
    """Cut stays by the times at which their fences are in force."""
    steady, on = fences.steady(raw.fence, raw.begin_s, raw.end_s)
    # What was out of force at the carried fix and is in force now came into force just then.
    waking = raw.carried & np.isnan(raw.since_s) & on
    whole = np.flatnonzero(steady & on & ~waking)
    begin_s = np.where(raw.carried, raw.since_s, raw.begin_s)
    ended, never = raw.ended[whole], np.zeros(whole.size, dtype=np.bool_)
    simple = Parts(whole, begin_s[whole], raw.end_s[whole], ended, never, raw.told[whole])
    rest = np.flatnonzero(~steady | waking).tolist()
    if not rest:
        return simple
    table = np.array([part for stay in rest for part in _cut(fences, raw, stay)]).reshape(-1, 6)
    flags = table[:, 3:] > 0
    both = Parts(
        np.concatenate([simple.stay, table[:, 0].astype(np.int64)]),
        np.concatenate([simple.begin_s, table[:, 1]]),
        np.concatenate([simple.end_s, table[:, 2]]),
        np.concatenate([simple.over, flags[:, 0]]),
        np.concatenate([simple.lapsed, flags[:, 1]]),
        np.concatenate([simple.told, flags[:, 2]]),
    )
    return both.only(np.lexsort((both.begin_s, both.stay)))


def _cut(fences: GeofenceSet, raw: RawStays, stay: int) -> list[list[float]]:
    """Cut one stay into parts, the columns of `Parts` for each."""
    begin_s, end_s = raw.begin_s.item(stay), raw.end_s.item(stay)
    since_s, told = raw.since_s.item(stay), raw.told.item(stay)
    found: list[list[float]] = []
    for from_s, to_s in fences.fences[raw.fence.item(stay)].spans(begin_s, end_s).tolist():
        lapsed = to_s <= end_s
        start_s = max(begin_s, from_s) if np.isnan(since_s) else since_s
        until_s = to_s if lapsed else end_s
        over = lapsed or raw.ended.item(stay)
        found.append([stay, start_s, until_s, over, lapsed, told])
        since_s, told = np.nan, False
    return found


def stay_events(fences: GeofenceSet, legs: Legs, raw: RawStays, cut: Parts) -> Crossings:
    """Tell enters and exits, and as a cross what was over before the dwell was reached."""
    fence, fixes = raw.fence[cut.stay], legs.fixes
    dwell_end_s = cut.begin_s + fences.dwell_s[fence]
    reached = cut.told | (dwell_end_s <= cut.end_s)
    entered = np.flatnonzero(reached & ~cut.told)
    over = np.flatnonzero(cut.over)
    entered_row = _known(legs, raw, cut.stay[entered], dwell_end_s[entered])
    over_row = np.where(
        cut.lapsed[over],
        _known(legs, raw, cut.stay[over], cut.end_s[over]),
        raw.last[cut.stay[over]] + 1,
    )
    # What begins and is over at one moment, and is known of by one fix, is nothing.
    shown_by = np.full(cut.stay.size, -1)
    shown_by[entered] = entered_row
    nothing = (cut.begin_s[over] >= cut.end_s[over]) & (shown_by[over] == over_row)
    void = np.zeros(cut.stay.size, dtype=np.bool_)
    void[over[nothing]] = True
    kept = ~void[entered]
    entered, entered_row = entered[kept], entered_row[kept]
    # What is too short to have been told and lasts no time is no cross either.
    kept = ~void[over] & (reached[over] | (cut.begin_s[over] < cut.end_s[over]))
    over, over_row = over[kept], over_row[kept]
    ends = np.where(reached[over], Kind.EXIT, Kind.CROSS)
    part = np.concatenate([entered, over])
    kind = np.concatenate([np.full(entered.size, Kind.ENTER), ends]).astype(np.int8)
    known_s = fixes.time_s[np.concatenate([entered_row, over_row])]
    order = np.lexsort((kind, part))
    part, kind, known_s = part[order], kind[order], known_s[order]
    return Crossings(
        fixes.mover[raw.first[cut.stay[part]]],
        fences.ids[fence[part]],
        kind,
        np.where(kind == Kind.EXIT, cut.end_s[part], cut.begin_s[part]),
        np.where(kind == Kind.CROSS, cut.end_s[part], np.nan),
        known_s,
    )


def pass_events(fences: GeofenceSet, legs: Legs, found: Passes) -> Crossings:
    """Tell passes as crosses, of those while the fence was in force for a part that part."""
    steady, on = fences.steady(found.fence, found.enter_s, found.exit_s)
    whole = np.flatnonzero(steady & on)
    times = [np.column_stack([found.enter_s[whole], found.exit_s[whole]])]
    index = [whole]
    for each in np.flatnonzero(~steady).tolist():
        enter_s, exit_s = found.enter_s.item(each), found.exit_s.item(each)
        spans = np.clip(
            fences.fences[found.fence.item(each)].spans(enter_s, exit_s), enter_s, exit_s
        )
        spans = spans[spans[:, 0] < spans[:, 1]]
        times.append(spans)
        index.append(np.full(len(spans), each))
    span, where = np.concatenate(times), np.concatenate(index)
    row = found.row[where]
    return Crossings(
        legs.fixes.mover[row],
        fences.ids[found.fence[where]],
        np.full(where.size, Kind.CROSS, dtype=np.int8),
        span[:, 0],
        span[:, 1],
        legs.fixes.time_s[row],
    )


def _known(legs: Legs, raw: RawStays, stay: Positions, moment_s: Floats) -> Positions:
    """Return the rows of the fixes by which stays are known to have lasted until a moment."""
    time_s = legs.fixes.time_s
    row = raw.first[stay] + raw.carried[stay]
    # The fix that shows the end lies one beyond.
    after = raw.last[stay] + raw.ended[stay]
    late = np.flatnonzero(time_s[np.minimum(row, after)] < moment_s)
    for each in late.tolist():
        begin, end = row.item(each), after.item(each)
        row[each] = begin + np.searchsorted(time_s[begin:end], moment_s[each])
    return np.minimum(row, after)
