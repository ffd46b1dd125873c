"""What lies in the inner polygon is near, and what lies outside of the outer one is not."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.geo.reach import inner_and_outer
from gis_gov.geo.surroundings import Surroundings

SHAPES = {
    "point": shapely.Point(0, 0),
    "road": shapely.LineString([(0, 0), (0.01, 0.02), (0.03, -0.01)]),
    "hole": shapely.box(0, 0, 0.03, 0.03).difference(shapely.box(0.01, 0.01, 0.02, 0.02)),
    "parts": shapely.MultiPoint([(0, 0), (0.02, 0.004)]),
}


@pytest.mark.parametrize("name", SHAPES)
@given(st.floats(-179, 178), st.floats(-79, 78), st.floats(1, 2000), st.integers(0, 2**32 - 1))
def test_the_edge_of_what_is_near_lies_between(
    name: str, west: float, south: float, radius_m: float, seed: int
) -> None:
    shape = shapely.transform(SHAPES[name], lambda degrees: np.add(degrees, (west, south)))
    inner, outer = inner_and_outer(shape, radius_m)
    assert outer.covers(inner.buffer(-1e-9))
    west, south, east, north = outer.bounds
    margin = 0.05 * max(east - west, north - south)
    places = np.random.default_rng(seed).uniform(
        (west - margin, south - margin), (east + margin, north + margin), (60, 2)
    )
    points = shapely.points(places)
    told_m = Surroundings(shape).distance_m(*places.T)
    assert (told_m[shapely.intersects(inner, points)] <= radius_m).all()
    assert (told_m[~shapely.intersects(outer, points)] > radius_m).all()


@pytest.mark.parametrize("radius_m", [5.0, 100.0, 2000.0])
def test_little_lies_between(radius_m: float) -> None:
    inner, outer = inner_and_outer(shapely.Point(113.3, 22.9), radius_m)
    assert inner.area > 0.91 * outer.area
