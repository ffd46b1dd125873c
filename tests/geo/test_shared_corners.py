"""Neighbours come to have the same corners along their borders, and lie where they lay."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_gov.geo.shared_corners import share_corners
from gis_gov.geo.vertices import REACH_DEG, unshared_vertices

from .tilings import Polygons, tilings

LEFT = shapely.box(113.30, 23.10, 113.31, 23.12)
LOWER = shapely.box(113.31, 23.10, 113.32, 23.11)
UPPER = shapely.box(113.31, 23.11, 113.32, 23.12)


def corners(polygon: shapely.Geometry) -> set[tuple[float, float]]:
    return {(x, y) for x, y in shapely.get_coordinates(polygon).tolist()}


def unshared(polygons: Polygons) -> list[tuple[str, ...]]:
    codes = [f"{n}" for n in range(len(polygons))]
    return [fault.codes for fault in unshared_vertices(codes, polygons)]


def with_own_corners(polygons: Polygons, seed: int) -> Polygons:
    """Give half of the polygons corners of their own on their edges, rounded as files have them."""
    random = np.random.default_rng(seed)

    def cut(ring: np.ndarray) -> np.ndarray:
        share = random.uniform(0.2, 0.8, (len(ring) - 1, 1))
        middles = np.round(ring[:-1] + share * (ring[1:] - ring[:-1]), 8)
        is_cut = random.random(len(middles)) < 0.5
        return np.insert(ring, np.flatnonzero(is_cut) + 1, middles[is_cut], axis=0)

    made = []
    for polygon in polygons:
        if random.random() < 0.5:
            made.append(polygon)
            continue
        parts = [
            shapely.Polygon(
                cut(shapely.get_coordinates(part.exterior)),
                [cut(shapely.get_coordinates(hole)) for hole in part.interiors],
            )
            for part in shapely.get_parts(polygon)
        ]
        made.append(parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts))
    return np.array(made, dtype=object)


def moved_by(before: Polygons, after: Polygons) -> float:
    return float(shapely.hausdorff_distance(before, after).max())


def test_an_edge_takes_the_corners_that_lie_on_it() -> None:
    shared = share_corners([LEFT, LOWER, UPPER], np.array([True] * 3))
    assert shared.taken.tolist() == [1, 0, 0]
    assert corners(shared.polygons[0]) == corners(LEFT) | {(113.31, 23.11)}
    assert shared.polygons[0].equals(LEFT)
    assert shared.polygons[1] is LOWER
    assert shared.polygons[2] is UPPER
    assert unshared(np.array([LEFT, LOWER, UPPER])) == [("0", "1"), ("0", "2")]
    assert unshared(shared.polygons) == []


def test_what_was_there_takes_corners_of_what_is_new_alone() -> None:
    beside = shapely.box(113.29, 23.115, 113.30, 23.12)
    polygons = [LEFT, LOWER, UPPER, beside]
    assert share_corners(polygons, np.array([False] * 4)).taken.tolist() == [0, 0, 0, 0]
    is_new = np.array([False, True, False, False])
    shared = share_corners(polygons, is_new)
    assert corners(shared.polygons[0]) == corners(LEFT) | {(113.31, 23.11)}
    assert share_corners(polygons, ~is_new).taken.tolist() == [2, 0, 0, 0]
    assert shared.taken.tolist() == [1, 0, 0, 0]


def test_a_new_corner_next_to_another_becomes_that_and_what_was_there_stays() -> None:
    off = shapely.box(113.31 + 1e-8, 23.10, 113.32, 23.12)
    for polygons, is_new in (([LEFT, off], [False, True]), ([off, LEFT], [True, False])):
        shared = share_corners(polygons, np.array(is_new))
        told = dict(zip(is_new, shared.polygons, strict=True))
        assert told[False] is LEFT
        assert corners(told[True]) == corners(shapely.box(113.31, 23.10, 113.32, 23.12))
        assert shared.taken.sum() == 2
    apart = shapely.box(113.31 + 3e-8, 23.10, 113.32, 23.12)
    assert share_corners([LEFT, apart], np.array([True, True])).taken.tolist() == [0, 0]


def test_a_hole_and_each_part_take_corners() -> None:
    lake = shapely.box(113.302, 23.102, 113.304, 23.104)
    halves = [
        shapely.box(113.302, 23.102, 113.303, 23.104),
        shapely.box(113.303, 23.102, 113.304, 23.104),
    ]
    around = shapely.union_all([shapely.box(113.20, 23.10, 113.21, 23.12), LEFT.difference(lake)])
    shared = share_corners([around, *halves, LOWER], np.array([True] * 4))
    assert shared.polygons[0].equals(around)
    assert corners(shared.polygons[0]) == corners(around) | {
        (113.303, 23.102), (113.303, 23.104), (113.31, 23.11),
    }  # fmt: skip


def test_what_would_not_be_valid_stays() -> None:
    needle = shapely.Polygon([(113.31, 23.10), (113.31 + 1e-8, 23.10), (113.31, 23.11)])
    shared = share_corners([LEFT, needle], np.array([False, True]))
    assert shared.polygons[1] is needle
    assert shared.taken[1] == 0
    assert shapely.is_valid(shared.polygons).all()


def test_nothing_has_nothing_to_share() -> None:
    shared = share_corners([], np.array([], dtype=bool))
    assert (len(shared.polygons), len(shared.taken)) == (0, 0)


@settings(max_examples=40, deadline=None)
@given(tilings(), st.integers(0, 2**32 - 1))
def test_a_mesh_with_corners_of_one_side_has_them_on_both(polygons: Polygons, seed: int) -> None:
    mesh = with_own_corners(polygons, seed)
    if not shapely.is_valid(mesh).all():  # of a triangle that is as narrow as the rounding
        mesh = polygons
    shared = share_corners(mesh, np.ones(len(mesh), dtype=bool))
    assert shapely.is_valid(shared.polygons).all()
    assert moved_by(mesh, shared.polygons) <= 1.01 * REACH_DEG
    for before, after, taken in zip(mesh, shared.polygons, shared.taken, strict=True):
        assert (before is after) == (taken == 0)
    assert unshared(shared.polygons) == []
    again = share_corners(shared.polygons, np.ones(len(mesh), dtype=bool))
    assert again.taken.sum() == 0
