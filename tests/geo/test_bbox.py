"""Boxes read from text, and what is wrong with those refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.geo.bbox import BBox, parse_bbox


@given(
    st.tuples(st.floats(-180, 180), st.floats(-180, 180)).map(sorted),
    st.tuples(st.floats(-90, 90), st.floats(-90, 90)).map(sorted),
)
def test_what_is_written_is_read(lon: list[float], lat: list[float]) -> None:
    box = parse_bbox(f"{lon[0]!r},{lat[0]!r},{lon[1]!r},{lat[1]!r}")
    assert box == BBox(lon[0], lat[0], lon[1], lat[1])
    assert box.contains(lon[0], lat[1])


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
