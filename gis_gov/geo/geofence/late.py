"""What late fixes change: events that were told and were not so, and events that were not told."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from gis_gov.geo.geofence.events import Crossings
from gis_gov.geo.geofence.mover_fixes import MoverFixes
from gis_gov.geo.geofence.states import FenceStates


@dataclass(frozen=True, slots=True)
class Correction:
    """Events to take back, events to tell, and what is known of the movers after all."""

    retract: Crossings
    add: Crossings
    states: FenceStates


def corrected(checkpoint: FenceStates, fixes: MoverFixes, told: Crossings) -> Correction:
    """Go back to a checkpoint and tell what is other than what was told since.

    `checkpoint` is what was known before the late fixes (any earlier states will do, and
    `FenceStates.before_all` always does), `fixes` all of the movers' accepted fixes since,
    those that came late among them, and `told` all events told of them since the checkpoint.
    An event that only another fix shows (`known_s`) is the same event.

    Raises:
        ValueError: one of the fixes lies before its mover's last one in the checkpoint.

    """
    advance = checkpoint.advance(fixes)
    if len(advance.late):
        raise ValueError(f"the checkpoint is later than {len(advance.late)} of the fixes")
    retract, add = difference(told, advance.events)
    return Correction(retract, add, advance.states)


def difference(before: Crossings, after: Crossings) -> tuple[Crossings, Crossings]:
    """Return the events that are only among the first, and those only among the second."""
    return _beyond(before, after), _beyond(after, before)


def _beyond(events: Crossings, others: Crossings) -> Crossings:
    known = Counter(map(_what, range(len(others)), [others] * len(others)))
    kept = np.zeros(len(events), dtype=np.bool_)
    for row in range(len(events)):
        what = _what(row, events)
        kept[row] = known[what] == 0
        known[what] -= known[what] > 0
    return events.only(kept)


def _what(row: int, events: Crossings) -> tuple[int, int, int, float, float]:
    # NaN differs from itself.
    until_s = -1.0 if np.isnan(events.until_s[row]) else events.until_s.item(row)
    return (
        events.mover.item(row),
        events.fence.item(row),
        events.kind.item(row),
        events.time_s.item(row),
        until_s,
    )
