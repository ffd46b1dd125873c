"""Whatever lies in a box is as far from a shape as its bounds say, against each point measured."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.boxed import DEEP_M, bounds_m
from gis_gov.geo.surroundings import Surroundings
from tests.geo.test_surroundings import SHAPES

RADIUS_M = 2000.0
COUNT = 40


def moved(name: str, lat: float) -> BaseGeometry:
    return affinity.translate(SHAPES[name], 113.3, lat)


def some_boxes(shape: BaseGeometry, random: np.random.Generator, side_deg: float) -> np.ndarray:
    """Draw boxes around a shape; some are but a point, or as thin as a line."""
    west, south, east, north = shape.bounds
    corner = random.uniform((west - 0.03, south - 0.03), (east + 0.03, north + 0.03), (COUNT, 2))
    size = random.uniform(0, side_deg, (COUNT, 2)) * random.integers(0, 2, (COUNT, 2))
    return np.concatenate([corner, corner + size], axis=1).T


@settings(max_examples=30)
@given(
    name=st.sampled_from(sorted(SHAPES)),
    lat=st.sampled_from([-0.01, 29.8, 55.0, -44.0]),
    side_deg=st.sampled_from([0.0002, 0.002, 0.02]),
    seed=st.integers(0, 2**32),
)
def test_all_in_a_box_is_as_far_as_its_bounds_say(
    name: str, lat: float, side_deg: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    around = Surroundings(moved(name, lat))
    west, south, east, north = some_boxes(around.shape, random, side_deg)
    least_m, most_m = bounds_m(around, west, south, east, north, RADIUS_M)
    assert (least_m <= most_m).all()
    shares = [(0, 0), (0, 1), (1, 0), (1, 1), *random.uniform(0, 1, (20, 2)).tolist()]
    for x, y in shares:
        lon, lat_there = west + x * (east - west), south + y * (north - south)
        away_m = around.distance_m(np.minimum(lon, east), np.minimum(lat_there, north))
        beyond = np.isinf(least_m)
        assert (away_m[beyond] > RADIUS_M).all()
        assert (least_m[~beyond] <= away_m[~beyond]).all()
        assert (away_m[~beyond] <= most_m[~beyond]).all()


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_a_point_is_as_far_as_it_is(name: str) -> None:
    around = Surroundings(moved(name, 29.8))
    lon, lat, _, _ = some_boxes(around.shape, np.random.default_rng(3), 0.0)
    least_m, most_m = bounds_m(around, lon, lat, lon, lat, RADIUS_M)
    near = np.isfinite(least_m)
    assert near.any()
    assert (least_m[near] == around.distance_m(lon, lat)[near]).all()
    assert (most_m == least_m).all()


def test_deep_in_a_polygon_a_box_is_inside() -> None:
    """So that it is told without a look at each point in it, even where nothing around counts."""
    around = Surroundings(moved("hole", 29.8))
    # In the polygon, in its hole, at its edge, and larger than it is looked for.
    lon = 113.3 + np.array([0.0025, 0.010, 0.00001, 0.0025])
    lat = 29.8 + np.array([0.0025, 0.008, 0.010, 0.0025])
    half = np.array([0.0001, 0.0001, 0.0001, DEEP_M / 90_000])
    least_m, most_m = bounds_m(around, lon - half, lat - half, lon + half, lat + half, 0.0)
    assert least_m[[0, 2, 3]].tolist() == [0, 0, 0]
    assert most_m[0] == 0
    assert (most_m[1:] > 0).all()


def test_a_box_without_sides_is_not_known() -> None:
    around = Surroundings(moved("point", 29.8))
    nothing = np.array([np.nan])
    place = np.array([113.3])
    least_m, most_m = bounds_m(around, place, nothing, place, nothing, RADIUS_M)
    assert np.isnan([*least_m, *most_m]).all()
