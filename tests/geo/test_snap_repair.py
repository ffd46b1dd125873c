"""Rounding to the stored precision, and repairs that leave area and parts as they were."""

import re
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given

from gis_gov.geo.repair import AREA_RELATIVE, repair
from gis_gov.geo.snap import snapped

from .tilings import Polygons, tilings


def test_snapped_vertices_are_what_eight_decimals_are_read_as() -> None:
    triangle = shapely.Polygon([(113.123456789012, 23.1), (113.2, 23.123456784999), (113.3, 23.05)])
    [result] = snapped([triangle])
    assert list(result.exterior.coords)[:2] == [(113.12345679, 23.1), (113.2, 23.12345678)]


@given(tilings())
def test_snapping_keeps_a_mesh_a_mesh_and_is_done_once(polygons: Polygons) -> None:
    once = snapped(polygons)
    assert shapely.is_valid(once).all()
    np.testing.assert_array_equal(
        shapely.get_coordinates(snapped(once)), shapely.get_coordinates(once)
    )
    assert np.abs(shapely.get_coordinates(once) - shapely.get_coordinates(polygons)).max() < 6e-9


def test_what_snapping_would_break_stays_and_missing_stays_missing() -> None:
    needle = shapely.Polygon([(113.3, 23.1), (113.300000001, 23.1), (113.3, 23.2)])
    assert needle.is_valid
    result = snapped([needle, None, shapely.Polygon()])
    assert result[0].equals_exact(needle, 0.0)
    assert result[1] is None
    assert result[2].is_empty


def ring(*corners: tuple[float, float]) -> shapely.Polygon:
    return shapely.Polygon(corners)


BANANA = ring((0, 0), (10, 0), (10, 10), (5, 10), (6, 5), (4, 5), (5, 10), (0, 10))
LOOP = ring((0, 0), (10, 0), (10, 10), (5, 10), (4, 5), (6, 5), (5, 10), (0, 10))
SPIKE = ring((0, 0), (10, 0), (10, 5), (20, 5), (10, 5), (10, 10), (0, 10))
BOW_TIE = ring((0, 0), (10, 10), (10, 0), (0, 10))
TWICE_AROUND = ring((0, 0), (10, 0), (10, 10), (0, 10), (0, 0), (10, 0), (10, 10), (0, 10))
PINCHED = ring((0, 0), (5, 5), (10, 0), (10, 10), (5, 5), (0, 10))
FLAT = ring((0, 0), (10, 0), (5, 0))
HOLE_OUTSIDE = shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(6, 6), (8, 6), (8, 8), (6, 8)]])
OVERLAPPING_PARTS = shapely.MultiPolygon([shapely.box(0, 0, 5, 5), shapely.box(4, 0, 9, 5)])
SIDE_BY_SIDE = shapely.MultiPolygon([shapely.box(0, 0, 5, 5), shapely.box(5, 0, 9, 5)])


@pytest.mark.parametrize("polygon", [BANANA, SPIKE], ids=["touching itself", "spike"])
def test_repaired_where_area_and_parts_stay(polygon: shapely.Polygon) -> None:
    assert not polygon.is_valid
    made, reason = repair(polygon)
    assert made is not None
    assert made.is_valid
    assert made.area == pytest.approx(polygon.area, rel=AREA_RELATIVE)
    assert reason.startswith(("Ring Self-intersection", "Self-intersection"))


@pytest.mark.parametrize(
    ("polygon", "reason"),
    [
        (BOW_TIE, "2 parts of 1"),
        (TWICE_AROUND, "area by -50.00%"),
        (LOOP, "area by -4.76%"),
        (PINCHED, "2 parts of 1"),
        (FLAT, "nothing is left"),
        (HOLE_OUTSIDE, "area by|parts of 1"),
        (OVERLAPPING_PARTS, "1 parts of 2"),
        (SIDE_BY_SIDE, "1 parts of 2"),
        (shapely.Polygon(), "is empty"),
        (shapely.Point(1, 1), "Point is no polygon"),
    ],
)
def test_left_to_a_human_where_they_change(polygon: shapely.Polygon, reason: str) -> None:
    made, told = repair(polygon)
    assert made is None
    assert re.search(reason, told), told


def test_valid_polygons_come_back_untouched() -> None:
    square = shapely.box(0, 0, 1, 1)
    assert repair(square) == (square, "")


def test_invalid_buildings_of_beijing(shared_data: Path) -> None:
    path = shared_data / "osm-buildings-gugong/gugong_buildings.geojson"
    buildings = pyogrio.read_dataframe(path).geometry.to_numpy()
    invalid = buildings[~shapely.is_valid(buildings)]
    repairs = [repair(polygon) for polygon in invalid]
    assert [made is not None for made, _ in repairs] == [False, False, True, True]
    assert all(reason for _, reason in repairs)
