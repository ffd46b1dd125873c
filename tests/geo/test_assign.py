"""Assignment of points to grids and areas against plain shapely, on edges, vertices and holes."""

from concurrent.futures import ThreadPoolExecutor
from random import Random
from time import process_time

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.geo.assign import AreaIndex, GridIndex
from gis_gov.geo.cover import NOWHERE, Cover

from .tilings import Polygons, telling_points, tilings

LEFT = shapely.box(113.30, 23.10, 113.31, 23.11)
RIGHT = shapely.box(113.31, 23.10, 113.32, 23.11)


def grids(*rows: tuple[str, str, shapely.Geometry]) -> GridIndex:
    codes, layers, polygons = zip(*rows, strict=True)
    return GridIndex(codes, np.array(polygons), layers)


def owner(index: GridIndex, lon: float, lat: float) -> str | None:
    return index.codes_at(index.owner(lon, lat))[0]


@given(tilings(), st.integers(0, 1000))
def test_every_point_of_the_union_has_one_owner(polygons: Polygons, seed: int) -> None:
    x, y = telling_points(polygons, seed).T
    index = GridIndex([f"{n:03}" for n in range(len(polygons))], polygons, ["base"] * len(polygons))
    owners = index.owner(x, y)
    counts = np.bincount(owners[owners != NOWHERE], minlength=len(polygons))
    union = shapely.coverage_union_all(polygons)
    assert counts.sum() == np.count_nonzero(shapely.covers(union, shapely.points(x, y)))


@given(tilings(), st.integers(0, 1000), st.randoms(use_true_random=False))
def test_owner_is_the_lowest_code_that_covers(
    polygons: Polygons, seed: int, random: Random
) -> None:
    # Laid over each other twice, in any order: every point has at least two candidates.
    x, y = telling_points(polygons, seed).T
    twice = np.concatenate([polygons, polygons])
    codes = [f"{n:03}" for n in range(len(twice))]
    random.shuffle(codes)
    index = GridIndex(codes, twice, ["base"] * len(twice))
    covered = shapely.covers(twice[:, None], shapely.points(x, y)[None, :])
    expected = [
        min((code for code, inside in zip(codes, column, strict=True) if inside), default=None)
        for column in covered.T
    ]
    assert index.codes_at(index.owner(x, y)) == expected


@given(tilings(), st.integers(0, 1000))
def test_all_pairs_are_those_of_plain_shapely(polygons: Polygons, seed: int) -> None:
    x, y = telling_points(polygons, seed).T
    points, found = Cover(polygons).all(x, y)
    expected = np.argwhere(shapely.covers(polygons[None, :], shapely.points(x, y)[:, None]))
    np.testing.assert_array_equal(np.column_stack([points, found]), expected)


@given(tilings(), st.integers(0, 1000))
def test_one_point_alone_is_answered_as_among_many(polygons: Polygons, seed: int) -> None:
    x, y = telling_points(polygons, seed)[::37].T
    cover = Cover(polygons)
    alone = [int(cover.first(*point)[0]) for point in zip(x, y, strict=True)]
    assert alone == cover.first(x, y).tolist()
    of_each = [cover.all(*point)[1].tolist() for point in zip(x, y, strict=True)]
    points, covering = cover.all(x, y)
    assert of_each == [covering[points == point].tolist() for point in range(x.size)]


def test_shared_edge_and_vertex_go_to_the_lowest_code() -> None:
    index = grids(("b", "base", LEFT), ("a", "base", RIGHT))
    assert owner(index, 113.31, 23.105) == "a"
    assert owner(index, 113.31, 23.10) == "a"
    assert owner(index, 113.305, 23.105) == "b"
    assert owner(index, 113.30, 23.105) == "b"
    assert owner(index, 113.33, 23.105) is None


def test_codes_order_by_bytes() -> None:
    index = grids(("a9", "base", LEFT), ("a10", "base", LEFT), ("B", "base", LEFT))
    assert owner(index, 113.305, 23.105) == "B"
    index = grids(("a9", "base", LEFT), ("a10", "base", LEFT))
    assert owner(index, 113.305, 23.105) == "a10"


