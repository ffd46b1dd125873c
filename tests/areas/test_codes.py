"""Codes by template: made, read back, refused; and the order of numbering."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.areas.codes import BadTemplate, CodeOverflow, CodeTemplate, numbering_order

GRID = CodeTemplate("{area:12}{kind:1}{seq:3}")


def test_a_grid_code_is_its_community_kind_and_number() -> None:
    assert GRID.make(area="440113001001", kind=1, seq=7) == "4401130010011007"


@given(st.integers(0, 10**12 - 1), st.integers(0, 9), st.integers(0, 999))
def test_what_is_made_is_read_back(area: int, kind: int, seq: int) -> None:
    fields = GRID.read(GRID.make(area=area, kind=kind, seq=seq))
    assert fields is not None
    assert {name: int(value) for name, value in fields.items()} == {
        "area": area,
        "kind": kind,
        "seq": seq,
    }


@pytest.mark.parametrize("code", ["", "440113001001100", "44011300100110071", "44011300100110x7"])
def test_a_code_of_another_shape_is_not_read(code: str) -> None:
    assert GRID.read(code) is None


def test_text_between_fields_is_kept() -> None:
    template = CodeTemplate("WG-{area:9}.{seq:4}")
    assert template.make(area="440113001", seq=12) == "WG-440113001.0012"
    assert template.read("WG-440113001.0012") == {"area": "440113001", "seq": "0012"}
    assert template.read("WG-440113001x0012") is None


@pytest.mark.parametrize("seq", [1000, -1, "1a", "٣"])
def test_a_value_that_does_not_fit_is_refused(seq: int | str) -> None:
    with pytest.raises(CodeOverflow, match="seq"):
        GRID.make(area="440113001001", kind=1, seq=seq)


@pytest.mark.parametrize("text", ["", "WG", "{seq:0}", "{seq:3}{seq:3}", "{seq:3}{", "{seq}"])
def test_a_template_without_sense_is_refused(text: str) -> None:
    with pytest.raises(BadTemplate):
        CodeTemplate(text)


def test_numbering_goes_west_to_east_in_rows_from_north_to_south() -> None:
    # Two uneven rows: 1 2 3 above, 4 5 below, given in another order.
    lon = np.array([2.0, 0.0, 1.0, 0.5, 1.6])
    lat = np.array([9.9, 10.0, 10.3, 8.9, 9.1])
    order = numbering_order(lon, lat, np.full(5, 1.0))
    assert order.tolist() == [1, 2, 0, 3, 4]


def test_nothing_is_numbered_in_no_order() -> None:
    empty = np.empty(0)
    assert numbering_order(empty, empty, empty).size == 0
