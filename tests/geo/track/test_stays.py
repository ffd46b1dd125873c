"""Stays and durations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.geo.measure import distance_m
from gis_gov.geo.track.duration import duration_s
from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.gaps import Gap, gaps
from gis_gov.geo.track.stays import Stay, stays

from .phones import fixes_at, lying, noise_m, walk
from .strategies import tracks

ZERO_S = 1.7e9


def with_a_stop(seed: int, stop_s: float, sigma_m: float) -> Fixes:
    """Walk 600 m, stop, and walk 600 m further, at 1 m/s."""
    time_s = np.arange(0.0, 1200 + stop_s, 10)
    gone_m = np.minimum(time_s, 600) + np.maximum(time_s - 600 - stop_s, 0)
    noise = noise_m(time_s, sigma_m, np.random.default_rng(seed))
    return fixes_at(time_s, np.column_stack([gone_m, 0 * gone_m]) + noise, 1.5 * sigma_m)


@pytest.mark.parametrize("sigma_m", [0.1, 5, 10])
def test_a_stop_of_15_minutes_is_a_stay_at_its_place(sigma_m: float) -> None:
    for seed in range(30):
        fixes = with_a_stop(seed, 900, sigma_m)
        (stay,) = stays(fixes)
        assert stay.begin_s - ZERO_S == pytest.approx(600, abs=60)
        assert stay.end_s - ZERO_S == pytest.approx(1500, abs=60)
        place = with_a_stop(seed, 900, 0.0).only(np.array([100]))
        assert distance_m(stay.lon, stay.lat, place.lon, place.lat)[0] < 1.5 * sigma_m + 2


def test_a_stop_of_8_minutes_is_none_unless_asked_for() -> None:
    for seed in range(30):
        fixes = with_a_stop(seed, 480, 5)
        assert not stays(fixes)
        assert len(stays(fixes, at_least_s=300)) == 1


def test_who_walks_does_not_stay_and_who_lies_stays_all_the_time() -> None:
    for seed in range(20):
        assert not stays(walk(seed, "corners", 10, 10, 0.9))
        (stay,) = stays(lying(seed, 10, 10, accuracy_m=15))
        assert stay.end_s - stay.begin_s > 3300


def test_no_stay_goes_over_a_gap() -> None:
    time_s = np.array([0.0, 300, 600, 1000, 1300, 1600])
    places_m = np.array([[0.0, 0]] * 3 + [[1000.0, 0]] * 3)
    fixes = fixes_at(time_s, places_m, 5.0)
    assert [(stay.begin_s - ZERO_S, stay.end_s - ZERO_S) for stay in stays(fixes)] == [
        (0, 600),
        (1000, 1600),
    ]


@given(tracks(), st.randoms(use_true_random=False))
def test_stays_are_long_apart_and_of_any_order_the_same(fixes: Fixes, random: object) -> None:
    found = stays(fixes, at_least_s=60)
    rows = np.arange(len(fixes))
    random.shuffle(rows)  # type: ignore[attr-defined]
    assert stays(fixes.only(np.append(rows, rows[:2])), at_least_s=60) == found
    assert all(stay.end_s - stay.begin_s >= 60 for stay in found)
    edges_s = [edge_s for stay in found for edge_s in (stay.begin_s, stay.end_s)]
    assert edges_s == sorted(edges_s)


@given(tracks())
def test_duration_is_what_gaps_and_stays_leave(fixes: Fixes) -> None:
    silent, stayed = gaps(fixes), stays(fixes, at_least_s=60)
    whole_s = float(np.ptp(fixes.time_s)) if len(fixes) else 0.0
    without_s = sum(gap.end_s - gap.begin_s for gap in silent)
    rested_s = sum(stay.end_s - stay.begin_s for stay in stayed)
    assert duration_s(fixes, []) == pytest.approx(whole_s, abs=1e-6)
    assert duration_s(fixes, silent) == pytest.approx(whole_s - without_s, abs=1e-6)
    assert duration_s(fixes, silent, stayed) == pytest.approx(
        whole_s - without_s - rested_s, abs=1e-6
    )


def test_what_is_taken_out_twice_or_lies_outside_counts_once() -> None:
    fixes = fixes_at(np.array([0.0, 100.0]), np.zeros((2, 2)))
    over = Gap(ZERO_S - 50, ZERO_S + 20, 999)
    stay = Stay(ZERO_S + 10, ZERO_S + 30, 120, 30)
    assert duration_s(fixes, [over], [stay]) == 70
    assert duration_s(fixes, [Gap(ZERO_S - 9, ZERO_S + 999, 999)]) == 0