def test_base_comes_before_exclusive_and_exclusive_serves_a_cut_out() -> None:
    school = shapely.box(113.303, 23.103, 113.306, 23.106)
    overlaid = grids(("b", "base", LEFT), ("a", "exclusive", school))
    assert owner(overlaid, 113.304, 23.104) == "b"
    points, found = overlaid.exclusive([113.304, 113.309], [23.104, 23.104])
    assert (points.tolist(), overlaid.codes_at(found)) == ([0], ["a"])

    cut_out = grids(("b", "base", LEFT.difference(school)), ("c", "exclusive", school))
    assert owner(cut_out, 113.304, 23.104) == "c"
    assert owner(cut_out, 113.303, 23.104) == "b", "the edge of the hole belongs to the base grid"


def test_all_exclusive_grids_are_listed_by_point_and_code() -> None:
    index = grids(("z", "exclusive", LEFT), ("y", "exclusive", LEFT), ("x", "exclusive", RIGHT))
    points, found = index.exclusive([113.315, 113.305, 113.31], [23.105, 23.105, 23.105])
    assert points.tolist() == [0, 1, 1, 2, 2, 2]
    assert index.codes_at(found) == ["x", "y", "z", "x", "y", "z"]


def test_second_tier_and_micro_grids_own_nothing_but_can_be_asked() -> None:
    index = grids(("s", "second", LEFT), ("m", "micro", LEFT))
    assert owner(index, 113.305, 23.105) is None
    assert index.codes_at(index.in_layer("micro", [113.305], [23.105])) == ["m"]
    assert index.codes_at(index.in_layer("base", [113.305], [23.105])) == [None]
    assert index.codes_at(index.in_layer("unheard of", [113.305], [23.105])) == [None]


def test_points_without_a_place_and_grids_without_a_shape() -> None:
    index = grids(("a", "base", LEFT), ("b", "base", shapely.Polygon()))
    lon, lat = [np.nan, 113.305, np.inf], [23.1, np.nan, 23.1]
    assert index.owner(lon, lat).tolist() == [NOWHERE] * 3
    assert index.codes_at(index.owner([113.305], [23.105])) == ["a"]
    empty = GridIndex([], [], [])
    assert empty.owner([113.3], [23.1]).tolist() == [NOWHERE]
    assert empty.exclusive([113.3], [23.1])[0].size == 0
    assert index.owner([], []).shape == (0,)


def test_lists_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="2 codes, 1 polygons, 1 layers"):
        GridIndex(["a", "b"], np.array([LEFT]), ["base"])


def test_deepest_area_wins_then_the_lowest_code() -> None:
    district = shapely.box(113.2, 23.0, 113.4, 23.2)
    index = AreaIndex(
        ["440113", "440113001", "440113001002", "440113001001", "440113009"],
        np.array([district, LEFT.union(RIGHT), RIGHT, LEFT, None]),
        ["district", "street", "community", "community", "street"],
    )
    lon, lat = [113.305, 113.31, 113.25, 113.5], [23.105, 23.105, 23.05, 23.05]
    assert index.codes_at(index.deepest(lon, lat)) == ["440113001001"] * 2 + ["440113", None]
    assert index.codes_at(index.at_level("street", lon, lat)) == ["440113001"] * 2 + [None] * 2
    assert index.codes_at(index.at_level("district", lon, lat)) == ["440113"] * 3 + [None]


def test_half_a_million_points_in_2025_grids_take_about_a_second() -> None:
    side = np.arange(45) * 0.01
    cells = [
        shapely.box(113 + i, 23 + j, 113 + i + 0.01, 23 + j + 0.01) for i in side for j in side
    ]
    cells = shapely.segmentize(cells, 0.0005)
    index = GridIndex([f"{n:04}" for n in range(len(cells))], cells, ["base"] * len(cells))
    x, y = np.random.default_rng(2).uniform([[112.99], [22.99]], [[113.46], [23.46]], (2, 500_000))
    start_s = process_time()
    owners = index.owner(x, y)
    assert process_time() - start_s < 4.0
    inside = (x >= 113) & (x <= 113.45) & (y >= 23) & (y <= 23.45)
    assert abs(np.count_nonzero(owners != NOWHERE) - np.count_nonzero(inside)) < 5


def test_threads_may_share_an_index() -> None:
    random = np.random.default_rng(6)
    stars = [
        shapely.Point(x, y).buffer(0.01, quad_segs=500)
        for x, y in random.uniform([113, 23], [113.1, 23.1], (300, 2))
    ]
    x, y = random.uniform([[113], [23]], [[113.1], [23.1]], (2, 4000))
    expected = Cover(np.array(stars)).first(x, y).tolist()
    fresh = Cover(np.array([shapely.Polygon(star.exterior) for star in stars]))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: fresh.first(x, y).tolist(), range(16)))
    assert answers == [expected] * 16
