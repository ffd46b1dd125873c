"""The box around a point or a box: it may lose nothing that lies within the radius."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.geo.around import bbox_around, bbox_around_box, may_meet
from gis_gov.geo.bbox import BBox
from gis_gov.geo.measure import GEOD

RADII_M = (0.0, 0.001, 1.0, 500.0, 2000.0, 50_000.0)


@given(
    lon=st.floats(-180, 180),
    lat=st.floats(-90, 90),
    radius_m=st.sampled_from(RADII_M),
    bearing=st.floats(0, 360),
)
def test_every_point_within_the_radius_is_in_the_box(
    lon: float, lat: float, radius_m: float, bearing: float
) -> None:
    there_lon, there_lat, _ = GEOD.fwd(lon, lat, bearing, radius_m)
    assert bbox_around(lon, lat, radius_m).contains(there_lon, there_lat)


@given(
    west=st.floats(-170, 160),
    south=st.floats(-80, 70),
    size=st.tuples(st.floats(0, 10), st.floats(0, 10)),
    share=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    radius_m=st.sampled_from(RADII_M),
    bearing=st.floats(0, 360),
)
def test_every_point_near_a_box_is_in_the_box_around_it(
    west: float,
    south: float,
    size: tuple[float, float],
    share: tuple[float, float],
    radius_m: float,
    bearing: float,
) -> None:
    box = BBox(west, south, west + size[0], south + size[1])
    lon, lat = west + share[0] * size[0], south + share[1] * size[1]
    there_lon, there_lat, _ = GEOD.fwd(lon, lat, bearing, radius_m)
    assert bbox_around_box(box, radius_m).contains(there_lon, there_lat)


@pytest.mark.parametrize("lat", [0.0, 23.0, 40.0, 53.0])
def test_the_box_is_hardly_larger_than_the_circle(lat: float) -> None:
    box = bbox_around(113.3, lat, 2000.0)
    _, _, sides = GEOD.inv(
        [113.3, 113.3, box.west, box.east],
        [box.south, box.north, lat, lat],
        [113.3] * 4,
        [lat] * 4,
    )
    assert np.all((np.asarray(sides) >= 2000) & (np.asarray(sides) < 2030))


def test_a_circle_across_the_antimeridian_or_a_pole_takes_all_longitudes() -> None:
    for lon, lat in ((179.999, 20.0), (-179.999, 20.0), (10.0, 89.999)):
        box = bbox_around(lon, lat, 2000.0)
        assert (box.west, box.east) == (-180.0, 180.0)


@given(
    place=st.tuples(st.floats(-179, 178), st.floats(-80, 79)),
    size=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    share=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    radius_m=st.sampled_from(RADII_M),
    bearing=st.floats(0, 360),
)
def test_a_circle_with_a_place_of_a_box_may_meet_it(
    place: tuple[float, float],
    size: tuple[float, float],
    share: tuple[float, float],
    radius_m: float,
    bearing: float,
) -> None:
    """The middles of the circles may lie beyond the antimeridian."""
    (west, south), (width, height) = place, size
    box = BBox(west, south, west + width, south + height)
    lon, lat = west + share[0] * width, south + share[1] * height
    there_lon, there_lat, _ = GEOD.fwd(lon, lat, bearing, radius_m)
    circles = (np.array([there_lon, there_lon]), np.array([there_lat] * 2))
    assert may_meet(*circles, np.array([radius_m, np.nan]), box).tolist() == [True, False]


@given(
    lon=st.floats(72, 137),
    lat=st.floats(3, 54),
    size=st.floats(0, 0.1),
    radius_m=st.sampled_from(RADII_M[2:]),
    bearing=st.floats(0, 360),
)
def test_a_circle_far_from_a_box_does_not_meet_it(
    lon: float, lat: float, size: float, radius_m: float, bearing: float
) -> None:
    """It is asked by the sides of boxes: at a corner a circle is missed by less than a third."""
    half_m = max(GEOD.inv(lon, lat, lon + size, lat + size)[2], 1.0)
    away_m = (half_m + radius_m) * 1.5
    there_lon, there_lat, _ = GEOD.fwd(lon, lat, bearing, away_m)
    box = BBox(lon - size, lat - size, lon + size, lat + size)
    circle = (np.array([there_lon]), np.array([there_lat]), np.array([radius_m]))
    assert not may_meet(*circle, box)[0]
