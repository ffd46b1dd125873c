"""Lines and polygons of a filter are straight in the CRS of metres that they are told in.

What is expected is found in that plane: shapely relates the shape to squares that lie there, and
pyproj alone brings them to degrees.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer
from shapely.geometry import LineString, MultiPolygon, Polygon, mapping
from shapely.geometry.base import BaseGeometry

from gis_gov.cql.compiler import VERTICES_OF_ALL_MAX
from gis_gov.cql.problems import InvalidFilter
from gis_gov.cql.shapes import VERTICES_MAX
from gis_gov.ogc.crs import SUPPORTED, frame_of
from tests.cql.conftest import Things
from tests.geo.stars import star
from tests.geo.test_surroundings import edges_of, searched_m

METRIC = [uri for uri in SUPPORTED if CRS.from_user_input(uri).is_projected]
MERCATOR, ZONE = METRIC[0], "http://www.opengis.net/def/crs/EPSG/0/4547"
LAT = 23.0
HALF_M, HAIR_M = 0.3, 0.1
"""Half the side of a square; and how near to an edge it may be taken for either way."""
RELATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "s_intersects": shapely.intersects,
    "s_within": shapely.within,
    "s_disjoint": shapely.disjoint,
}
unhurried = settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class Plane:
    """A CRS of metres, easting first, around a place that it is made for."""

    def __init__(self, uri: str, lat: float = LAT) -> None:
        self.crs = CRS.from_user_input(uri)
        area = self.crs.area_of_use
        assert area
        lon = 113.3 if area.east - area.west > 7 else (area.west + area.east) / 2
        # Its own datum: nothing is moved.
        source: Any = 4326 if self.crs.to_epsg() == 3857 else self.crs.geodetic_crs
        self._there = Transformer.from_crs(source, self.crs, always_xy=True)
        self.middle = np.array(self._there.transform(lon, lat))

    def degrees(self, shape: BaseGeometry) -> BaseGeometry:
        """Bring each vertex to degrees, and nothing but the vertices."""

        def back(at: np.ndarray) -> np.ndarray:
            return np.column_stack(self._there.transform(*at.T, direction="INVERSE"))

        return shapely.transform(shape, back)

    def told(self, shape: BaseGeometry) -> BaseGeometry:
        """Order the axes as the authority does."""
        if self.crs.axis_info[0].direction != "north":
            return shape
        return shapely.transform(shape, lambda at: at[:, ::-1])

    def some_shape(self, random: np.random.Generator, form: str, side_m: float) -> BaseGeometry:
        west, south = self.middle - side_m / 2
        if form == "polygon":
            corners = int(random.integers(3, 10))
            found = star(random, corners, west, south, side_m)
            return self.triangle(side_m) if found.is_empty else found
        if form == "line":
            ends = random.uniform((west, south), (west + side_m, south + side_m), (4, 2))
            return LineString(ends)
        return self.triangle(side_m)

    def triangle(self, side_m: float) -> Polygon:
        """Draw one with a level edge, an upright one and one that is neither."""
        west, south = self.middle - side_m / 2
        return Polygon([(west, south), (west + side_m, south), (west + side_m, south + side_m)])


def beside(
    random: np.random.Generator, shape: BaseGeometry, least_m: float, most_m: float
) -> np.ndarray:
    """Pick places to both sides of the edges, off their middle third, and some on them."""
    edges = random.permutation(edges_of(shape))[:12]
    share = random.uniform(1 / 3, 2 / 3, (len(edges), 1))
    along = edges[:, 1] - edges[:, 0]
    feet = edges[:, 0] + share * along
    across = along[:, ::-1] * (1, -1) / np.hypot(*along.T)[:, None]
    away_m = random.uniform(least_m, most_m, (len(edges), 1))
    return np.concatenate([feet, feet + away_m * across, feet - away_m * across])


def squares(places: np.ndarray) -> list[Polygon]:
    return [shapely.box(x - HALF_M, y - HALF_M, x + HALF_M, y + HALF_M) for x, y in places]


def is_clear(op: str, square: Polygon, shape: BaseGeometry) -> bool:
    """Say whether a hair does not decide."""
    holds = {bool(RELATIONS[op](square.buffer(by), shape)) for by in (-HAIR_M, 0, HAIR_M)}
    return len(holds) == 1


@unhurried
@example(uri=ZONE, seed=0, form="triangle", side_m=50_000, lat=LAT)
@example(uri=MERCATOR, seed=0, form="triangle", side_m=50_000, lat=LAT)
@given(
    uri=st.sampled_from(METRIC),
    seed=st.integers(0, 2**32 - 1),
    form=st.sampled_from(["polygon", "line", "triangle"]),
    side_m=st.floats(20_000, 60_000),
    lat=st.floats(18, 52),
)
def test_edges_are_straight_where_they_are_told(
    things: Things, uri: str, seed: int, form: str, side_m: float, lat: float
) -> None:
    """As GeoJSON and as text, holes included; a level edge of 50 km bends by 20 m in degrees."""
    random = np.random.default_rng(seed)
    plane = Plane(uri, lat)
    shape = plane.some_shape(random, form, side_m)
    drawn = squares(beside(random, shape, 1, 5))
    told, frame = plane.told(shape), frame_of(uri, "filter-crs")
    for op, relates in RELATIONS.items():
        clear = [each for each in drawn if is_clear(op, each, shape)]
        things.put(*({"wkt": plane.degrees(each).wkt} for each in clear))
        expected = [n for n, each in enumerate(clear, start=1) if relates(each, shape)]
        tree = {"op": op, "args": [{"property": "geometry"}, mapping(told)]}
        assert things.find(tree, frame) == expected, op
        assert things.find(f"{op}(geometry, {told.wkt})", frame) == expected, op
        assert len(clear) >= len(drawn) / 2


@settings(unhurried, max_examples=15)
@example(uri=ZONE, seed=0, form="triangle", side_m=50_000)
@given(
    uri=st.sampled_from(METRIC),
    seed=st.integers(0, 2**32 - 1),
    form=st.sampled_from(["line", "triangle"]),
    side_m=st.floats(20_000, 60_000),
)
def test_distances_are_to_edges_that_are_straight_there(
    things: Things, uri: str, seed: int, form: str, side_m: float
) -> None:
    """Against a search by pyproj along edges that are cut every kilometre."""
    random, limit_m = np.random.default_rng(seed), 100.0
    plane, frame = Plane(uri), frame_of(uri, "filter-crs")
    shape = plane.some_shape(random, form, side_m)
    bent = plane.degrees(shapely.segmentize(shape, 1_000))
    places = random.permutation(beside(random, shape, 80, 130))[:8]
    points = [plane.degrees(shapely.Point(place)) for place in places]
    away_m = [searched_m(bent, *point.centroid.coords[0]) for point in points]
    clear = [
        (point, metres)
        for point, metres in zip(points, away_m, strict=True)
        if abs(metres - limit_m) > HAIR_M
    ]
    things.put(*({"wkt": point.wkt} for point, _ in clear))
    text = f"S_DWITHIN(geometry, {plane.told(shape).wkt}, {limit_m})"
    expected = [n for n, (_, metres) in enumerate(clear, start=1) if metres <= limit_m]
    assert things.find(text, frame) == expected


@pytest.mark.parametrize("uri", METRIC)
def test_each_crs_of_metres(things: Things, uri: str) -> None:
    """By its corners alone a triangle of 40 km would hold both squares in each, or neither."""
    plane, frame = Plane(uri), frame_of(uri, "filter-crs")
    told = plane.told(plane.triangle(40_000))
    across = np.array([1, -1])
    drawn = squares(np.array([plane.middle + 1.5 * across, plane.middle - 1.5 * across]))
    things.put(*({"wkt": plane.degrees(each).wkt} for each in drawn))
    tree = {"op": "s_intersects", "args": [{"property": "geometry"}, mapping(told)]}
    assert things.find(tree, frame) == [1]
    assert things.find(f"S_WITHIN(geometry, {told.wkt})", frame) == [1]


def test_what_touches_an_edge_may_still_do_so_when_that_bends(things: Things) -> None:
    """A hole, or another part, with a corner somewhere on an edge is valid in the plane."""
    plane = Plane(ZONE)
    x, y = plane.middle
    square = shapely.box(x - 9_000, y - 9_000, x + 9_000, y + 9_000)
    for side in (-9_000, 9_000):
        corner = (x + 170, y + side)  # where no piece of the edge ends
        hole = [corner, (x - 900, y), (x + 900, y)]
        roof = Polygon([corner, (x - 900, y + 2 * side), (x + 900, y + 2 * side)])
        holed = Polygon(square.exterior, [hole])
        places = [(x, y + side / 9), (x + 5_000, y), (x, y + 1.8 * side)]
        things.put(*({"wkt": plane.degrees(shapely.Point(at)).wkt} for at in places))
        for shape in (holed, MultiPolygon([holed, roof])):
            assert shape.is_valid
            text = f"S_INTERSECTS(geometry, {plane.told(shape).wkt})"
            found = things.find(text, frame_of(ZONE, "filter-crs"))
            assert found == [n for n, at in enumerate(places, 1) if shape.covers(shapely.Point(at))]


FAR = "S_INTERSECTS(geometry, LINESTRING({0} -9e6, {0} 9e6))"


@pytest.mark.parametrize(
    ("uri", "filter_", "fault"),
    [
        (ZONE, "S_INTERSECTS(geometry, POLYGON((1 1e9, 7e9 -1e9, -1e9 3, 1 1e9)))", "not reach"),
        (ZONE, "S_INTERSECTS(geometry, LINESTRING(1e300 1, -1e300 7e299))", "not reach"),
        (MERCATOR, "S_INTERSECTS(geometry, LINESTRING(1e300 1, -1e300 7e299))", "not reach"),
        (MERCATOR, "S_INTERSECTS(geometry, POLYGON((0 0, 9 9, 9 0, 0 9, 0 0)))", "is not valid"),
        (MERCATOR, " OR ".join(FAR.format(n) for n in range(12)), f"than {VERTICES_OF_ALL_MAX}"),
        (
            MERCATOR,
            {
                "op": "s_intersects",
                "args": [
                    {"property": "geometry"},
                    {
                        "type": "LineString",
                        "coordinates": [[n, n] for n in range(VERTICES_MAX + 1)],
                    },
                ],
            },
            f"more than {VERTICES_MAX} vertices",
        ),
    ],
    ids=["far off", "farther", "far in Mercator", "crossing itself", "too long", "too many"],
)
def test_what_has_no_place_or_too_many_vertices_is_told(
    things: Things, uri: str, filter_: Any, fault: str
) -> None:
    with pytest.raises(InvalidFilter) as caught:
        things.find(filter_, frame_of(uri, "filter-crs"))
    assert fault in caught.value.fault


def test_as_many_vertices_as_are_taken_are_cut_further(things: Things) -> None:
    """It is counted what is sent: pieces of edges come on top."""
    plane = Plane(ZONE)
    steps = np.linspace(-30_000, 30_000, VERTICES_MAX)
    zigzag = LineString(plane.middle + np.column_stack([steps, np.arange(VERTICES_MAX) % 2 * 600]))
    tree = {
        "op": "s_intersects",
        "args": [{"property": "geometry"}, mapping(plane.told(zigzag))],
    }
    things.put({"wkt": plane.degrees(shapely.Point(zigzag.coords[VERTICES_MAX // 2])).wkt})
    assert things.find(tree, frame_of(ZONE, "filter-crs")) == [1]
