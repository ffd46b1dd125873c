"""What is carried on: some movers' states, large batches, late checkpoints."""

import numpy as np
import pytest

from gis_gov.geo.geofence import states as states_module
from gis_gov.geo.geofence.events import Crossings
from gis_gov.geo.geofence.fence import Geofence
from gis_gov.geo.geofence.fence_set import GeofenceSet
from gis_gov.geo.geofence.late import corrected
from gis_gov.geo.geofence.mover_fixes import MoverFixes
from gis_gov.geo.geofence.states import FenceStates, crossings

from .ground import as_rows, square, told, track

_FENCES = GeofenceSet([Geofence(1, square(0, 0, 100), hysteresis_m=0, dwell_s=15)])
_ROWS = [(0, -50, 50), (10, 50, 50), (30, 60, 50), (40, 150, 50), (50, -50, 50)]


def test_a_large_batch_is_told_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    fixes = MoverFixes.joined(track(_ROWS, mover) for mover in (1, 2, 3))
    whole = as_rows(crossings(fixes, _FENCES))
    monkeypatch.setattr(states_module, "_CHUNK", 2)
    assert as_rows(crossings(fixes, _FENCES)) == whole


def test_legs_that_cross_are_found_without_states() -> None:
    found = _FENCES.crossed(track(_ROWS))
    assert (found.row.tolist(), found.fence.tolist()) == ([4], [0])
    assert np.round([found.enter_s[0], found.exit_s[0]], 2).tolist() == [42.5, 47.5]


def test_states_of_some_movers_are_taken_and_put_back() -> None:
    both = MoverFixes.joined(track(_ROWS[:3], mover) for mover in (1, 2))
    states = FenceStates.before_all(_FENCES).advance(both).states
    one = states.only([1]).advance(track(_ROWS[3:])).states
    after = states.replaced(one, [1])
    assert (after.inside(1), after.inside(2)) == ([], [1])
    assert after.last.mover.tolist() == [1, 2]
    assert after.replaced(FenceStates.before_all(_FENCES), [2]).last.mover.tolist() == [1]


def test_a_late_fix_retracts_an_exit_that_was_none() -> None:
    before = FenceStates.before_all(_FENCES)
    early = track([(0, 50, 50), (20, 50, 50), (600, 900, 50)])
    told_before = before.advance(early).events
    assert told(told_before) == [("enter", 0.0), ("exit", 20.0)]
    late = track([(590, 50, 50)])
    fixed = corrected(before, MoverFixes.joined([early, late]), told_before)
    assert told(fixed.retract) == [("exit", 20.0)]
    assert told(fixed.add) == [("exit", 590.6)]


def test_a_checkpoint_after_a_late_fix_is_refused() -> None:
    states = FenceStates.before_all(_FENCES).advance(track(_ROWS)).states
    with pytest.raises(ValueError, match="checkpoint"):
        corrected(states, track([(5, 0, 0)]), Crossings.none())
