"""How shapes lie to each other: shapely, and the geodesic of pyproj, say the same."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from gis_gov.ogc.crs import SUPPORTED, frame_of
from tests.cql.conftest import Things
from tests.geo.test_surroundings import SHAPES, searched_m

LON, LAT = 113.3, 22.9
GEOD = Geod(a=6378137.0, rf=298.257222101)

# On a coarse mesh shapes share edges and corners all the time.
steps = st.integers(0, 4)
places = st.tuples(steps, steps)
RELATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "s_intersects": shapely.intersects,
    "s_disjoint": shapely.disjoint,
    "s_within": shapely.within,
    "s_contains": shapely.contains,
    "s_touches": shapely.touches,
    "s_crosses": shapely.crosses,
    "s_overlaps": shapely.overlaps,
    "s_equals": shapely.equals,
}


def on_earth(geometry: BaseGeometry) -> BaseGeometry:
    return shapely.transform(geometry, lambda at: at * 0.25 + (113, 22))


def boxed(corners: tuple[tuple[int, int], tuple[int, int]]) -> BaseGeometry:
    (a, b), (c, d) = corners
    return shapely.box(min(a, c), min(b, d), max(a, c) + 1, max(b, d) + 1)


boxes = st.tuples(places, places).map(boxed)
holed = boxes.map(lambda box: box.difference(box.buffer(-0.4, join_style="mitre")))
lines = st.lists(places, min_size=2, max_size=4, unique=True).map(shapely.LineString)


def is_on_mesh(parts: Sequence[BaseGeometry]) -> bool:
    """Say whether lines cross each other where doubles are exact: else what decides is rounding."""
    ends = shapely.get_coordinates(shapely.union_all(parts)) * 64
    return bool((ends == np.round(ends)).all())


# Of several parts, maybe, that are apart, touch, or have grown together.
several = st.one_of(
    *(st.lists(each, min_size=2, max_size=3) for each in (boxes, holed)),
    st.lists(lines, min_size=2, max_size=3).filter(is_on_mesh),
)
shapes = st.one_of(
    places.map(shapely.Point),
    lines,
    boxes,
    holed,
    several.map(shapely.union_all),
    st.lists(places, min_size=1, max_size=3, unique=True).map(shapely.MultiPoint),
).map(on_earth)
unhurried = settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@unhurried
@pytest.mark.parametrize("op", RELATIONS)
@given(st.lists(shapes, min_size=1, max_size=4), shapes)
def test_relations(things: Things, op: str, mine: list[BaseGeometry], other: BaseGeometry) -> None:
    assume(all(map(shapely.is_valid, [*mine, other])))
    things.put(*({"wkt": each.wkt} for each in mine))
    for flip in (False, True):
        args: list[Any] = [{"property": "geometry"}, mapping(other)]
        pairs = [(each, other) for each in mine]
        if flip:
            args.reverse()
            pairs = [(other, each) for each in mine]
        expected = [place for place, pair in enumerate(pairs, start=1) if RELATIONS[op](*pair)]
        assert things.find({"op": op, "args": args}) == expected


@unhurried
@given(
    st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3)), min_size=1, max_size=6),
    st.floats(0, 100_000),
    st.sampled_from([22.9, 0.0, 53.5, -40.0, 78.0]),
)
def test_a_distance_is_geodesic(
    things: Things, offsets: list[tuple[float, float]], distance_m: float, lat: float
) -> None:
    points = [(LON + east, lat + north) for east, north in offsets]
    lengths = [GEOD.inv(LON, lat, *point)[2] for point in points]
    assume(all(abs(length - distance_m) > 0.01 for length in lengths))
    things.put(*({"wkt": shapely.Point(point).wkt} for point in points))
    tree = {
        "op": "s_dwithin",
        "args": [
            {"property": "geometry"},
            {"type": "Point", "coordinates": [LON, lat]},
            distance_m,
        ],
    }
    expected = [place for place, length in enumerate(lengths, start=1) if length <= distance_m]
    assert things.find(tree) == expected


@unhurried
@given(
    st.lists(st.sampled_from(sorted(SHAPES)), min_size=1, max_size=4),
    st.integers(0, 2**32 - 1),
    st.sampled_from([4_000.0, 30_000.0, 100_000.0]),
    st.sampled_from([LAT, 0.0, 53.5]),
)
def test_a_distance_to_a_shape_is_that_of_a_search(
    things: Things, names: list[str], seed: int, most_m: float, lat: float
) -> None:
    """From in a polygon it is nothing, from in its hole it is not; as far as is declared."""
    random = np.random.default_rng(seed)
    away = random.uniform((-0.02, -0.03), (0.07, 0.04)) * most_m / 4_000
    lon, south = np.add(away, (LON, lat)).tolist()
    mine = [shapely.transform(SHAPES[name], lambda at: np.add(at, (LON, lat))) for name in names]
    lengths = [searched_m(each, lon, south) for each in mine]
    # Near what is asked for, or anywhere up to the most.
    distance_m = float(random.choice([*lengths, most_m])) * float(random.uniform(0.98, 1.02))
    distance_m = min(distance_m, most_m)
    assume(not any(is_near(length, distance_m) for length in lengths))
    things.put(*({"wkt": each.wkt} for each in mine))
    args: list[Any] = [
        {"property": "geometry"},
        {"type": "Point", "coordinates": [lon, south]},
        distance_m,
    ]
    expected = [place for place, length in enumerate(lengths, start=1) if length <= distance_m]
    assert things.find({"op": "s_dwithin", "args": args}) == expected
    args[:2] = reversed(args[:2])
    assert things.find({"op": "s_dwithin", "args": args}) == expected


def is_near(length: float, distance_m: float) -> bool:
    """Say whether rounding, or which places were taken for the nearest, decides."""
    return abs(length - distance_m) < 0.01 + length * 2e-6 and length > 0


@pytest.mark.parametrize("uri", SUPPORTED)
def test_a_filter_s_coordinates_are_in_its_crs(things: Things, uri: str) -> None:
    """As the authority orders its axes; where the CRS is for, and where it has no distortion."""
    crs = CRS.from_user_input(uri)
    area = crs.area_of_use
    assert area
    lon, lat = (LON, LAT) if area.east - area.west > 7 else ((area.west + area.east) / 2, 35.0)
    near, far = shapely.Point(lon + 1e-4, lat + 1e-4), shapely.Point(lon + 0.02, lat)
    things.put({"wkt": near.wkt}, {"wkt": far.wkt})
    source = 4326 if crs.to_epsg() == 3857 else crs.geodetic_crs  # its own datum: nothing is moved
    there = Transformer.from_crs(source, crs, always_xy=True).transform
    box = shapely.box(lon - 1e-3, lat - 1e-3, lon + 1e-3, lat + 1e-3)
    told = shapely.transform(shape(box), lambda at: np.array([there(*each) for each in at]))
    if crs.axis_info[0].direction == "north":
        told = shapely.transform(told, lambda at: at[:, ::-1])
    frame = frame_of(uri, "filter-crs")
    tree = {"op": "s_intersects", "args": [{"property": "geometry"}, mapping(told)]}
    assert things.find(tree, frame) == [1]
