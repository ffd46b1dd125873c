"""Cases of enter, exit and cross, one by one."""

from collections.abc import Iterable

import numpy as np
import pytest
from shapely import LineString

from gis_gov.geo.geofence.events import Kind, stays
from gis_gov.geo.geofence.fence import Geofence
from gis_gov.geo.geofence.fence_set import GeofenceSet
from gis_gov.geo.geofence.mover_fixes import MoverFixes
from gis_gov.geo.geofence.states import FenceStates, crossings

from .ground import as_rows, laid, square, told, track


def _through(
    fence: Geofence, rows: Iterable[tuple[float, float, float]]
) -> list[tuple[str, float]]:
    return told(crossings(track(rows), GeofenceSet([fence])))


def test_moments_lie_on_the_edge() -> None:
    fence = Geofence(1, square(0, 0, 100), hysteresis_m=0)
    rows = [(0, -50, 50), (10, 50, 50), (20, 250, 50)]
    assert _through(fence, rows) == [("enter", 5.0), ("exit", 12.5)]


def test_who_leaves_is_out_beyond_the_hysteresis() -> None:
    fence = Geofence(1, square(0, 0, 100), hysteresis_m=20)
    rows = [(0, 50, 50), (10, 110, 50), (20, 50, 50), (30, 150, 50)]
    assert _through(fence, rows) == [("enter", 0.0), ("exit", 27.0)]


def test_a_fence_smaller_than_a_step_is_crossed() -> None:
    fence = Geofence(1, square(0, 0, 10))
    events = crossings(track([(0, -500, 5), (10, 500, 5)]), GeofenceSet([fence]))
    assert told(events) == [("cross", 5.0)]
    assert events.until_s[0] - events.time_s[0] == pytest.approx(0.1, rel=1e-3)


@pytest.mark.parametrize("accuracy_m", [float("nan"), 15.0])
def test_a_fence_is_crossed_by_a_step_that_ends_close_beyond_it(accuracy_m: float) -> None:
    fence = Geofence(1, square(0, 0, 10))
    there = [(0.0, -100.0, 5.0), (10.0, 20.0, 5.0), (20.0, 200.0, 5.0)]
    back = [(30 - time, east, north) for time, east, north in there]
    for rows in (there, back):
        events = crossings(track(rows, accuracy_m=accuracy_m), GeofenceSet([fence]))
        assert [event.kind for event in events] == [Kind.CROSS]
        states, batched = FenceStates.before_all(GeofenceSet([fence])), []
        for row in sorted(rows):
            advance = states.advance(track([row], accuracy_m=accuracy_m))
            batched += as_rows(advance.events)
            states = advance.states
        assert batched == as_rows(events)


def test_a_thousand_noisy_fixes_at_the_edge_enter_at_most_once() -> None:
    noise = np.random.default_rng(5).normal(0, 5, size=(1_000, 2))
    rows = [(10.0 * row, east, 50 + north) for row, (east, north) in enumerate(noise)]
    for accuracy_m in (float("nan"), 10.0):
        events = crossings(
            track(rows, accuracy_m=accuracy_m), GeofenceSet([Geofence(1, square(0, 0, 100))])
        )
        assert np.count_nonzero(events.kind == Kind.ENTER) <= 1
        assert not (events.kind == Kind.CROSS).any()


def test_a_shared_edge_belongs_to_both_and_is_passed_at_one_moment() -> None:
    west = Geofence(1, square(-100, 0, 100), hysteresis_m=0)
    east = Geofence(2, square(0, 0, 100), hysteresis_m=0)
    events = crossings(track([(0, -50, 50), (10, 50, 50)]), GeofenceSet([east, west]))
    named = [(event.fence, event.kind, round(event.time_s, 3)) for event in events]
    assert named == [(1, Kind.ENTER, 0), (1, Kind.EXIT, 5), (2, Kind.ENTER, 5)]


def test_dwell_counts_from_the_enter_and_a_short_stay_is_a_cross() -> None:
    fence = Geofence(1, square(0, 0, 100), hysteresis_m=0, dwell_s=60)
    short = [(0.0, -50.0, 50.0), (10.0, 50.0, 50.0), (40.0, 50.0, 50.0), (50.0, 150.0, 50.0)]
    again = [(100.0, 50.0, 50.0), (150.0, 60.0, 50.0), (170.0, 50.0, 50.0), (180.0, 150.0, 50.0)]
    assert _through(fence, short) == [("cross", 5.0)]
    assert _through(fence, short + again) == [("cross", 5.0), ("enter", 75.0), ("exit", 175.0)]


def test_a_gap_ends_at_the_last_fix_inside_and_nothing_is_crossed() -> None:
    fence = Geofence(1, square(0, 0, 100), hysteresis_m=0)
    rows = [(0.0, 50.0, 50.0), (10.0, 60.0, 50.0), (400.0, 900.0, 50.0), (800.0, -900.0, 50.0)]
    assert _through(fence, rows) == [("enter", 0.0), ("exit", 10.0)]


def test_nobody_leaves_by_a_silence_that_ends_inside() -> None:
    fence = Geofence(1, square(0, 0, 900), hysteresis_m=0)
    assert _through(fence, [(0, 50, 50), (900, 800, 50)]) == [("enter", 0.0)]


def test_nan_and_repeated_fixes_change_nothing() -> None:
    fences = GeofenceSet([Geofence(1, square(0, 0, 100))])
    clean = track([(0, -50, 50), (10, 50, 50), (20, 250, 50)])
    nan = float("nan")
    holes = track([(5, nan, 50), (nan, 50, 50), (15, 1e9, 1e9)])
    rough = track([(12, 500, 500)], accuracy_m=5_000)
    mixed = MoverFixes.joined([holes, clean, rough, clean])
    assert as_rows(crossings(mixed, fences)) == as_rows(crossings(clean, fences))
    states = FenceStates.before_all(fences).advance(clean).states
    repeated = states.advance(clean.only(np.array([2])))
    assert (len(repeated.events), len(repeated.late)) == (0, 0)
    assert len(states.advance(clean).late) == 2


def test_a_narrow_corridor_is_entered_by_inaccurate_fixes_on_its_line() -> None:
    line = laid(LineString([(0, 0), (1_000, 0)]))
    fence = Geofence(1, line, width_m=20)
    events = crossings(
        track([(0, 300, 0), (60, 400, 0), (120, 500, 90)], accuracy_m=30), GeofenceSet([fence])
    )
    assert [event.kind for event in events] == [Kind.ENTER, Kind.EXIT]


def test_inside_at_and_stays_tell_what_the_events_do() -> None:
    fences = GeofenceSet([Geofence(1, square(0, 0, 100), hysteresis_m=0)])
    rows = [(0, -50, 50), (10, 50, 50), (20, 150, 50), (30, -50, 50), (40, -50, 90), (50, 50, 50)]
    events = crossings(track(rows), fences)
    assert told(events) == [("enter", 5.0), ("exit", 15.0), ("cross", 22.5), ("enter", 45.0)]
    moments = {4: False, 5.5: True, 14.5: True, 16: False, 25: True, 28: False, 46: True}
    assert {at: events.inside_at(1, 1, at) for at in moments} == moments
    assert not events.inside_at(2, 1, 10)
    assert not events.inside_at(1, 2, 10)
    found = stays(events)
    assert np.round(found.begin_s, 1).tolist() == [5.0, 45.0]
    assert np.round(found.end_s, 1).tolist() == [15.0, np.inf]
