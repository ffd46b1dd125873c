"""Tables written of pieces: the same bytes as one by one, whatever names and figures are."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gis_gov.statistics.columns import WITHHELD, Column
from gis_gov.statistics.queries import Unit
from gis_gov.statistics.row_pieces import RowPieces
from gis_gov.statistics.service import table_json, table_of

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('%\0"\\d'), max_size=9)
MEASURES = ["persons", "events", "households", "area_m2"]
FIGURES: dict[str, st.SearchStrategy[Any]] = {
    "persons": st.integers(0, 9) | st.just(WITHHELD),
    "events": st.integers(0, 2**40),
    "households": st.none() | st.integers(0, 9),
    "area_m2": st.floats(0, 1e9).map(lambda value: round(value, 1)),
}


@st.composite
def columns(draw: st.DrawFn, measure: str, ids: list[int | None]) -> Column:
    by_unit = draw(st.dictionaries(st.sampled_from(ids), FIGURES[measure]))
    total = draw(FIGURES[measure])
    nothing = None if measure == "households" else 0
    return Column(measure, by_unit, nothing, total, WITHHELD in (total, *by_unit.values()))


@given(st.data())
def test_they_are_the_same_bytes(data: st.DataObject) -> None:
    names = data.draw(st.lists(st.tuples(TEXT, TEXT), max_size=6))
    units = [Unit(number, *each, True) for number, each in enumerate(names)]
    ids: list[int | None] = [None, *(unit.id for unit in units)]
    order = data.draw(st.permutations(MEASURES))
    told = {measure: data.draw(columns(measure, ids)) for measure in order}
    common = [told[measure] for measure in order if measure != "events"]
    pieces = RowPieces(units, common, order)
    shown = [unit for unit in units if data.draw(st.booleans())]
    k = data.draw(st.none() | st.integers(1, 20))
    wanted = table_json(table_of(shown, [*told.values()], AT), k)
    assert pieces.table(shown, [*told.values()], AT, k) == wanted
