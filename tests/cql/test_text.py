"""CQL2 text becomes the tree that CQL2 JSON has; an independent parser says the same."""

from typing import Any

import cql2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.cql.problems import InvalidFilter
from gis_gov.cql.text import parse_text

TEXTS = [
    "name = 'a''b'",
    "name <> '学院路12号'",
    "population BETWEEN 1 AND 3",
    "population NOT BETWEEN 1 AND 3 AND x = 1",
    "NOT (a IS NULL)",
    "a IS NOT NULL or b is null",
    "name LIKE 'x%'",
    "name NOT LIKE '_x'",
    "CASEI(name) LIKE casei('X%')",
    "ACCENTI(name)='x'",
    "state IN ('a','b')",
    "n NOT IN (1, 2.5, -3)",
    "a = 1 AND b=2 OR NOT c > 3",
    "(a = 1 OR b = 2) AND c >= 3",
    "a+1 > b*2",
    "a - -1 = 2",
    "(a + 1) * 2 <= 4 / b",
    "a ^ 2 = 4",
    "a div 2 = a % 2",
    "-a = 1",
    "d = DATE('2026-01-01')",
    "t < TIMESTAMP('2026-01-01T00:00:00Z')",
    "T_AFTER(t, TIMESTAMP('2026-01-01T00:00:00Z'))",
    "T_DURING(INTERVAL(start, end), INTERVAL('2020-01-01', '..'))",
    "A_CONTAINS(tags, ('a','b'))",
    "ok = TRUE",
    "ok = false",
    "\"区划\" = 'x'",
    "区划 = 'x'",
    "properties.name = 'x'",
    "S_INTERSECTS(geom, POINT(1 2))",
    "S_INTERSECTS(geom, POINT Z(1 2 3))",
    "S_CROSSES(geom, LINESTRING(0 0, 1 1.5, -2 30))",
    "S_WITHIN(geometry, POLYGON((0 0,1 0,1 1,0 0),(0.2 0.1,0.3 0.1,0.3 0.2,0.2 0.1)))",
    "S_TOUCHES(geometry, MULTIPOINT((0 0),(1 1)))",
    "S_OVERLAPS(geometry, MULTILINESTRING((0 0,1 1),(2 2,3 3)))",
    "S_EQUALS(geometry, MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5))))",
    "S_CONTAINS(geometry, GEOMETRYCOLLECTION(POINT(1 2), LINESTRING(0 0, 1 1)))",
    "S_INTERSECTS(geom, BBOX(1,2,3,4))",
    "ORDERED = 1 AND android = 2 OR notes = 3",
    "TRUE",
]


def spelled_alike(tree: Any) -> Any:
    """Write operations in small letters; how they are spelled makes no difference."""
    match tree:
        case {"op": str(op), "args": args}:
            return {"op": op.lower(), "args": [spelled_alike(each) for each in args]}
        case list():
            return [spelled_alike(each) for each in tree]
        case _:
            return tree


@pytest.mark.parametrize("text", TEXTS)
def test_it_is_read_as_another_parser_reads_it(text: str) -> None:
    assert spelled_alike(parse_text(text)) == spelled_alike(cql2.parse_text(text).to_json())


names = st.sampled_from(["name", "state", "n", "区划", "a_b", "x.y"]).map(
    lambda name: {"property": name}
)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\\"), max_size=8)
numbers = st.integers(-1000, 1000) | st.integers(-1000, 1000).map(lambda n: n / 8)
sums = st.recursive(
    names | numbers,
    lambda inner: st.tuples(st.sampled_from("+-*/"), inner, inner).map(
        lambda made: {"op": made[0], "args": [*made[1:]]}
    ),
    max_leaves=4,
)
plain = st.one_of(
    st.tuples(st.sampled_from(["=", "<>", "<", ">=", ">", "<="]), names, texts | numbers).map(
        lambda made: {"op": made[0], "args": [*made[1:]]}
    ),
    st.tuples(st.sampled_from(["=", "<"]), sums, sums).map(
        lambda made: {"op": made[0], "args": [*made[1:]]}
    ),
    names.map(lambda name: {"op": "isNull", "args": [name]}),
    st.tuples(names, texts).map(lambda made: {"op": "like", "args": [*made]}),
    st.tuples(names, numbers, numbers).map(lambda made: {"op": "between", "args": [*made]}),
    st.tuples(names, st.lists(texts, min_size=1, max_size=3)).map(
        lambda made: {"op": "in", "args": [*made]}
    ),
)
trees = st.recursive(
    plain,
    lambda inner: st.one_of(
        inner.map(lambda node: {"op": "not", "args": [node]}),
        st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)).map(
            lambda made: {"op": made[0], "args": made[1]}
        ),
    ),
    max_leaves=8,
)


def flat(tree: Any) -> Any:
    """Join conditions of conditions of the same kind, as they hold the same."""
    match tree:
        case {"op": ("and" | "or") as op, "args": args}:
            made: list[Any] = []
            for each in map(flat, args):
                same = isinstance(each, dict) and each.get("op") == op
                made += each["args"] if same else [each]
            return {"op": op, "args": made}
        case {"op": op, "args": args}:
            return {"op": op, "args": [flat(each) for each in args]}
        case _:
            return tree


@given(trees)
def test_what_another_writer_writes_is_read_back(tree: Any) -> None:
    text = cql2.Expr(tree).to_text()
    assert spelled_alike(flat(parse_text(text))) == spelled_alike(flat(tree)), text


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"it''s", "it's"),
        (r"it\'s", "it's"),
        (r"\a\b\t\n\v\f\r", "\a\b\t\n\v\f\r"),
        (r"50\% \_ \x", r"50\% \_ \x"),
        (r"''''", "''"),
    ],
)
def test_what_is_escaped_in_a_text(written: str, read: str) -> None:
    assert parse_text(f"a = '{written}'") == {"op": "=", "args": [{"property": "a"}, read]}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "ends too early"),
        ("name = 'x' and", "ends too early"),
        ("name = 'x", '"\'x" at character 8 is not expected there'),
        ("a = 1 b = 2", "'b = 2' at character 7 is not expected there"),
        ("a == 1", "'= 1' at character 4 is not expected there"),
        ("a = 1; drop table x", "'; drop table x' at character 6 is not expected there"),
        ("S_INTERSECTS(g, POINT(1))", "'))' at character 24 is not expected there"),
        ("(a = 1", "ends too early"),
        ("a = 1)", "')' at character 6 is not expected there"),
    ],
)
def test_a_fault_is_told_with_its_place(text: str, fault: str) -> None:
    with pytest.raises(InvalidFilter) as caught:
        parse_text(text)
    assert caught.value.fault == fault
