"""The nearest grid of points outside all, against a search along every edge on the ellipsoid."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gis_gov.geo.assign import GridIndex
from gis_gov.geo.cover import NOWHERE
from gis_gov.geo.measure import GEOD

from .tilings import Polygons, telling_points, tilings

Floats = NDArray[np.float64]


def along_every_edge_m(polygon: shapely.Geometry, lon: float, lat: float) -> float:
    """Minimise the geodesic distance over each edge, straight in degrees, by golden section."""
    shortest = np.inf
    for ring in shapely.get_rings(shapely.get_parts(polygon)):
        corners = shapely.get_coordinates(ring)
        start, step = corners[:-1], np.diff(corners, axis=0)

        def distance(share: Floats, start: Floats = start, step: Floats = step) -> Floats:
            foot = start + share[:, None] * step
            here = np.full(len(foot), lon), np.full(len(foot), lat)
            return np.asarray(GEOD.inv(*here, foot[:, 0], foot[:, 1])[2])

        low, high = np.zeros(len(start)), np.ones(len(start))
        for _ in range(60):
            third = (high - low) * 0.381966
            left, right = distance(low + third), distance(high - third)
            high = np.where(left <= right, high - third, high)
            low = np.where(left <= right, low, low + third)
        shortest = min(shortest, distance(low).min(), distance(high).min())
    return shortest


def index_of(polygons: Polygons) -> GridIndex:
    return GridIndex([f"{n:03}" for n in range(len(polygons))], polygons, ["base"] * len(polygons))


@settings(max_examples=10)
@given(
    tilings(),
    st.integers(0, 1000),
    st.sampled_from([(1.0, 0.01), (5.0, 0.02), (20.0, 0.2)]),
)
def test_nearest_is_right_on_the_ellipsoid(
    polygons: Polygons, seed: int, reach: tuple[float, float]
) -> None:
    spread, tolerance_m = reach
    middle = np.array([113.29, 23.10])
    x, y = (middle + spread * (telling_points(polygons, seed)[-6:] - middle)).T
    positions, lengths_m = index_of(polygons).nearest(x, y)
    outside = index_of(polygons).owner(x, y) == NOWHERE
    for lon, lat, position, length_m in zip(
        x[outside], y[outside], positions[outside], lengths_m[outside], strict=True
    ):
        each_m = [along_every_edge_m(polygon, lon, lat) for polygon in polygons]
        assert length_m == pytest.approx(min(each_m), abs=tolerance_m)
        assert each_m[position] == pytest.approx(min(each_m), abs=tolerance_m)


@settings(max_examples=20)
@given(tilings(), st.integers(0, 1000))
def test_points_within_are_their_owner_at_no_distance(polygons: Polygons, seed: int) -> None:
    x, y = telling_points(polygons, seed).T
    index = index_of(polygons)
    owners = index.owner(x, y)
    positions, lengths_m = index.nearest(x, y)
    inside = owners != NOWHERE
    np.testing.assert_array_equal(positions[inside], owners[inside])
    assert (lengths_m[inside] == 0).all()
    assert (positions != NOWHERE).all()
    far = shapely.distance(shapely.coverage_union_all(polygons), shapely.points(x, y)) > 1e-6
    assert (lengths_m[far] > 0.1).all()
    assert (lengths_m[~far] < 0.2).all()


def test_a_long_edge_far_from_its_ends() -> None:
    field = shapely.box(113.0, 23.0, 115.0, 24.0)
    _, length_m = index_of(np.array([field])).nearest([114.0], [24.01])
    assert length_m[0] == pytest.approx(along_every_edge_m(field, 114.0, 24.01), abs=0.01)


def test_of_two_at_a_shared_corner_the_lowest_code() -> None:
    left = shapely.box(113.30, 23.10, 113.31, 23.11)
    right = shapely.Polygon([(113.31, 23.10), (113.32, 23.10), (113.31, 23.11)])
    index = GridIndex(["b", "a"], np.array([left, right]), ["base", "base"])
    positions, _ = index.nearest([113.312], [23.12])
    assert index.codes_at(positions) == ["a"]


def test_inside_a_hole_the_rim_is_nearest() -> None:
    ring = shapely.box(113.30, 23.10, 113.34, 23.14).difference(
        shapely.box(113.31, 23.11, 113.33, 23.13)
    )
    far = shapely.box(113.36, 23.10, 113.37, 23.14)
    positions, length_m = index_of(np.array([far, ring])).nearest([113.311], [23.12])
    assert positions.tolist() == [1]
    assert length_m[0] == pytest.approx(GEOD.inv(113.311, 23.12, 113.31, 23.12)[2], abs=0.01)


def test_nothing_to_be_near_to() -> None:
    positions, length_m = GridIndex([], [], []).nearest([113.3], [23.1])
    assert positions.tolist() == [NOWHERE]
    assert np.isnan(length_m).all()
    positions, length_m = index_of(np.array([shapely.box(113, 23, 114, 24)])).nearest(
        [np.nan, 0.0], [23.1, 0.0]
    )
    assert positions.tolist() == [NOWHERE, 0]
    assert np.isnan(length_m[0])
    assert length_m[1] == pytest.approx(GEOD.inv(0, 0, 113, 23)[2], rel=0.02)


def test_of_two_far_grids_the_nearer_on_the_ellipsoid() -> None:
    # Mercator's plane stretches the north: there, the southern one seems nearer.
    lon, lat = 113.3, 40.0
    north_lat, south_lat = lat + 50_000 / 111_030, lat - 50_100 / 111_030
    north = shapely.box(lon - 0.01, north_lat, lon + 0.01, north_lat + 0.01)
    south = shapely.box(lon - 0.01, south_lat - 0.01, lon + 0.01, south_lat)
    north_m, south_m = along_every_edge_m(north, lon, lat), along_every_edge_m(south, lon, lat)
    assert 20 < south_m - north_m < 200
    positions, length_m = index_of(np.array([south, north])).nearest([lon], [lat])
    assert positions.tolist() == [1]
    assert length_m[0] == pytest.approx(north_m, abs=1.0)
