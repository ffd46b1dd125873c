"""Schedules, validity, and fences that come and go while movers are inside."""

from datetime import date

import pytest

from gis_gov.geo.geofence.fence import Geofence
from gis_gov.geo.geofence.fence_set import GeofenceSet
from gis_gov.geo.geofence.mover_fixes import MoverFixes
from gis_gov.geo.geofence.schedule import Schedule, Window
from gis_gov.geo.geofence.states import FenceStates, crossings

from .ground import as_rows, square, told, track

_HOUR_S = 3_600.0
# Monday, 2024-01-01, midnight in UTC+8.
_MIDNIGHT_S = 1_704_038_400.0
_DAY = Schedule((Window(1, 8 * 60, 18 * 60),))


def _hours(rows: list[tuple[float, float]]) -> MoverFixes:
    """Make fixes of (hour of Monday, metres east)."""
    return track((_MIDNIGHT_S + hour * _HOUR_S, east, 50) for hour, east in rows)


def _after(rows: list[tuple[str, float]]) -> list[tuple[str, float]]:
    return [(kind, round((moment - _MIDNIGHT_S) / _HOUR_S, 3)) for kind, moment in rows]


def _alike(fixes: MoverFixes, fence: Geofence) -> list[tuple[str, float]]:
    """Tell events at once, and see that fix by fix they are the same."""
    fences = GeofenceSet([fence])
    events = crossings(fixes, fences)
    states, rows = FenceStates.before_all(fences), []
    for row in range(len(fixes)):
        advance = states.advance(fixes.only([row]))  # type: ignore[arg-type]
        rows += as_rows(advance.events)
        states = advance.states
    assert sorted(rows) == as_rows(events)
    return _after(told(events))


def test_a_stay_is_cut_at_the_moments_of_the_schedule() -> None:
    fence = Geofence(1, square(0, 0, 100), schedule=_DAY)
    fixes = _hours([(7, 50), (7.5, 50), (9, 50), (17, 50), (19, 50), (20, 50)])
    assert _alike(fixes, fence) == [("enter", 8.0), ("exit", 18.0)]


def test_what_happens_out_of_the_schedule_is_not_told() -> None:
    fence = Geofence(1, square(0, 0, 100), hysteresis_m=0, schedule=_DAY)
    assert _alike(_hours([(5, -50), (5.02, 50), (6, 50), (6.02, 150)]), fence) == []
    assert _alike(_hours([(5, -50), (5.02, 150)]), fence) == []


def test_a_pass_while_the_schedule_begins_counts_from_then() -> None:
    fence = Geofence(1, square(0, 0, 100), hysteresis_m=0, schedule=_DAY)
    assert _alike(_hours([(7.99, -50), (8.01, 150)]), fence) == [("cross", 8.0)]


def test_a_fence_counts_while_it_is_valid() -> None:
    fence = Geofence(
        1,
        square(0, 0, 100),
        valid_from_s=_MIDNIGHT_S + 9 * _HOUR_S,
        valid_to_s=_MIDNIGHT_S + 10 * _HOUR_S,
    )
    fixes = _hours([(8, 50), (9.5, 50), (10.5, 50), (11, 500)])
    assert _alike(fixes, fence) == [("enter", 9.0), ("exit", 10.0)]


def test_dwell_that_the_schedule_interrupts_is_a_cross() -> None:
    fence = Geofence(1, square(0, 0, 100), schedule=_DAY, dwell_s=_HOUR_S)
    late = _hours([(17.5, 50), (17.6, 50), (19, 50)])
    assert _alike(late, fence) == [("cross", 17.5)]


def test_windows_go_on_past_midnight_and_days_are_of_a_calendar() -> None:
    night = Schedule((Window(1, 22 * 60, 30 * 60),), frozenset({date(2024, 1, 1)}))
    fence = Geofence(1, square(0, 0, 100), schedule=night)
    fixes = _hours([(21, 50), (23, 50), (29, 50), (31, 50), (24 * 7 + 23, 50)])
    assert _alike(fixes, fence) == [("enter", 22.0), ("exit", 30.0)]


@pytest.mark.parametrize("window", [(0, 0, 1), (8, 0, 1), (1, -1, 5), (1, 5, 5), (1, 0, 1_441)])
def test_a_window_that_is_none_is_refused(window: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match=r"weekday|window"):
        Window(*window)


def test_a_fence_that_is_added_is_entered_by_the_next_fix() -> None:
    old, new = Geofence(1, square(500, 0, 100)), Geofence(2, square(0, 0, 100))
    states = FenceStates.before_all(GeofenceSet([old])).advance(track([(0, 50, 50)])).states
    events, states = states.with_fences([old, new], 5.0)
    assert not len(events)
    advance = states.advance(track([(10, 60, 50), (20, 300, 50)]))
    assert [kind for kind, _ in told(advance.events)] == ["enter", "exit"]
    assert told(advance.events)[0] == ("enter", 5.0)


def test_a_fence_that_is_removed_is_left_and_the_others_go_on() -> None:
    one, two = Geofence(1, square(0, 0, 100)), Geofence(2, square(-50, -50, 200))
    states = FenceStates.before_all(GeofenceSet([one, two])).advance(track([(0, 50, 50)])).states
    assert states.inside(1) == [1, 2]
    events, states = states.with_fences([two], 7.0)
    assert [(event.fence, event.kind.name, event.time_s) for event in events] == [(1, "EXIT", 7.0)]
    assert states.inside(1) == [2]
    assert states.is_inside(1, 2)
    events = states.advance(track([(10, 400, 50)])).events
    assert [(event.fence, event.kind.name) for event in events] == [(2, "EXIT")]


def test_all_fences_may_go() -> None:
    one = Geofence(1, square(0, 0, 100))
    states = FenceStates.before_all(GeofenceSet([one])).advance(track([(0, 50, 50)])).states
    events, states = states.with_fences([], 7.0)
    assert told(events) == [("exit", 7.0)]
    assert not len(states.advance(track([(10, 400, 50)])).events)
