"""The box around a point or a box: it may lose nothing that lies within the radius."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.geo.around import bbox_around, bbox_around_box
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
