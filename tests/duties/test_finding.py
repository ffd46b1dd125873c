"""What of a rule a patrol met is a function of the set of its fixes."""

import random
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.duties.finding import find
from gis_gov.duties.rule import CheckPoint, Findings, Ground, Thresholds
from gis_gov.geo.track.fixes import Fixes
from tests.duties.conftest import place, walk

START = datetime(2026, 1, 5, tzinfo=UTC)
RIVER = Ground("route", shapely.LineString([place(0), place(1200)]))
ASKED = Thresholds(
    min_minutes=5, min_metres=500, min_coverage=0.5, only_near=True, max_speed_mps=3.0
)


def columns(fixes: list[dict[str, Any]]) -> Fixes:
    rows = [
        (datetime.fromisoformat(each["time"]).timestamp(), each["lon"], each["lat"], 6.0)
        for each in fixes
    ]
    time_s, lon, lat, accuracy_m = np.array(rows, dtype=np.float64).reshape(-1, 4).T
    return Fixes(time_s, lon, lat, accuracy_m)


WAYS = st.lists(
    st.tuples(st.floats(-300, 1500), st.floats(-200, 200)), min_size=2, max_size=4, unique=True
)


@given(WAYS, st.floats(0.8, 6), st.integers(0, 99), st.randoms())
def test_order_and_repetitions_mean_nothing(
    way: list[tuple[float, float]], pace_mps: float, seed: int, chance: random.Random
) -> None:
    spread = [(east + 60 * n, north) for n, (east, north) in enumerate(way)]
    fixes = columns(walk(START, spread, pace_mps=pace_mps, rest_s=30, seed=seed))
    points = tuple(CheckPoint(n, *place(400.0 * n), 60.0) for n in range(3))
    ground = Ground(RIVER.kind, RIVER.shape, points)
    found = find(fixes, "patrol", ASKED, ground)
    rows = np.array([*chance.sample(range(len(fixes)), len(fixes)), 0], dtype=np.int64)
    assert told(find(fixes.only(rows), "patrol", ASKED, ground)) == told(found)
    assert found.is_enough == (not found.reasons)
    assert 0 <= (found.coverage or 0) <= 1


@given(WAYS, st.integers(0, 99))
def test_who_asks_for_less_finds_enough_more_often(
    way: list[tuple[float, float]], seed: int
) -> None:
    spread = [(east + 60 * n, north) for n, (east, north) in enumerate(way)]
    fixes = columns(walk(START, spread, seed=seed))
    strict = find(fixes, "patrol", ASKED, RIVER)
    lax = find(fixes, "patrol", Thresholds(min_minutes=5, min_metres=500), RIVER)
    assert lax.valid_mileage_m >= strict.valid_mileage_m - 30
    assert lax.duration_s >= strict.duration_s
    assert lax.is_enough or not strict.is_enough


def test_without_any_fix_nothing_is_met_and_nothing_breaks() -> None:
    point = CheckPoint(1, *place(0), 50.0)
    found = find(columns([]), "patrol", ASKED, Ground(RIVER.kind, RIVER.shape, (point,)))
    assert [each.code for each in found.reasons] == [
        "too_short",
        "too_few_metres",
        "too_little_covered",
        "not_there",
        "points_missed",
    ]
    assert found.missed is not None
    assert found.missed.length == pytest.approx(RIVER.shape.length if RIVER.shape else 0, rel=1e-6)
    assert found.points == ((1, None),)


def test_what_lies_between_two_parts_is_not_bridged() -> None:
    """Walked to the river's bend, ridden along it, walked on: the ride covers nothing."""
    walked = walk(START, [(0.0, 0.0), (400.0, 0.0)])
    at = datetime.fromisoformat(walked[-1]["time"])
    ridden = walk(at, [(400.0, 0.0), (1000.0, 0.0)], pace_mps=10)
    at = datetime.fromisoformat(ridden[-1]["time"])
    on = walk(at, [(1000.0, 0.0), (1200.0, 0.0)])
    found = find(columns([*walked, *ridden[1:], *on[1:]]), "patrol", ASKED, RIVER)
    # Some 30 s of the walk on either side go with the ride.
    assert 500 < found.valid_mileage_m < 620
    assert found.coverage == pytest.approx(0.5, abs=0.16)
    free = find(columns([*walked, *ridden[1:], *on[1:]]), "patrol", Thresholds(), RIVER)
    assert (free.coverage, free.is_enough) == (1.0, True)


@given(st.integers(26, 60), st.integers(0, 99))
def test_a_stay_counts_unless_the_rule_leaves_it_out(rest_min: int, seed: int) -> None:
    """Twice seven minutes of walking, and a rest between them."""
    walked = walk(START, [(0.0, 0.0), (500.0, 0.0)], pace_mps=1.2, seed=seed)
    at = datetime.fromisoformat(walked[-1]["time"])
    rested = walk(at, [(500.0, 0.0)], rest_s=rest_min * 30.0, seed=seed + 1)
    at = datetime.fromisoformat(rested[-1]["time"])
    on = walk(at, [(500.0, 0.0), (1000.0, 0.0)], pace_mps=1.2, seed=seed + 2)
    fixes = columns([*walked, *rested[1:], *on[1:]])
    lasted_s = float(fixes.time_s[-1] - fixes.time_s[0])
    asked = {"min_minutes": lasted_s / 60 - 0.1, "min_metres": 900}
    counted = find(fixes, "patrol", Thresholds(**asked), RIVER)
    assert (counted.duration_s, counted.is_enough) == (pytest.approx(lasted_s), True)
    left = find(fixes, "patrol", Thresholds(**asked, without_stays=True), RIVER)
    assert [each.code for each in left.reasons] == ["too_short", "stayed"]
    # What a phone's noise hides of the first and the last steps goes with the stay.
    stay_s = float(fixes.time_s[-1] - fixes.time_s[0]) - 1000 / 1.2
    assert left.duration_s == pytest.approx(lasted_s - stay_s, abs=90)
    assert left.reasons[1].told == pytest.approx((lasted_s - left.duration_s) / 60, abs=0.1)
    assert left.valid_mileage_m == counted.valid_mileage_m
    short = find(fixes, "patrol", Thresholds(min_minutes=10, without_stays=True), RIVER)
    assert short.is_enough


def told(found: Findings) -> tuple[Any, ...]:
    missed = None if found.missed is None else found.missed.wkb
    return (
        found.is_enough,
        round(found.duration_s, 6),
        round(found.valid_mileage_m, 6),
        found.coverage,
        found.reasons,
        found.points,
        missed,
    )
