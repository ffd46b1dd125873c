"""What filters find, on a real database, against what plain Python says."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import cql2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis_gov.cql.problems import InvalidFilter
from tests.cql.conftest import Things
from tests.cql.test_text import texts

ROWS: list[dict[str, Any]] = [
    {"name": "学院路12号", "n": 1, "x": 0.5, "ok": True, "tags": ["a", "b"]},
    {"name": "Café", "n": 2, "x": -2.0, "ok": False, "tags": ["b"]},
    {"name": "cafe", "n": 0, "x": 1e6, "ok": None, "tags": []},
    {"name": "50% _ of\\it's", "n": -3},
    {},
]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("TRUE", [1, 2, 3, 4, 5]),
        ("FALSE", []),
        ("name = '学院路12号'", [1]),
        ("name <> '学院路12号'", [2, 3, 4]),
        ("NOT name = '学院路12号'", [2, 3, 4]),
        ("name IS NULL", [5]),
        ("name IS NOT NULL AND n >= 0", [1, 2, 3]),
        ("n IN (1, 2) OR ok IS NULL", [1, 2, 3, 4, 5]),
        ("n NOT IN (1, 2)", [3, 4]),
        ("n BETWEEN 0 AND 1", [1, 3]),
        ("n NOT BETWEEN 0 AND 1", [2, 4]),
        ("ok", [1]),
        ("NOT ok", [2]),
        ("ok = FALSE", [2]),
        ("name LIKE '%路%'", [1]),
        ("name LIKE '__fe'", [3]),
        ("name LIKE '50\\% \\_%'", [4]),
        ("name = '50% _ of\\it''s'", [4]),
        ("CASEI(name) = CASEI('CAFÉ')", [2]),
        ("ACCENTI(name) = 'Cafe'", [2]),
        ("CASEI(ACCENTI(name)) LIKE casei('CA%')", [2, 3]),
        ("n + 1 = 2", [1]),
        ("n * 2 - 1 = n", [1]),
        ("x / n > 0", [1]),
        ("x / (n - 1) < 0", [2, 3]),
        ("7 % 4 = 3 AND n = 1", [1]),
        ("n % 2 = -1", [4]),
        ("n div 2 = -1", [4]),
        ("n ^ 2 = 9", [4]),
        ("n < x", [3]),
        ("n = 1.0", [1]),
        ("A_CONTAINS(tags, ('b'))", [1, 2]),
        ("A_CONTAINS(tags, ('a', 'b'))", [1]),
        ("A_CONTAINEDBY(tags, ('b', 'c'))", [2, 3]),
        ("A_EQUALS(tags, ('b', 'a'))", [1]),
        ("A_OVERLAPS(tags, ('a', 'c'))", [1]),
        ("A_EQUALS(tags, ())", [3]),
        ("A_CONTAINS(tags, (name, 'b')) OR A_CONTAINS((name, 'b', 'c'), tags)", [2, 3]),
        ("A_CONTAINS(tags, ('b', 1))", []),
        ("NOT A_CONTAINS(tags, (1, 2))", [1, 2, 3]),
        ("A_OVERLAPS((1, 'b'), tags)", [1, 2]),
        ("A_EQUALS((1, 2.0, (TRUE, 'x')), ((TRUE, 'x'), 2, 1, 1))", [1, 2, 3, 4, 5]),
        ("A_CONTAINS((DATE('2026-01-31'), n, x), (1, 0.5))", [1]),
        ("A_OVERLAPS((POINT(1 2), n), (POINT(1 2), 'n'))", [1, 2, 3, 4, 5]),
        ("A_EQUALS((), ())", [1, 2, 3, 4, 5]),
        ("(n = 1) IS NULL", [5]),
        ("(n = 1) = (x = 0.5)", [1, 2, 3]),
        ("INTERVAL(since, '..') IS NULL", [1, 2, 3, 4, 5]),
        ("INTERVAL('2026-01-01', '..') IS NOT NULL AND 1 IS NOT NULL", [1, 2, 3, 4, 5]),
        ("S_DWITHIN(geometry, POINT(1 1), 1) IS NULL", [1, 2, 3, 4, 5]),
    ],
)
def test_each_operation(things: Things, text: str, ids: list[int]) -> None:
    things.put(*ROWS)
    assert things.find(text) == ids


def test_case_is_folded_in_full(things: Things) -> None:
    """As Unicode folds it, letter by letter, and in words where a letter's place matters."""
    letters = [chr(code) for code in range(0x21, 0x1F000) if chr(code).casefold() != chr(code)]
    words = ["Straße", "ΟΔΟΣ", "ΣΑΣ", "İstanbul", "ısı", "ﬁn", "学院路", "50%", *letters]
    things.put(*({"name": word} for word in words), *({"name": each} for each in "ıiσ"))
    everyone = list(range(1, len(words) + 1))
    for start in range(0, len(words), 100):
        pairs = [
            {"op": "and", "args": [is_named(word), folds_to(word.casefold())]}
            for word in words[start : start + 100]
        ]
        assert things.find({"op": "or", "args": pairs}) == everyone[start : start + 100]
    last = len(words)
    assert things.find("CASEI(name) = 'i'") == [words.index("I") + 1, last + 2]
    assert things.find("CASEI(name) = CASEI('Σ')") == [
        words.index("Σ") + 1,
        words.index("ς") + 1,
        last + 3,
    ]
    for pattern in ("οδοσ%", "ΟΔΟΣ%", "οδος%"):
        assert things.find(f"CASEI(name) LIKE CASEI('{pattern}')") == [2]


