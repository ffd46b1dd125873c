"""The change log tells of each write whether a count may differ after it, column by column."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.changes.test_tiles_follow import WORLD, WRITES
from tests.conftest import TestServer
from tests.registry.conftest import write_people

TABLES = ("address", "person", "house", "enterprise", "resource", "event")
# All that heat maps and statistics are read from, and what filters and policies look at.
READ = """
    select (select jsonb_agg(t order by t) from (select layer, grid_id, area_id, cell, count
        from tally where count > 0) as t)::text
    || (select jsonb_agg(t order by t) from (select layer, grid_id, area_id, cell, count
        from coarse_tally where count > 0) as t)::text
    || coalesce((select jsonb_agg(e order by e) from (select geom::bytea, cell, grid_id, area_id,
        department, reported_at from event) as e)::text, '')
    || coalesce((select jsonb_agg(a order by a) from (select id, geom::bytea, cell, grid_id,
        area_id, valid_to, known_level from address) as a)::text, '')
    || coalesce((select jsonb_agg(p order by p) from (select address_id, person_class, grid_id,
        area_id from person) as p)::text, '')
    || coalesce((select jsonb_agg(h order by h) from (select address_id, kind, grid_id, area_id
        from house) as h)::text, '')
    || coalesce((select jsonb_agg(r order by r) from (select kind, class, geom::bytea, cell,
        grid_id, area_id from resource) as r)::text, '')
    || (select jsonb_agg(g order by g.id) from grid as g)::text
    || coalesce((select jsonb_agg(a order by a.id) from area as a)::text, '')
"""
VALUES = (
    "x",
    "7",
    "2026-02-02",
    "{}",
    '{"a": 1}',
    "other",
    "camera",
    "poi",
    "building",
    "handling",
    "street",
    "POINT(113.2 22.06)",
    None,
)
COLUMNS = """
    select column_name from information_schema.columns
    where table_schema = 'public' and table_name = %s and is_generated = 'NEVER'
"""


@pytest.fixture(scope="module")
def world(postgis: TestServer) -> Iterator[psycopg.Connection[Any]]:
    with postgis.database() as url:
        write_people(url)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(WORLD)
            yield connection


def tried(connection: psycopg.Connection[Any], statement: Any, *values: Any) -> bool | None:
    """Write in a transaction that is undone; say whether it is marked, None where it is refused.

    Fails where what counts are read from is another, and no change is marked.
    """
    marked: bool | None = None
    with connection.transaction(force_rollback=True):
        before = connection.execute(READ).fetchone()
        try:
            with connection.transaction():
                connection.execute(statement, values or None)
        except psycopg.Error:
            return None
        own = "select bool_or(is_counted) from change where xact = pg_current_xact_id()"
        row = connection.execute(own).fetchone()
        marked = bool(row and row[0])
        assert marked or connection.execute(READ).fetchone() == before, (statement, values)
    return marked


@pytest.mark.parametrize("table", TABLES)
def test_of_each_column_a_write_that_counts_is_marked(
    world: psycopg.Connection[Any], table: str
) -> None:
    seen: dict[str, set[bool | None]] = {}
    for (column,) in world.execute(COLUMNS, [table]).fetchall():
        update = sql.SQL("update {} set {} = %s").format(
            sql.Identifier(table), sql.Identifier(column)
        )
        seen[column] = {tried(world, update, value) for value in VALUES}
    marks = set[bool | None]().union(*seen.values())
    assert {True, False} <= marks
    assert seen["attrs"] - {None} == {False}


def test_what_moves_by_less_than_json_tells_is_marked(world: psycopg.Connection[Any]) -> None:
    for table in ("address", "event", "resource"):
        moved = sql.SQL("update {} set geom = st_translate(geom, 1e-13, 0)").format(
            sql.Identifier(table)
        )
        assert tried(world, moved) is True


def test_whatever_is_written_otherwise_is_marked(world: psycopg.Connection[Any]) -> None:
    marks = [tried(world, statement) for statement in WRITES]
    assert True in marks
    assert tried(world, "update event set id = id") is False
    insert = "insert into event (id, code, reported_at) values (77, 'N1', now())"
    assert tried(world, insert) is True
    assert tried(world, "delete from event where id = 1") is True
    assert tried(world, "truncate event") is True
    many = (
        "insert into event (id, code, reported_at) select n, 'N' || n, now()"
        " from generate_series(101, 400) as n"
    )
    with world.transaction(force_rollback=True):
        world.execute(many)
        assert tried(world, "update event set title = 'x'") is True
