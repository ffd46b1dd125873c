"""The table of cells tells of every point what testing each polygon tells."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.geo import cover
from gis_gov.geo.cover import NOWHERE, Cover
from gis_gov.geo.cover_cells import MIXED, CoverCells

from .tilings import Polygons, telling_points, tilings

ISLAND = shapely.box(113.29, 23.10, 113.291, 23.101)
RINGED = shapely.box(113.27, 23.08, 113.31, 23.12).difference(ISLAND)


def by_shapely(polygons: np.ndarray, points: np.ndarray) -> list[int]:
    """Find the first that covers each point by asking about every pair."""
    dots = np.asarray(shapely.points(points), dtype=object)
    covered = shapely.covers(polygons[None, :], dots[:, None])
    return np.where(covered.any(axis=1), covered.argmax(axis=1), NOWHERE).tolist()


def cells_of(polygons: np.ndarray) -> CoverCells:
    plain = Cover(polygons)
    return CoverCells(plain.polygons, plain.first)


def with_neighbours(points: np.ndarray) -> np.ndarray:
    """Add the next floats on all sides."""
    steps = [np.nextafter(points, way) for way in (-np.inf, np.inf)]
    return np.concatenate([points, *steps])


@given(tilings(), st.integers(0, 1000), st.booleans())
def test_what_is_told_is_what_covers(polygons: Polygons, seed: int, twice: bool) -> None:
    if twice:
        # Any two overlap then, and the first has to win.
        polygons = np.concatenate([polygons[::-1], polygons])
    points = telling_points(polygons, seed)
    told = cells_of(polygons).first(*points.T)
    sure = told != MIXED
    assert told[sure].tolist() == np.array(by_shapely(polygons, points))[sure].tolist()


@given(tilings(), st.integers(0, 1000))
def test_many_points_are_told_of_as_few(polygons: Polygons, seed: int) -> None:
    points = telling_points(polygons, seed)
    index = Cover(polygons)
    few = index.first(*points.T)
    many = index.first(*np.resize(points, (cover._CELLS_AFTER, 2)).T)
    assert index.first(*points.T).tolist() == few.tolist() == by_shapely(polygons, points)
    assert many.tolist() == np.resize(few, many.size).tolist()


def test_holes_and_islands() -> None:
    polygons = np.array([RINGED, ISLAND, None, shapely.Polygon()], dtype=object)
    corners = with_neighbours(shapely.get_coordinates(polygons))
    told = cells_of(polygons).first(*corners.T)
    assert (told[told != MIXED] == NOWHERE).all(), "a corner is never inside"
    middle = cells_of(polygons).first(np.array([113.2905, 113.28, 113.4]), np.full(3, 23.1005))
    assert middle.tolist() == [1, 0, NOWHERE]


def test_most_points_need_no_test() -> None:
    side = np.arange(40) * 0.01
    boxes = [shapely.box(113 + i, 23 + j, 113.01 + i, 23.01 + j) for i in side for j in side]
    points = np.random.default_rng(5).uniform((113, 23), (113.4, 23.4), (20_000, 2))
    told = cells_of(np.array(boxes)).first(*points.T)
    assert (told == MIXED).mean() < 0.15


@pytest.mark.parametrize(
    "polygons",
    [
        [],
        [None],
        [shapely.Polygon()],
        [shapely.box(113, 23, 113 + 1e-12, 23 + 1e-12)],
        [shapely.box(-180, -90, 180, 90), shapely.box(113, 23, 113.001, 23.001)],
        [shapely.box(113, 23, 120, 23 + 1e-9)],
        [shapely.box(113, 23, 113 + 1e-9, 29)],
    ],
)
def test_shapes_that_fill_no_table(polygons: list[shapely.Geometry | None]) -> None:
    shapes = np.array(polygons, dtype=object)
    corners = shapely.get_coordinates(shapes)
    points = with_neighbours(np.concatenate([corners, [[0.0, 0.0], [113.0005, 23.0005]]]))
    told = cells_of(shapes).first(*points.T)
    expected = np.array(by_shapely(shapes, points) if len(shapes) else [NOWHERE] * len(points))
    assert ((told == MIXED) | (told == expected)).all()


def test_no_position_is_in_no_cell() -> None:
    told = cells_of(np.array([RINGED])).first(
        np.array([np.nan, 113.28, np.inf, -np.inf, 1e300]), np.array([23.1, np.nan, 23.1, 23.1, 0])
    )
    assert told.tolist() == [NOWHERE] * 5


def test_threads_share_the_making_of_cells() -> None:
    index = Cover(np.array([RINGED, ISLAND]))
    points = np.random.default_rng(6).uniform((113.26, 23.07), (113.32, 23.13), (120_000, 2))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: index.first(*points.T), range(4)))
    expected = by_shapely(np.array([RINGED, ISLAND]), points[:500])
    assert all(each[:500].tolist() == expected for each in found)
    assert all((each == found[0]).all() for each in found)
