"""Who is near to whom, and since when."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_gov.geo.geofence.near import (
    Nearness,
    pairs_within,
)
from gis_gov.geo.measure import distance_m

from .ground import degrees


def test_two_are_near_for_as_long_as_every_look_says_so() -> None:
    who = np.array([1, 2, 3])
    lon, lat = degrees(np.array([[0, 0], [30, 0], [500, 0]])).T
    far_lon, far_lat = degrees(np.array([[0, 0], [90, 0], [500, 0]])).T
    seen = Nearness({}).looked(who, lon, lat, 0, 50).looked(who, lon, lat, 61, 50)
    assert seen.since_s == {(1, 2): 0}
    parted = seen.looked(who, far_lon, far_lat, 70, 50).looked(who, lon, lat, 80, 50)
    assert parted.since_s == {(1, 2): 80}
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
