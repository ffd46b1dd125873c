"""Shapes in a declared CRS: what is straight there stays so, and what is nowhere is refused."""

import json
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from gis_gov.geo.datum import Datum
from gis_gov.geo.declared import ShapeError, in_degrees, read_shapes
from gis_gov.geo.measure import distance_m

PLANE = Transformer.from_crs(4490, 4549, always_xy=True)
POINT = {"type": "Point", "coordinates": [113.3, 22.9]}
ENDS = st.tuples(st.floats(119, 121), st.floats(22, 31))


@given(ENDS, ENDS, st.floats(0, 1))
def test_an_edge_that_is_straight_in_a_projection_stays_where_it_was(
    start: tuple[float, float], end: tuple[float, float], share: float
) -> None:
    line = shapely.LineString([PLANE.transform(*start), PLANE.transform(*end)])
    x, y = line.interpolate(share, normalized=True).coords[0]
    lon, lat = PLANE.transform(x, y, direction="INVERSE")
    made = in_degrees(line, Datum.parse("EPSG:4549"))
    foot = made.interpolate(made.project(shapely.Point(lon, lat))).coords[0]
    away_m = distance_m(np.array([lon]), np.array([lat]), np.array([foot[0]]), np.array([foot[1]]))
    assert away_m[0] < 0.5  # a piece of 500 m, or a 5000th of the edge, is as good as straight


def test_degrees_stay_as_they_are() -> None:
    shape = shapely.box(113, 22, 120, 30)
    assert in_degrees(shape, Datum.parse("EPSG:4490")).equals_exact(shape)


@pytest.mark.parametrize("side", [-9_000, 9_000])
def test_a_hole_that_touches_an_edge_does_so_when_that_is_bent(side: float) -> None:
    x, y = PLANE.transform(120, 23)
    square = shapely.box(x - 9_000, y - 9_000, x + 9_000, y + 9_000)
    hole = [(x + 170, y + side), (x - 900, y), (x + 900, y)]
    holed = shapely.Polygon(square.exterior, [hole])
    made = in_degrees(holed, Datum.parse("EPSG:4549"))
    assert holed.is_valid
    assert made.is_valid
    for dx, dy in ((0, 0.1), (0.5, 0.5), (-0.9, -0.9), (0, 1.1)):
        place = (x + dx * 9_000, y + dy * side)
        there = shapely.Point(PLANE.transform(*place, direction="INVERSE"))
        assert made.covers(there) == holed.covers(shapely.Point(place))


def stating(name: str) -> bytes:
    return json.dumps({**POINT, "crs": {"type": "name", "properties": {"name": name}}}).encode()


def test_the_datum_is_the_declared_or_the_stated_one_or_crs84() -> None:
    plane = Datum.parse("EPSG:4549")
    assert read_shapes(json.dumps(POINT).encode(), None)[1] == Datum.parse("wgs84")
    assert read_shapes(json.dumps(POINT).encode(), plane)[1] == plane
    assert read_shapes(stating("EPSG:4549"), None)[1] == plane
    assert read_shapes(stating("EPSG:4549"), plane)[1] == plane


@pytest.mark.parametrize(
    ("body", "datum", "said"),
    [
        (stating("EPSG:4549"), Datum.parse("EPSG:4490"), "states EPSG:4549"),
        (stating("gcj02"), None, "not taken"),
        (stating("EPSG:1"), None, "EPSG:1"),
        (b"[1]", None, "object"),
    ],
)
def test_other_documents_are_refused(body: bytes, datum: Datum | None, said: str) -> None:
    with pytest.raises(ShapeError, match=said):
        read_shapes(body, datum)


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Point(1e300, 1),
        shapely.LineString([(1e300, 1), (-1e300, 7e299)]),
        shapely.Polygon([(1e300, 1), (-1e300, 7e299), (3, -1e300)]),
        shapely.Polygon([(1e9, 1), (-1e9, 7e9), (3, -1e9)]),
    ],
)
def test_where_a_datum_does_not_reach(shape: Any) -> None:
    with pytest.raises(ShapeError, match="reach"):
        in_degrees(shape, Datum.parse("EPSG:4549"))
