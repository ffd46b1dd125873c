"""Distances, bearings, lengths and areas against known figures and pyproj's own methods."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from gis_gov.geo.measure import area_m2, bearing_deg, distance_m, length_m

from .tilings import Polygons, tilings

CGCS2000 = Geod(ellps="GRS80")


def test_a_degree_of_the_equator_and_of_a_meridian() -> None:
    assert distance_m(0, 0, 1, 0) == pytest.approx(111_319.4908, abs=1e-3)
    assert distance_m(0, 0, 0, 1) == pytest.approx(110_574.3886, abs=1e-3)


@pytest.mark.parametrize(
    ("to_lon", "to_lat", "bearing"),
    [(113.3, 23.2, 0.0), (113.3, 23.0, 180.0), (113.4, 23.1, 89.98), (113.2, 23.1, 270.02)],
)
def test_bearings_run_clockwise_from_north(to_lon: float, to_lat: float, bearing: float) -> None:
    assert bearing_deg(113.3, 23.1, to_lon, to_lat) == pytest.approx(bearing, abs=0.01)


@given(*[st.floats(-179, 179), st.floats(-89, 89)] * 2)
def test_bearing_is_in_range_or_nan_for_no_way(lon: float, lat: float, x: float, y: float) -> None:
    bearing = float(bearing_deg(lon, lat, x, y))
    assert 0.0 <= bearing < 360.0 or (np.isnan(bearing) and distance_m(lon, lat, x, y) == 0.0)


def test_arrays_broadcast_and_nan_stays_nan() -> None:
    lengths = distance_m(113.3, 23.1, [[113.4], [np.nan]], [23.1, 23.2])
    assert lengths.shape == (2, 2)
    assert np.isnan(lengths).tolist() == [[False, False], [True, True]]
    assert np.isnan(bearing_deg(113.3, 23.1, [np.nan], [23.1])).all()


@given(tilings())
def test_area_and_length_are_those_of_pyproj(polygons: Polygons) -> None:
    for polygon in polygons:
        area, _ = CGCS2000.geometry_area_perimeter(shapely.orient_polygons(polygon))
        assert float(area_m2(polygon)) == pytest.approx(area, rel=1e-9)
        length = CGCS2000.geometry_length(polygon.boundary)
        assert float(length_m(polygon)) == pytest.approx(length, rel=1e-9)


def test_area_takes_holes_out_whatever_the_winding() -> None:
    outer, inner = shapely.box(113.3, 23.1, 113.4, 23.2), shapely.box(113.32, 23.12, 113.34, 23.14)
    expected = area_m2(outer) - area_m2(inner)
    for hole in (inner.exterior.coords, inner.exterior.coords[::-1]):
        for shell in (outer.exterior.coords, outer.exterior.coords[::-1]):
            assert area_m2(shapely.Polygon(shell, [hole])) == pytest.approx(expected, rel=1e-12)


def test_what_has_no_area_or_length_has_0() -> None:
    line = shapely.LineString([(113.3, 23.1), (113.4, 23.1)])
    geometries = [None, shapely.Point(1, 1), shapely.Polygon(), line]
    assert area_m2(geometries).tolist() == [0, 0, 0, 0]
    np.testing.assert_array_equal(length_m(geometries) > 0, [False, False, False, True])
    assert length_m(line) == pytest.approx(float(distance_m(113.3, 23.1, 113.4, 23.1)))
    assert area_m2([]).shape == length_m([]).shape == (0,)
    assert area_m2(np.array([[None, line]])).shape == (1, 2)
