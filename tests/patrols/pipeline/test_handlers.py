"""Each handler: what it finds, and what it must leave."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.patrols.pipeline.mode import Mode
from gis_gov.patrols.pipeline.reason import Reason
from gis_gov.patrols.pipeline.trail import Trail

from .trails import joined, moved, reasons, rows_of, trail_at, walking


def at_times(trail: Trail, time_s: np.ndarray) -> Trail:
    return replace(trail, fixes=replace(trail.fixes, time_s=time_s))


def test_an_honest_walk_is_accepted() -> None:
    assert rows_of(walking(), Reason.ACCEPTED) == list(range(60))


@pytest.mark.parametrize(("early_s", "rejected"), [(299, []), (301, [5])])
def test_a_fix_of_the_future(early_s: float, rejected: list[int]) -> None:
    trail = walking()
    received_s = trail.received_s.copy()
    received_s[5] = trail.fixes.time_s[5] - early_s
    assert rows_of(replace(trail, received_s=received_s), Reason.TIME_FUTURE) == rejected


def test_a_clock_that_was_set_back_while_the_device_counted_on() -> None:
    trail = walking()
    time_s = trail.fixes.time_s.copy()
    time_s[40:50] -= 355
    assert rows_of(at_times(trail, time_s), Reason.CLOCK_BACKWARD) == list(range(40, 50))


def test_one_wrong_time_takes_none_along() -> None:
    trail = walking()
    time_s = trail.fixes.time_s.copy()
    time_s[10] += 255
    assert rows_of(at_times(trail, time_s), Reason.CLOCK_BACKWARD) == [10]


def test_a_device_that_counts_anew_is_honest() -> None:
    trail = walking()
    sequence = trail.sequence.copy()
    sequence[30:] -= 30
    assert not rows_of(replace(trail, sequence=sequence), Reason.CLOCK_BACKWARD)
    uncounted = replace(trail, sequence=np.full(60, -1))
    assert not rows_of(uncounted, Reason.CLOCK_BACKWARD)


def test_a_fix_that_was_sent_before_it_was_taken() -> None:
    trail = walking()
    device_time_s = trail.fixes.time_s + 7200.0  # sent late, which is no fault
    device_time_s[7] = trail.fixes.time_s[7] - 400
    late = replace(trail, device_time_s=device_time_s, received_s=trail.received_s + 7200.0)
    assert rows_of(late, Reason.CLOCK_BACKWARD) == [7]


def test_inaccurate_fixes_but_not_those_that_tell_nothing() -> None:
    trail = walking()
    accuracy_m = trail.fixes.accuracy_m.copy()
    accuracy_m[[3, 4, 5]] = [50.0, 50.1, np.nan]
    inaccurate = replace(trail, fixes=replace(trail.fixes, accuracy_m=accuracy_m))
    assert rows_of(inaccurate, Reason.INACCURATE) == [4]


def test_made_up_fixes() -> None:
    trail = walking()
    assert rows_of(replace(trail, is_mock=trail.sequence == 9), Reason.MOCK) == [9]


def test_a_fix_that_came_twice_or_is_another_devices() -> None:
    trail = walking()
    again = trail.only(np.array([5]))
    elsewhere = moved(trail.only(np.array([6])), slice(None), 4.0)
    other = replace(trail.only(np.array([7])), device=np.array([1]))
    assert rows_of(joined(trail, again, elsewhere, other), Reason.REPEATED) in (
        [60, 61, 62],
        [5, 61, 62],  # of two equal rows either may stay
    )
    beside = replace(elsewhere, device=np.array([1]))
    assert not rows_of(joined(trail, beside), Reason.REPEATED)


@pytest.mark.parametrize("far_m", [300.0, 5_000.0, 800_000.0])
@pytest.mark.parametrize("row", [0, 30, 59])
def test_a_single_wrong_place_goes_and_no_other(far_m: float, row: int) -> None:
    told = reasons(moved(walking(), row, far_m))
    assert [n for n, reason in enumerate(told) if reason] == [row]
    assert told[row] in (Reason.JUMP, Reason.SPEED)


def test_some_wrong_places_in_a_row_go_and_no_other() -> None:
    assert rows_of(moved(walking(), slice(20, 26), 20_000.0), Reason.JUMP) == list(range(20, 26))


def test_after_a_jump_the_trail_goes_on_as_soon_as_it_can_be_true() -> None:
    """Nobody walks 600 m in 10 s, but in 180 s; in 300 s while going on at 1.2 m/s."""
    rejected = rows_of(moved(walking(120), slice(60, None), 600.0), Reason.SPEED)
    assert rejected
    assert min(rejected) >= 55
    assert max(rejected) <= 60 + 30


@pytest.mark.parametrize("sigma_m", [3, 10])
@pytest.mark.parametrize("every_s", [1, 5, 10, 30])
def test_noise_is_no_speed(sigma_m: float, every_s: float) -> None:
    for seed in range(20):
        trail = walking(200, sigma_m=sigma_m, seed=seed, every_s=every_s, mps=1.5)
        assert sum(map(bool, reasons(trail))) <= 1


@pytest.mark.parametrize(
    ("mode", "honest_mps", "fast_mps"),
    [
        (Mode.WALK, 1.5, 5.0),
        (Mode.EBIKE, 9.0, 18.0),
        (Mode.CAR, 30.0, 45.0),
        (Mode.BOAT, 10.0, 20.0),
    ],
)
@pytest.mark.parametrize("every_s", [1, 10, 30])
def test_a_ride_is_too_fast_and_the_walk_before_and_after_is_not(
    mode: Mode, honest_mps: float, fast_mps: float, every_s: float
) -> None:
    speed = np.repeat([honest_mps, fast_mps, honest_mps], round(600 / every_s))
    gone_m = np.cumsum(speed) * every_s
    time_s = np.arange(len(gone_m)).astype(np.float64) * every_s
    trail = trail_at(time_s, np.column_stack([gone_m, 0 * gone_m]), mode=mode)
    rejected = rows_of(trail, Reason.SPEED)
    edge = round(90 / every_s)
    ride = round(600 / every_s)
    assert len(rejected) >= ride - 2 * edge
    assert min(rejected) >= ride - edge
    assert max(rejected) < 2 * ride + edge


def test_a_place_that_is_frozen_for_long_is_kept_once() -> None:
    trail = walking(200)
    lon, lat = trail.fixes.lon.copy(), trail.fixes.lat.copy()
    lon[100:162], lat[100:162] = lon[100], lat[100]
    frozen = replace(trail, fixes=replace(trail.fixes, lon=lon, lat=lat))
    assert rows_of(frozen, Reason.FROZEN) == list(range(101, 162))
    short = frozen.only(np.concatenate([np.arange(150), np.arange(162, 200)]))
    assert Reason.FROZEN not in reasons(short)


def test_of_two_devices_that_are_apart_the_longer_track_stays() -> None:
    trail = walking(60)
    other = moved(walking(20, device=1, seed=1), slice(None), 3000.0)
    assert rows_of(joined(other, trail), Reason.TWO_PLACES) == list(range(20))
    assert rows_of(joined(trail, other), Reason.TWO_PLACES) == list(range(60, 80))


def test_of_equal_tracks_that_of_the_lower_number_stays() -> None:
    one, two = walking(30), moved(walking(30, device=1, seed=1), slice(None), 3000.0)
    assert rows_of(joined(two, one), Reason.TWO_PLACES) == list(range(30))


def test_two_devices_on_one_worker_are_both_believed() -> None:
    watch = moved(walking(60, device=1, seed=1, sigma_m=10), slice(None), 5.0)
    later = replace(watch, fixes=replace(watch.fixes, time_s=watch.fixes.time_s + 3))
    assert not rows_of(joined(walking(60), later), Reason.TWO_PLACES)


def test_only_while_they_contradict_each_other() -> None:
    time_s = np.arange(0.0, 1800, 10)
    aside_m = np.interp(time_s, [600, 700, 1100, 1200], [0.0, 2000, 2000, 0])
    other = trail_at(time_s, np.column_stack([1.2 * time_s, aside_m]), device=1, mode=Mode.CAR)
    rejected = rows_of(joined(walking(180), other), Reason.TWO_PLACES)
    assert set(range(250, 290)) <= set(rejected) <= set(range(241, 300))


@given(
    ahead_s=st.integers(-7200, 7200),
    taken_s=st.integers(0, 3600),
    held_s=st.integers(0, 90_000),
)
def test_a_fix_is_of_the_future_however_late_it_is_sent(
    ahead_s: int, taken_s: int, held_s: int
) -> None:
    # By the same clock the fix was taken, and is sent.
    trail = walking(1)
    time_s = trail.fixes.time_s + ahead_s

    def sent_after(late_s: int) -> list[Reason]:
        received_s = trail.fixes.time_s + late_s
        told = replace(trail, received_s=received_s, device_time_s=received_s + ahead_s)
        return reasons(at_times(told, time_s))

    assert sent_after(taken_s + held_s) == sent_after(taken_s) == sent_after(0)
    is_ahead = ahead_s > 300
    assert sent_after(0) == [Reason.TIME_FUTURE if is_ahead else Reason.ACCEPTED]