def is_named(word: str) -> Any:
    return {"op": "=", "args": [{"property": "name"}, word]}


def folds_to(folded: str) -> Any:
    both = [{"op": "casei", "args": [each]} for each in ({"property": "name"}, folded)]
    return {"op": "=", "args": both}


leaves = st.one_of(
    st.tuples(st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), st.integers(-2, 2)).map(
        lambda made: {"op": made[0], "args": [{"property": "n"}, made[1]]}
    ),
    st.tuples(st.sampled_from(["=", "<>"]), texts).map(
        lambda made: {"op": made[0], "args": [{"property": "name"}, made[1]]}
    ),
    st.tuples(st.integers(-2, 2), st.integers(-2, 2)).map(
        lambda made: {"op": "between", "args": [{"property": "n"}, *made]}
    ),
    st.lists(st.integers(-2, 2), min_size=1, max_size=3).map(
        lambda made: {"op": "in", "args": [{"property": "n"}, made]}
    ),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map(lambda node: {"op": "not", "args": [node]}),
        st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)).map(
            lambda made: {"op": made[0], "args": made[1]}
        ),
    ),
    max_leaves=6,
)
unhurried = settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@unhurried
@given(conditions, st.lists(st.tuples(texts, st.integers(-2, 2)), min_size=1, max_size=4))
def test_conditions_hold_where_another_evaluates_them_to_hold(
    things: Things, tree: Any, rows: list[tuple[str, int]]
) -> None:
    things.put(*({"name": name, "n": n} for name, n in rows))
    expected = [
        place
        for place, (name, n) in enumerate(rows, start=1)
        if cql2.Expr(tree).matches({"name": name, "n": n})
    ]
    assert things.find(tree) == expected


Span = tuple[int, int]
ALLEN: dict[str, Callable[[Span, Span], bool]] = {
    "t_before": lambda a, b: a[1] < b[0],
    "t_after": lambda a, b: a[0] > b[1],
    "t_equals": lambda a, b: a == b,
    "t_disjoint": lambda a, b: a[1] < b[0] or a[0] > b[1],
    "t_intersects": lambda a, b: not (a[1] < b[0] or a[0] > b[1]),
    "t_during": lambda a, b: a[0] > b[0] and a[1] < b[1],
    "t_contains": lambda a, b: b[0] > a[0] and b[1] < a[1],
    "t_starts": lambda a, b: a[0] == b[0] and a[1] < b[1],
    "t_startedby": lambda a, b: b[0] == a[0] and b[1] < a[1],
    "t_finishes": lambda a, b: a[1] == b[1] and a[0] > b[0],
    "t_finishedby": lambda a, b: b[1] == a[1] and b[0] > a[0],
    "t_meets": lambda a, b: a[1] == b[0],
    "t_metby": lambda a, b: b[1] == a[0],
    "t_overlaps": lambda a, b: a[0] < b[0] < a[1] < b[1],
    "t_overlappedby": lambda a, b: b[0] < a[0] < b[1] < a[1],
}
START = datetime(2026, 1, 1, tzinfo=UTC)
OPEN = 99
"""An open end, and with a minus an open beginning."""
begins, ends = (st.integers(0, 5) | st.just(at) for at in (-OPEN, OPEN))
spans = st.tuples(begins, ends).map(lambda pair: (min(pair), max(pair)))


def moment(at: int) -> str | None:
    """Tell when, or None for where it is open."""
    return None if abs(at) == OPEN else (START + timedelta(days=at)).isoformat()


@unhurried
@pytest.mark.parametrize("op", ALLEN)
@given(spans, spans)
def test_how_times_lie_to_each_other(things: Things, op: str, mine: Span, other: Span) -> None:
    """Of two properties, too, of which one may be null, and is open then; in JSON and in text."""
    things.put(dict(zip(("since", "until"), map(moment, mine), strict=True)))
    first, last = (moment(at) or ".." for at in other)
    names = [{"property": "since"}, {"property": "until"}]
    tree = {"op": op, "args": [{"interval": names}, {"interval": [first, last]}]}
    is_known = mine != (-OPEN, OPEN)
    assert things.find(tree) == [1] * (is_known and ALLEN[op](mine, other))
    text = f"{op}(INTERVAL('{first}', '{last}'), INTERVAL(since, until))"
    assert things.find(text) == [1] * (is_known and ALLEN[op](other, mine))


