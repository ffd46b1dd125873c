"""Points around a place: which, how far and in which ring, as the geodesic says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from gis_gov.geo.point_set import NEAR_MAX_M, PointSet, measured, nearest, within

GEOD = Geod(a=6_378_137.0, rf=298.257222101)
LATITUDES = [22.9, 0.0, -33.5, 53.5, 78.0]


def scattered(count: int, lat: float, seed: int) -> PointSet:
    chance = np.random.default_rng(seed)
    return PointSet(
        np.round(113 + chance.normal(0, 0.03, count), 7),
        np.round(lat + chance.normal(0, 0.03, count), 7),
    )


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from([50, 3_000]),
    st.sampled_from(LATITUDES),
    st.integers(0, 20),
    st.floats(0, NEAR_MAX_M),
)
def test_what_is_near_is_what_the_geodesic_says(
    count: int, lat: float, seed: int, radius_m: float
) -> None:
    points = scattered(count, lat, seed)
    here = np.full(count, 113.0), np.full(count, lat)
    bearing, _, distance_m = GEOD.inv(*here, points.lon, points.lat)
    distance_m = np.round(distance_m, 8)
    near = points.near(113.0, lat, radius_m)
    told, _ = measured(points, near.index, 113.0, lat)
    assert set(near.index[told <= radius_m]) == set(np.flatnonzero(distance_m <= radius_m))
    assert np.abs(told - near.distance_m).max(initial=0) < 0.01
    edges_m = np.array([radius_m / 4, radius_m / 2, radius_m])
    rings = within(points, near, 113.0, lat, edges_m)
    assert list(rings) == list(np.searchsorted(edges_m, distance_m[near.index]))
    wanted = 7
    best = set(np.argsort(distance_m, kind="stable")[:wanted])
    found = set(near.index[nearest(near, wanted)])
    assert {n for n in best if distance_m[n] <= radius_m} <= found
    exact, bearings = measured(points, near.index, 113.0, lat)
    assert np.allclose(exact, distance_m[near.index], atol=1e-6)
    assert np.allclose(bearings, bearing[near.index] % 360, atol=1e-6)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 20), st.floats(-170, 170), st.floats(-80, 80), st.floats(0, NEAR_MAX_M))
def test_points_all_over_the_world_are_found_like_those_of_a_district(
    seed: int, lon: float, lat: float, radius_m: float
) -> None:
    chance = np.random.default_rng(seed)
    lons, lats = chance.uniform(-180, 180, 300), chance.uniform(-90, 90, 300)
    lons[:20] = lon + chance.normal(0, 0.03, 20)
    lats[:20] = lat + chance.normal(0, 0.03, 20)
    points = PointSet(lons, lats)
    distance_m = GEOD.inv(np.full(300, lon), np.full(300, lat), lons, lats)[2]
    near = points.near(lon, lat, radius_m)
    told, _ = measured(points, near.index, lon, lat)
    assert set(near.index[told <= radius_m]) == set(np.flatnonzero(distance_m <= radius_m))


def test_what_is_no_place_is_near_to_nothing() -> None:
    lons = np.array([113.0, np.nan, 113.0, -np.inf, np.inf, 113.0, 1e9, 113.0])
    lats = np.array([22.9, 22.9, np.nan, 22.9, 22.9, 91.0, 22.9, -np.inf])
    points = PointSet(lons, lats)
    assert list(points.near(113.0, 22.9, 100.0).index) == [0]
    nowhere = PointSet(lons[1:], lats[1:])
    assert not len(nowhere.near(113.0, 22.9, NEAR_MAX_M).index)


def test_far_from_all_points_there_are_none() -> None:
    for points in (scattered(300, 22.9, 1), PointSet(np.empty(0), np.empty(0))):
        for lon, lat in ((-113.0, 22.9), (113.0, -22.9), (114.0, 22.9), (113.0, 24.0)):
            assert not len(points.near(lon, lat, NEAR_MAX_M).index)


def test_what_lies_on_an_edge_lies_within_it() -> None:
    lon, lat, _ = GEOD.fwd(113.0, 22.9, 37.0, 500.0)
    points = PointSet(np.array([lon, 113.0]), np.array([lat, 22.9]))
    exact = round(GEOD.inv(113.0, 22.9, lon, lat)[2], 8)
    near = points.near(113.0, 22.9, 600.0)
    for edge, expected in ((exact, 0), (np.nextafter(exact, 0), 1), (np.nextafter(exact, 1e9), 0)):
        rings = within(points, near, 113.0, 22.9, np.array([edge, 600.0]))
        assert dict(zip(near.index, rings, strict=True)) == {0: expected, 1: 0}


def test_farther_than_a_chord_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="farther than"):
        scattered(3, 22.9, 0).near(113.0, 22.9, NEAR_MAX_M + 1)
