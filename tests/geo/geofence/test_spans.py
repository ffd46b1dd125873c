"""What is left of spans of time."""

from hypothesis import given
from hypothesis import strategies as st

from gis_gov.geo.geofence.spans import NO_SPANS, merged, without

hours = st.integers(0, 24).map(float)
spans = st.lists(st.tuples(hours, hours).map(sorted).map(tuple), max_size=5)


def holds(rows: list[tuple[float, float]], moment: float) -> bool:
    return any(begin <= moment < end for begin, end in rows)


@given(spans, spans)
def test_a_moment_is_left_if_it_is_in_spans_and_in_no_hole(
    given_spans: list[tuple[float, float]], holes: list[tuple[float, float]]
) -> None:
    left = without(merged(given_spans), holes).tolist()
    for half in range(50):
        moment = half / 2
        # A hole without length takes nothing away.
        expected = holds(given_spans, moment) and not holds(holes, moment)
        assert holds([tuple(row) for row in left], moment) == expected, moment


def test_nothing_is_left_of_nothing() -> None:
    assert len(without(NO_SPANS, [(0, 1)])) == 0
    assert without(merged([(0, 2)]), []).tolist() == [[0, 2]]