@unhurried
@pytest.mark.parametrize("op", ALLEN)
@given(spans, spans)
def test_one_end_may_be_told_and_the_other_a_property(
    things: Things, op: str, mine: Span, other: Span
) -> None:
    """What is null is open beside a moment; beside an open end nothing is known."""
    begin, end = map(moment, mine)
    things.put({"since": begin, "until": end})
    others = {"interval": [moment(at) or ".." for at in other]}
    for interval in ([begin or "..", {"property": "until"}], [{"property": "since"}, end or ".."]):
        is_known = mine != (-OPEN, OPEN)
        tree = {"op": op, "args": [{"interval": interval}, others]}
        assert things.find(tree) == [1] * (is_known and ALLEN[op](mine, other)), interval


def test_an_interval_of_which_nothing_is_told_is_null(things: Things) -> None:
    things.put({}, {"since": START}, {"until": START}, {"since": START, "until": START})
    assert things.find("INTERVAL(since, until) IS NULL") == [1]
    assert things.find("INTERVAL(since, '..') IS NULL") == [1, 3]
    assert things.find("INTERVAL('2026-01-01', until) IS NULL") == []
    assert things.find("NOT T_INTERSECTS(INTERVAL(since, until), DATE('2020-01-01'))") == [2, 4]
    assert things.find("T_INTERSECTS(until, DATE('2026-01-01'))") == [3, 4]
    assert things.find("T_AFTER(until, DATE('2020-01-01'))") == [3, 4]


def test_a_day_is_a_day_here(things: Things) -> None:
    """The last moment of 31 January in China is the afternoon before in UTC."""
    things.put(
        {"since": datetime(2026, 1, 30, 16, tzinfo=UTC), "day": date(2026, 1, 31)},
        {"since": datetime(2026, 1, 31, 15, 59, 59, tzinfo=UTC), "day": date(2026, 1, 31)},
        {"since": datetime(2026, 1, 31, 16, tzinfo=UTC), "day": date(2026, 2, 1)},
    )
    assert things.find("since = DATE('2026-01-31')") == [1, 2]
    assert things.find("since > DATE('2026-01-31')") == [3]
    assert things.find("since = day") == [1, 2, 3]
    assert things.find("T_DURING(since, INTERVAL('2026-01-31', '2026-02-01'))") == [2, 3]
    assert things.find("T_INTERSECTS(since, DATE('2026-01-31'))") == [1, 2]
    assert things.find("T_AFTER(since, DATE('2026-01-31'))") == [3]
    assert things.find("day >= DATE('2026-02-01')") == [3]
    assert things.find("day IN ('2026-02-01') AND since > '2026-01-31T15:59:59Z'") == [3]
    assert things.find("since < TIMESTAMP('2026-01-31T00:00:00.000001+08:00')") == [1]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("nobody = 1", "'nobody' cannot be filtered by"),
        ("name", "a condition is expected"),
        ("name = 1", "text and integer cannot be compared"),
        ("n = '1'", "integer and text cannot be compared"),
        ("day = 1", "a time is compared with DATE"),
        ("day = 'yesterday'", "'yesterday' is no date"),
        ("day = DATE('2026-13-01')", "'2026-13-01' is no date"),
        ("day = DATE('20260101')", "'20260101' is no date"),
        ("since > TIMESTAMP('2026-01-01T00:00:00')", "is no date"),
        ("since > TIMESTAMP('2026-01-01')", "is a date"),
        ("geometry = 1", "shapes are compared by s_equals"),
        ("tags = 'a'", "lists are compared by a_equals"),
        ("name LIKE 1", "like needs a pattern"),
        ("n + 'a' = 1", "a number is expected, and text given"),
        ("drop(n) = 1", "there is no 'drop' of 1"),
        ("pg_sleep(1)", "there is no 'pg_sleep' of 1"),
        ("S_DWITHIN(geometry, POINT(0 0), -1)", "a distance is from 0 to 100000 metres"),
        ("S_DWITHIN(geometry, POINT(0 0), n)", "s_dwithin needs a distance in metres"),
        ("S_INTERSECTS(geometry, POINT(29.8 123.3))", "off the earth"),
        ("S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 1 0, 0 1, 0 0)))", "is not valid"),
        ("S_INTERSECTS(geometry, POLYGON((0 0, 1 1)))", "is no GeoJSON geometry"),
        ("S_INTERSECTS(geometry, BBOX(1, 2, 3))", "a box has 4 numbers"),
        ("S_INTERSECTS(geometry, BBOX(3, 4, 1, 2))", "the order of a box"),
        ("S_INTERSECTS(geometry, name)", "geometry is expected, and text given"),
        ("T_AFTER(name, DATE('2026-01-01'))", "a time is expected, and text given"),
        ("n IN ()", "is not expected there"),
    ],
)
def test_what_can_not_be_used_is_told(things: Things, text: str, fault: str) -> None:
    with pytest.raises(InvalidFilter) as caught:
        things.find(text)
    assert fault in caught.value.fault
