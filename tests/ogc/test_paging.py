"""Whatever the order, values and page size: each item comes once, in order, on some page."""

from dataclasses import replace
from typing import Any

import orjson
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Text, column, select

from gis_gov.areas.tables import area
from gis_gov.cql.kinds import Kind, Queryable
from gis_gov.db.run import compiled
from gis_gov.events.tables import event
from gis_gov.ogc.sorting import SortKey, beginning_after, parse_sorting
from tests.cql.conftest import NAMES, Things, thing, things

__all__ = ["things"]

CODE = column("code", Text)
EVENT = {
    "reported_at": Queryable(Kind.INSTANT, event.c.reported_at),
    "title": Queryable(Kind.TEXT, event.c.title),
    "area": Queryable(Kind.TEXT, area.c.code),  # is joined, and may find none
}
SORTABLE = ("name", "n", "x", "day", "since")
# Few values, so that many are equal, and the ones between which a token could lose its place.
rows = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from([None, "", "a", "A", "ä", "学院路", "学", "\t", "\U0001f600"]),
            "n": st.sampled_from([None, 0, -1, 2**31 - 1, -(2**31)]),
            "x": st.sampled_from([None, 0.0, -0.0, 0.1, 0.1 + 1e-16, 1e300, 5e-324, -1.5]),
            "day": st.sampled_from([None, "2026-01-31", "2026-02-01", "0001-01-01", "9999-12-31"]),
            "since": st.sampled_from(
                [
                    None,
                    "2026-01-31T15:59:59.999999Z",
                    "2026-01-31T16:00:00Z",
                    "2026-02-01T00:00:00+08:00",
                    "0001-01-02T00:00:00Z",
                ]
            ),
        }
    ),
    max_size=12,
)  # fmt: skip
keys = st.lists(
    st.tuples(st.sampled_from(["", "+", "-"]), st.sampled_from(SORTABLE)).map("".join),
    max_size=5,
)


def read(conn: psycopg.Connection[Any], sort: list[SortKey], after: Any, limit: int) -> list[Any]:
    """Read a page, as the collections do: the code and the values of the keys."""
    query = select(CODE, *(key.expression for key in sort)).order_by(*(key.order() for key in sort))
    query = query.select_from(thing)
    if after is not None:
        query = query.where(beginning_after(sort, after))
    return conn.execute(*compiled(query.limit(limit))).fetchall()


@pytest.fixture
def coded(things: Things) -> Things:
    things.conn.execute("alter table thing add code text")
    return things


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows, keys, st.integers(1, 13))
def test_each_item_is_on_one_page(
    coded: Things, values: list[dict[str, Any]], sortby: list[str], limit: int
) -> None:
    _is_each_on_one_page(coded, values, parse_sorting(",".join(sortby), NAMES, CODE), limit)


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows, keys, st.integers(1, 13))
def test_each_item_is_on_one_page_where_nothing_is_null(
    coded: Things, values: list[dict[str, Any]], sortby: list[str], limit: int
) -> None:
    sort = parse_sorting(",".join(sortby), NAMES, CODE)
    whole = [value for value in values if None not in value.values()]
    told = [replace(key, may_be_null=False) for key in sort]
    _is_each_on_one_page(coded, whole, told, limit)


def test_that_a_key_is_never_null_is_known_of_its_own_table() -> None:
    of_event = parse_sorting("-reported_at,title,area", EVENT, event.c.code)
    assert [key.may_be_null for key in of_event] == [False, True, True, False]


def _is_each_on_one_page(
    coded: Things, values: list[dict[str, Any]], sort: list[SortKey], limit: int
) -> None:
    coded.put(*values)
    coded.conn.execute("update thing set code = 'c' || id")
    whole = read(coded.conn, sort, None, 100)
    paged: list[Any] = []
    after = None
    while page := read(coded.conn, sort, after, limit):
        paged += page
        # As a token tells it, and is read again.
        after = orjson.loads(orjson.dumps(list(page[-1][1:])))
    assert paged == whole
    assert sorted(row[0] for row in whole) == sorted(f"c{n}" for n in range(1, len(values) + 1))
