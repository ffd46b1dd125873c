"""Mileage: what lies still earns nothing, what walks or drives is measured as it went."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.mileage import CORNERS_MAX, raw_mileage_m, valid_mileage_m

from .phones import drive, fixes_at, lying, noise_m, walk
from .strategies import tracks

WALKS = [
    (kind, every_s, mps)
    for kind in ("straight", "corners", "winding", "stops")
    for every_s in (5, 10, 30)
    for mps in (0.9, 1.5)
]
# 30 s are 45 m at 1.5 m/s: with corners every 50 to 100 m most are cut, and aliases of the way
# can't be told from noise.
MEAN_SHARE = 0.03
COARSE_SHARE = 0.05


def off(fixes: Fixes, length_m: float) -> float:
    return valid_mileage_m(fixes) / length_m - 1


@pytest.mark.parametrize("every_s", [3, 5, 10, 30])
@pytest.mark.parametrize("sigma_m", [5, 10])
def test_a_phone_that_lies_still_for_an_hour_earns_nothing(sigma_m: float, every_s: float) -> None:
    credited_m = [valid_mileage_m(lying(seed, sigma_m, every_s)) for seed in range(200)]
    assert max(credited_m) < 60
    assert raw_mileage_m(lying(0, sigma_m, every_s)) > 700 * sigma_m / 5


@pytest.mark.parametrize("accuracy_m", [5.0, 10.0, 15.0, 30.0, np.nan])
def test_whatever_accuracy_is_told(accuracy_m: float) -> None:
    told = [valid_mileage_m(lying(seed, 10, 10, accuracy_m=accuracy_m)) for seed in range(50)]
    assert max(told) < 60


def test_at_15_m_of_noise_a_still_phone_earns_little_in_the_mean() -> None:
    credited_m = np.array([valid_mileage_m(lying(seed, 15, 10)) for seed in range(100)])
    assert credited_m.mean() < 60
    assert (credited_m > 60).mean() < 0.3
    assert raw_mileage_m(lying(0, 15, 10)) > 4000


@pytest.mark.parametrize(("kind", "every_s", "mps"), WALKS)
@pytest.mark.parametrize("sigma_m", [3, 6])
def test_a_walk_of_2_km_is_right_to_3_percent_in_the_mean(
    kind: str, every_s: float, mps: float, sigma_m: float
) -> None:
    shares = [off(walk(seed, kind, sigma_m, every_s, mps), 2000) for seed in range(40)]
    assert abs(np.mean(shares)) < (COARSE_SHARE if every_s == 30 else MEAN_SHARE)


@pytest.mark.parametrize("every_s", [5, 10, 30])
@pytest.mark.parametrize("mps", [0.9, 1.5])
@pytest.mark.parametrize("kind", ["straight", "bend", "blocks"])
def test_each_walk_of_few_turns_is_right_to_3_percent(
    kind: str, every_s: float, mps: float
) -> None:
    """With 5 m of noise each one, with 10 m nearly each."""
    for sigma_m, share in ((5, 1.0), (10, 0.75 if kind == "blocks" else 0.95)):
        shares = [off(walk(seed, kind, sigma_m, every_s, mps), 2000) for seed in range(100)]
        assert np.mean(np.abs(shares) < 0.03) >= share


@pytest.mark.parametrize(
    ("mps", "between_m"), [(5, (80, 250)), (12, (200, 500)), (20, (400, 1500))]
)
@pytest.mark.parametrize("every_s", [1, 5, 10, 30])
def test_rides_are_right_to_3_percent(
    every_s: float, mps: float, between_m: tuple[float, float]
) -> None:
    shares = [off(drive(seed, 5, every_s, mps, between_m=between_m), 8000) for seed in range(20)]
    assert abs(np.mean(shares)) < 0.03


def test_raw_mileage_of_what_has_no_noise_is_the_way() -> None:
    time_s = np.arange(0.0, 1000.0, 10)
    fixes = fixes_at(time_s, np.column_stack([1.2 * time_s, 0 * time_s]))
    assert raw_mileage_m(fixes) == pytest.approx(1.2 * time_s[-1], rel=1e-4)
    assert valid_mileage_m(fixes) == pytest.approx(1.2 * time_s[-1], rel=1e-3)


def test_a_way_over_a_gap_counts_as_nothing() -> None:
    time_s = np.arange(0.0, 1000.0, 10)
    there = np.column_stack([1.2 * time_s, 0 * time_s])
    apart = fixes_at(
        np.append(time_s, time_s + 1400), np.vstack([there, there + np.array([5000, 0])])
    )
    alone = fixes_at(time_s, there)
    assert raw_mileage_m(apart) == pytest.approx(2 * raw_mileage_m(alone), rel=1e-3)
    assert valid_mileage_m(apart) == pytest.approx(2 * valid_mileage_m(alone), rel=1e-3)
    assert raw_mileage_m(apart, gap_m=10_000) > 5000


def test_nothing_and_a_single_fix_go_no_way() -> None:
    for count in (0, 1):
        fixes = fixes_at(np.arange(float(count)), np.zeros((count, 2)))
        assert raw_mileage_m(fixes) == valid_mileage_m(fixes) == 0


@given(tracks(), st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_matters(fixes: Fixes, random: object) -> None:
    rows = np.arange(len(fixes))
    random.shuffle(rows)  # type: ignore[attr-defined]
    twice = fixes.only(np.append(rows, rows[:3]))
    assert valid_mileage_m(twice) == valid_mileage_m(fixes)
    assert raw_mileage_m(twice) == raw_mileage_m(fixes)


@given(tracks())
def test_valid_mileage_is_not_negative_and_at_most_a_quarter_more_than_raw(fixes: Fixes) -> None:
    raw_m = raw_mileage_m(fixes)
    assert 0 <= valid_mileage_m(fixes) <= CORNERS_MAX * raw_m + 1e-6


@given(tracks(), st.integers(-(10**8), 10**8))
def test_it_is_the_same_at_any_time(fixes: Fixes, later_s: int) -> None:
    later = Fixes(fixes.time_s + later_s, fixes.lon, fixes.lat, fixes.accuracy_m)
    assert valid_mileage_m(later) == pytest.approx(valid_mileage_m(fixes), rel=1e-6, abs=1e-6)


def test_a_day_of_fixes_takes_milliseconds() -> None:
    time_s = np.arange(0.0, 86_400, 10)
    gone = np.clip(time_s - 20_000, 0, 30_000)
    places_m = np.column_stack([1.2 * gone, 0 * gone])
    fixes = fixes_at(time_s, places_m + noise_m(time_s, 10, np.random.default_rng(0)))
    took_s = []
    for _ in range(5):
        begin_s = time.perf_counter()
        valid_mileage_m(fixes)
        took_s.append(time.perf_counter() - begin_s)
    assert min(took_s) < 0.1  # 11 ms where nothing else runs
