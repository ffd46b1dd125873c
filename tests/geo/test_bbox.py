"""Boxes read from text, what is wrong with those refused, and what two have in common."""

import itertools
from dataclasses import astuple

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.bbox import BBox, parse_bbox


@given(
    st.tuples(st.floats(-180, 180), st.floats(-180, 180)).map(sorted),
    st.tuples(st.floats(-90, 90), st.floats(-90, 90)).map(sorted),
)
def test_what_is_written_is_read(lon: list[float], lat: list[float]) -> None:
    box = parse_bbox(f"{lon[0]!r},{lat[0]!r},{lon[1]!r},{lat[1]!r}")
    assert box == BBox(lon[0], lat[0], lon[1], lat[1])
    assert box.contains(lon[0], lat[1])


BOXES = st.tuples(
    st.tuples(st.integers(0, 6), st.integers(0, 6)).map(sorted),
    st.tuples(st.integers(0, 6), st.integers(0, 6)).map(sorted),
).map(lambda sides: BBox(sides[0][0], sides[1][0], sides[0][1], sides[1][1]))


def drawn(box: BBox) -> BaseGeometry:
    """A polygon, or a line or point where the box has no width."""
    corners = itertools.product((box.west, box.east), (box.south, box.north))
    return shapely.MultiPoint(list(corners)).convex_hull


@given(BOXES, BOXES)
def test_what_two_boxes_have_in_common_is_what_shapely_finds(one: BBox, other: BBox) -> None:
    found = drawn(one).intersection(drawn(other))
    common = one.common(other)
    assert (common is None) == found.is_empty
    if common is not None:
        assert astuple(common) == found.bounds
        assert common == other.common(one)


def test_edges_belong_to_the_box() -> None:
    box = parse_bbox(" 113.2, 22.8, 113.6, 23.1 ")
    assert box.contains(113.2, 22.8)
    assert box.contains(113.6, 23.1)
    assert not box.contains(113.6000001, 23.1)
    assert not box.contains(113.4, 22.7999999)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "needs 4 numbers"),
        ("113,22,114", "has 3"),
        ("113,22,114,23,1", "has 5"),
        ("113,22,114,x", "needs numbers with commas between"),
        ("113,22,114,", "needs numbers with commas between"),
        ("113,22,nan,23", "finite"),
        ("113,22,inf,23", "finite"),
        ("113,22,181,23", "longitudes"),
        ("22,113,23,114", "swapped"),
        ("114,22,113,23", "the order is west,south,east,north"),
        ("113,23,114,22", "the order is west,south,east,north"),
    ],
)
def test_refusals_say_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_bbox(text)
