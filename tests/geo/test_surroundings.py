"""Distances to points, lines and polygons, against a search along every edge by pyproj."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.surroundings import EDGES_MAX, Surroundings, UnfitShape

GEOD = Geod(ellps="GRS80")
HOLED = Polygon(
    [(0, 0), (0.02, 0), (0.02, 0.02), (0, 0.02)], [[(0.005, 0.005), (0.015, 0.004), (0.01, 0.015)]]
)
SHAPES: dict[str, BaseGeometry] = {
    "point": Point(0.003, 0.004),
    "points": MultiPoint([(0, 0), (0.01, 0.012)]),
    "road": LineString([(0, 0), (0.02, 0.013), (0.05, -0.01)]),
    "roads": MultiLineString([[(0, 0), (0.01, 0)], [(0, 0.01), (0.01, 0.011)]]),
    "hole": HOLED,
    "island in the hole": MultiPolygon([HOLED, Point(0.0102, 0.0075).buffer(0.001)]),
    "sliver": Polygon([(0, 0), (0.03, 0.02), (0.03, 0.020001)]),
}


def edges_of(shape: BaseGeometry) -> np.ndarray:
    """Return the ends of all edges, n by 2 by 2; a point is an edge without length."""
    found = []
    for part in shapely.get_parts(shape):
        for line in shapely.get_rings(part) if part.geom_type == "Polygon" else [part]:
            corners = shapely.get_coordinates(line)
            ends = corners[1:] if len(corners) > 1 else corners
            found.append(np.stack([corners[: len(ends)], ends], axis=1))
    return np.concatenate(found)


def searched_m(shape: BaseGeometry, lon: float, lat: float) -> float:
    """Search every edge for the place nearest to a point, in ever smaller steps."""
    if shape.geom_type.endswith("Polygon") and shape.covers(Point(lon, lat)):
        return 0.0
    start, end = edges_of(shape).transpose(1, 0, 2)
    low, high = np.zeros(len(start)), np.ones(len(start))
    length_m = np.empty(0)
    for _ in range(5):
        share = low[:, None] + np.linspace(0, 1, 31) * (high - low)[:, None]
        places = start[:, None] + share[..., None] * (end - start)[:, None]
        x, y = places.reshape(-1, 2).T
        length_m = GEOD.inv(x, y, np.full(x.size, lon), np.full(x.size, lat))[2]
        length_m = np.reshape(length_m, share.shape)
        best, step = length_m.argmin(axis=1), (high - low) / 30
        middle = share[np.arange(len(share)), best]
        low, high = np.maximum(middle - step, 0), np.minimum(middle + step, 1)
    return float(length_m.min())


@settings(max_examples=40)
@given(
    st.sampled_from(sorted(SHAPES)),
    st.floats(-178.9, 178.8),
    st.floats(-79.9, 79.8),
    st.integers(0, 10_000),
)
def test_distances_are_those_of_a_search(name: str, west: float, south: float, seed: int) -> None:
    shape = shapely.transform(SHAPES[name], lambda xy: xy + np.array([west, south]))
    random = np.random.default_rng(seed)
    corners = shapely.get_coordinates(shape)
    lon, lat = np.concatenate(
        [
            random.uniform((west - 0.02, south - 0.02), (west + 0.05, south + 0.04), (5, 2)),
            corners[random.integers(0, len(corners), 2)],
        ]
    ).T.copy()
    told = Surroundings(shape).distance_m(lon, lat)
    expected = [searched_m(shape, x, y) for x, y in zip(lon, lat, strict=True)]
    assert told == pytest.approx(expected, abs=0.002)
    for radius_m in (0.0, 10.0, 700.0, 5_000.0):
        assert Surroundings(shape).may_reach(lon, lat, radius_m)[told <= radius_m].all()


@given(st.sampled_from(sorted(SHAPES)), st.floats(0, 2000), st.floats(-79.9, 79.8))
def test_the_box_holds_what_is_near(name: str, radius_m: float, south: float) -> None:
    shape = shapely.transform(SHAPES[name], lambda xy: xy + np.array([113.3, south]))
    around = Surroundings(shape).box(radius_m)
    x, y = shapely.get_coordinates(shape).T
    for bearing in range(0, 360, 15):
        lon, lat, _ = GEOD.fwd(x, y, np.full(x.size, bearing), np.full(x.size, radius_m))
        inside = [around.contains(*place) for place in zip(lon, lat, strict=True)]
        assert all(inside)


def test_the_bearing_is_from_the_nearest_place() -> None:
    road = Surroundings(LineString([(113.3, 23), (113.4, 23)]))
    lon, lat = np.array([113.35, 113.35, 113.35, 113.41]), np.array([23.01, 22.99, 23.0, 23.0])
    bearings = road.bearing_deg(lon, lat)
    assert bearings[[0, 1, 3]] == pytest.approx([0, 180, 90], abs=0.02)
    assert np.isnan(bearings[2])


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (Polygon(), "empty"),
        (Polygon([(0, 0), (0.01, 0.01), (0.01, 0), (0, 0.01)]), "not valid: Self-intersection"),
        (shapely.GeometryCollection([Point(1, 1)]), "a GeometryCollection is not taken"),
        (Point(179.5, 10), "antimeridian"),
        (LineString([(170, 0), (-179.9, 0)]), "antimeridian"),
        (Point(23.1, 113.3), "swapped"),
        (Point(np.nan, 1), "swapped|empty"),
        (LineString([(0, 0), (EDGES_MAX * 0.001 + 1, 0)]), "too long"),
    ],
)
def test_shapes_to_which_no_distance_is_told(shape: BaseGeometry, said: str) -> None:
    with pytest.raises(UnfitShape, match=said):
        Surroundings(shape)


def test_nothing_is_measured_to_nothing() -> None:
    for shape in SHAPES.values():
        assert Surroundings(shape).distance_m(np.empty(0), np.empty(0)).shape == (0,)
        assert Surroundings(shape).bearing_deg(np.empty(0), np.empty(0)).shape == (0,)
