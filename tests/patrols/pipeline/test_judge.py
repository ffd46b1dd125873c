"""The pipeline as a whole: the order of its handlers, and that only the set of fixes counts."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_gov.geo.track.fixes import Fixes
from gis_gov.patrols.pipeline.judge import HANDLERS, judge
from gis_gov.patrols.pipeline.reason import REASONS, Reason
from gis_gov.patrols.pipeline.trail import Trail

from .trails import LIMITS, joined, moved, trail_at, walking


@st.composite
def trails(draw: st.DrawFn) -> Trail:
    """Draw trails in which much is wrong: times, counts, places, repetitions, devices."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(1, 60))
    steps_s = random.choice([0.0, 1.0, 10.0, 30.0, 400.0], count)
    speed = draw(st.sampled_from([0.0, 1.0, 8.0]))
    places_m = np.cumsum(random.normal(0, 1, (count, 2)) * speed * 10, axis=0).round(1)
    places_m[random.random(count) < 0.1] += 50_000
    places_m[random.random(count) < 0.1] += 500
    trail = trail_at(np.cumsum(steps_s), places_m)
    fixes = replace(
        trail.fixes,
        time_s=trail.fixes.time_s + random.choice([0.0, 0.0, 0.0, -300.0, 900.0], count),
        accuracy_m=random.choice([np.nan, 5.0, 20.0, 60.0], count),
    )
    return replace(
        trail,
        fixes=fixes,
        device=random.integers(0, 3, count),
        sequence=random.choice([-1, 0, 1], count) * np.arange(count),
        is_mock=random.random(count) < 0.05,
        mode=random.integers(0, 4, count),
    )


def told(trail: Trail) -> list[tuple[object, ...]]:
    """List what each fix is and the code it got, in an order of their own."""
    columns = [getattr(trail.fixes, field.name) for field in fields(Fixes)]
    columns += [getattr(trail, field.name) for field in fields(Trail)[1:]]
    lists = [np.nan_to_num(column, nan=-1.0).tolist() for column in columns]
    return sorted(zip(*lists, judge(trail, LIMITS).tolist(), strict=True))


@settings(max_examples=200)
@given(trails(), st.integers(0, 2**32 - 1))
def test_any_order_of_rows_gives_the_same(trail: Trail, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(trail))
    assert told(trail.only(order)) == told(trail)


@given(trails())
def test_what_comes_again_is_repeated_and_changes_nothing_else(trail: Trail) -> None:
    again = joined(trail, trail.only(np.arange(min(3, len(trail)))))
    kept = [row for row in told(again) if row[-1] == 0]
    assert kept == [row for row in told(trail) if row[-1] == 0]


@given(trails())
def test_what_is_accepted_is_accepted_again_by_each_fix_for_itself(trail: Trail) -> None:
    codes = judge(trail, LIMITS)
    left = trail.only(codes == 0)
    simple = {Reason.TIME_FUTURE, Reason.INACCURATE, Reason.MOCK, Reason.REPEATED}
    found = {REASONS[code] for code in judge(left, LIMITS)}
    assert not found & simple


@given(trails(), st.integers(-(10**6), 10**6))
def test_it_is_the_same_at_any_time(trail: Trail, later_s: int) -> None:
    later = replace(
        trail,
        fixes=replace(trail.fixes, time_s=trail.fixes.time_s + later_s),
        received_s=trail.received_s + later_s,
    )
    np.testing.assert_array_equal(judge(later, LIMITS), judge(trail, LIMITS))


def test_the_first_reason_counts() -> None:
    trail = moved(walking(), 5, 900_000.0)
    accuracy_m = trail.fixes.accuracy_m.copy()
    accuracy_m[5] = 900
    trail = replace(
        trail,
        fixes=replace(trail.fixes, accuracy_m=accuracy_m),
        is_mock=trail.sequence == 5,
    )
    assert REASONS[judge(trail, LIMITS)[5]] == Reason.INACCURATE


def test_every_reason_has_one_handler() -> None:
    assert [handler.reason for handler in HANDLERS] == [
        reason for reason in REASONS if reason != Reason.ACCEPTED
    ]
    assert REASONS[0] == Reason.ACCEPTED == ""


def test_nothing_and_a_fix_alone() -> None:
    trail = walking(1)
    assert judge(trail, LIMITS).tolist() == [0]
    assert judge(trail.only(np.zeros(0, dtype=np.int64)), LIMITS).tolist() == []


def test_a_fix_without_place_is_refused() -> None:
    trail = walking(3)
    nowhere = replace(trail, fixes=replace(trail.fixes, lat=np.full(3, np.nan)))
    with pytest.raises(ValueError, match="without time or place"):
        judge(nowhere, LIMITS)
