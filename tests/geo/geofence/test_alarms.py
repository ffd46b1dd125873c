"""Alarms: who is absent, silent, alone, near to another."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_gov.geo.geofence.alarms import (
    Alarm,
    Duty,
    Nearness,
    Raised,
    absent,
    alone,
    pairs_within,
)
from gis_gov.geo.geofence.events import Stays
from gis_gov.geo.measure import distance_m

from .ground import degrees

_INF = float("inf")


def _stays(*rows: tuple[int, int, float, float]) -> Stays:
    """Make stays of (mover, fence, begin, end)."""
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    whole = table[:, :2].astype(np.int64)
    return Stays(whole[:, 0], whole[:, 1], table[:, 2], table[:, 3])


_DUTY = Duty(1, 7, from_s=100, away_s=60, silent_s=300)


def test_who_should_be_inside_is_absent_after_so_long() -> None:
    stays = _stays((1, 7, 100, 200), (1, 8, 0, _INF), (2, 7, 0, _INF))
    assert absent([_DUTY], stays, {1: 260}, 260) == []
    assert absent([_DUTY], stays, {1: 261}, 261) == [Raised(Alarm.ABSENT, 1, 7, None, 200)]
    back = _stays((1, 7, 100, 200), (1, 7, 250, _INF))
    assert absent([_DUTY], back, {1: 900}, 900) == []


def test_absence_counts_from_the_beginning_of_the_duty() -> None:
    before = _stays((1, 7, 0, 50))
    assert absent([_DUTY], before, {1: 160}, 160) == []
    assert absent([_DUTY], before, {1: 161}, 161) == [Raised(Alarm.ABSENT, 1, 7, None, 100)]
    assert absent([_DUTY], before, {1: 90}, 90) == []


def test_who_is_silent_is_not_told_to_be_absent() -> None:
    silent = [Raised(Alarm.SILENT, 1, 7, None, 150)]
    assert absent([_DUTY], _stays(), {1: 150}, 451) == silent
    assert absent([_DUTY], _stays((1, 7, 100, _INF)), {1: 150}, 451) == silent
    assert absent([_DUTY], _stays(), {}, 401) == [Raised(Alarm.SILENT, 1, 7, None, 100)]


def test_one_is_alone_since_the_last_other_left() -> None:
    stays = _stays((1, 7, 0, _INF), (2, 7, 10, 300), (3, 8, 0, _INF))
    assert alone(stays, [7], 60, 200) == []
    assert alone(stays, [7], 60, 360) == []
    assert alone(stays, [7], 60, 361) == [Raised(Alarm.ALONE, 1, 7, None, 300)]
    assert alone(stays, [9], 60, 361) == []


def test_two_are_near_for_as_long_as_every_look_says_so() -> None:
    who = np.array([1, 2, 3])
    lon, lat = degrees(np.array([[0, 0], [30, 0], [500, 0]])).T
    far_lon, far_lat = degrees(np.array([[0, 0], [90, 0], [500, 0]])).T
    seen = Nearness({}).looked(who, lon, lat, 0, 50).looked(who, lon, lat, 61, 50)
    assert seen.alarms(60, 61) == [Raised(Alarm.NEAR, 1, None, 2, 0)]
    parted = seen.looked(who, far_lon, far_lat, 70, 50).looked(who, lon, lat, 80, 50)
    assert parted.alarms(60, 140) == []
    assert not Nearness({}).looked(who[:0], lon[:0], lat[:0], 0, 50).since_s


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(-200, 200), st.integers(-200, 200)), max_size=15),
    st.integers(1, 150),
)
def test_pairs_are_those_that_every_distance_says(
    places: list[tuple[int, int]], radius_m: int
) -> None:
    lon, lat = degrees(np.array(places, dtype=np.float64).reshape(-1, 2)).T
    who = np.arange(len(places))
    expected = [
        (one, other)
        for one in range(len(places))
        for other in range(one + 1, len(places))
        if distance_m(lon[one], lat[one], lon[other], lat[other]) <= radius_m
    ]
    assert pairs_within(who, lon, lat, radius_m) == expected
