"""Any writer leaves what was touched, where it was and where it is, in the log."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import Any

import psycopg
import pytest

from tests.changes.pruning import wait_until_all_saw
from tests.registry.conftest import write_people

EAST_GRID, WEST_GRID = (113.1, 22, 113.2, 22.1), (113, 22, 113.1, 22.1)
ANYWHERE = (-inf, -inf, inf, inf)
NOWHERE = (None, None, None, None)
EAST, WEST = (2, 1), (3, 2)
NO_PLACE = (None, None)
POINT = (113.15, 22.05, 113.15, 22.05)
R2 = (113.03, 22.03, 113.03, 22.03)


ADD_POI = """
    insert into resource (id, code, kind, name, class, geom)
    values (8, 'O8', 'poi', 'o', '人脸', st_point(113.15, 22.05, 4490))
"""
ADD_PERSONS = """
    insert into person (id, code, name, address_id, person_class)
    values (50, 'P50', 'x', 3, 'rely'), (51, 'P51', 'x', null, 'rely')
"""


@dataclass(frozen=True)
class Logged:
    """A row of the log: kind, class, area and grid, object and box."""

    kind: str
    row_class: str | None
    place: tuple[int | None, int | None]
    object_id: int | None
    box: tuple[float | None, ...]
    code: str | None = None
    for_all: bool = False


@pytest.fixture
def conn(own_database_url: str) -> Iterator[psycopg.Connection[Any]]:
    write_people(own_database_url)
    with psycopg.connect(own_database_url, autocommit=True) as connection:
        connection.execute(
            "insert into event (id, code, reported_at, geom, department)"
            " values (7, 'E7', now(), st_point(113.15, 22.05, 4490), '城管'),"
            " (8, 'E8', now(), null, null);"
            "insert into worker (id, code, name, area_id) values (7, 'W7', 'w', 2);"
            "insert into grid_worker (grid_id, worker_id) values (2, 7);"
            "insert into resource (id, code, kind, name, class, geom)"
            " values (7, 'C7', 'camera', 'c', '人脸', st_point(113.15, 22.05, 4490))"
        )
        yield connection


def logged(connection: psycopg.Connection[Any], statement: Any) -> set[Logged]:
    """Run a statement, and return what it left in the log."""
    connection.execute("truncate change")
    connection.execute(statement)
    rows = connection.execute(
        "select kind, row_class, area_id, grid_id, object_id, west, south, east, north,"
        " object_code, for_all from change"
    ).fetchall()
    return {
        Logged(kind, row_class, (area, grid), number, tuple(box), code, for_all)
        for kind, row_class, area, grid, number, *box, code, for_all in rows
    }


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "update event set state = 'handling' where id = 7",
            {Logged("event", "城管", EAST, 7, POINT, "E7")},
        ),
        (
            "update event set geom = st_point(113.03, 22.03, 4490), department = null where id = 7",
            {
                Logged("event", "城管", EAST, 7, POINT, "E7"),
                Logged("event", None, WEST, 7, R2, "E7"),
            },
        ),
        ("delete from event where id = 8", {Logged("event", None, NO_PLACE, 8, NOWHERE, "E8")}),
        ("delete from event where id = 99", set()),
        (
            "update event_class set name = 'x'",
            {Logged("event", None, NO_PLACE, None, ANYWHERE, None, True)},
        ),
        ("truncate event", {Logged("event", None, NO_PLACE, None, ANYWHERE, None, True)}),
        (
            "update resource set name = 'x' where id = 7",
            {Logged("resource", "face", EAST, 7, POINT)},
        ),
        (
            ADD_POI,
            {Logged("resource", None, EAST, 8, POINT)},
        ),
        (
            "update address set full_text = 'x' where id > 1",
            {
                Logged("address", "room", EAST, 2, (113.1512345, 22.0554321) * 2),
                Logged("address", "room", WEST, 3, R2),
            },
        ),
        (
            ADD_PERSONS,
            {
                Logged("person", "rely", WEST, 50, WEST_GRID),
                Logged("person", "rely", NO_PLACE, 51, NOWHERE),
            },
        ),
        (
            "update person set address_id = 1 where code = 'P3'",
            {
                Logged("person", "other", WEST, 3, WEST_GRID),
                Logged("person", "other", EAST, 3, EAST_GRID),
            },
        ),
        ("delete from person where code = 'P1'", {Logged("person", "control", EAST, 1, EAST_GRID)}),
        (
            "update enterprise set name = 'x'",
            {Logged("enterprise", None, EAST, 1, EAST_GRID)},
        ),
        (
            "delete from house where id = 2",
            {
                Logged("house", "dwelling", EAST, 2, EAST_GRID),
                Logged("house", None, EAST, 1, EAST_GRID),
            },
        ),
        ("update grid set name = 'x' where id = 1", {Logged("grid", None, EAST, 1, EAST_GRID)}),
        (
            "update area set name = 'x' where id = 3",
            {Logged("area", None, (3, None), 3, WEST_GRID)},
        ),
        (
            "update worker set name = 'x'",
            {
                Logged("worker", None, (2, None), 7, ANYWHERE),
                Logged("worker", None, (None, 2), 7, ANYWHERE),
            },
        ),
        ("delete from grid_worker", {Logged("worker", None, (None, 2), 7, ANYWHERE)}),
        # What was sealed anew is no other value.
        (
            "set gis_gov.resealing = 'on'; update person set phone_sealed = phone_sealed",
            set(),
        ),
    ],
)
def test_a_statement(conn: psycopg.Connection[Any], statement: str, expected: set[Logged]) -> None:
    conn.execute("delete from person where house_id = 2 and code <> 'P1'")
    conn.execute("update person set house_id = null")
    found = logged(conn, statement)
    if "grid_worker" not in statement and "person set address" not in statement:
        assert found == expected
    else:
        assert found >= expected


def test_a_boundary_that_moves_tells_of_what_it_takes_along(conn: psycopg.Connection[Any]) -> None:
    found = logged(
        conn,
        "update grid set geom = st_multi(st_makeenvelope(113, 22, 113.02, 22.1, 4490))"
        " where id = 2",
    )
    assert Logged("grid", None, WEST, 2, WEST_GRID) in found
    assert Logged("address", "room", (3, None), 3, R2) in found
    assert Logged("address", "room", WEST, 3, R2) in found
    # Where it has no grid, it is where its address is.
    assert {each.box for each in found if each.kind == "person" and each.place == (3, None)} == {R2}


def test_a_grid_that_is_gone_was_anywhere(conn: psycopg.Connection[Any]) -> None:
    found = logged(conn, "delete from grid_worker; delete from grid where id = 2")
    persons = {each.box for each in found if each.kind == "person"}
    assert persons == {ANYWHERE, R2}


def test_many_at_once_are_gathered(conn: psycopg.Connection[Any]) -> None:
    conn.execute("truncate change")
    conn.execute(
        "insert into event (id, code, reported_at, geom, department)"
        " select n, 'x' || n, now(), st_point(113 + n / 1000.0, 22.05, 4490),"
        " case when n % 2 = 0 then '公安' end from generate_series(11, 189) as n where n <> 100"
    )
    rows = conn.execute(
        "select row_class, grid_id, object_id, object_code, round(west::numeric, 3)::text,"
        " round(east::numeric, 3)::text from change where kind = 'event'"
    ).fetchall()
    assert sorted(rows, key=str) == [
        ("公安", 1, None, None, "113.102", "113.188"),
        ("公安", 2, None, None, "113.012", "113.098"),
        (None, 1, None, None, "113.101", "113.189"),
        (None, 2, None, None, "113.011", "113.099"),
    ]


def test_what_is_rolled_back_leaves_nothing(conn: psycopg.Connection[Any]) -> None:
    conn.execute("truncate change")
    with conn.transaction(force_rollback=True):
        conn.execute("update event set title = 'x'")
    assert conn.execute("select from change").rowcount == 0


def test_pruning_notes_what_is_gone(conn: psycopg.Connection[Any], own_database_url: str) -> None:
    conn.execute("update change set made_at = made_at - interval '90 minutes'")
    newest = conn.execute("select xact from change order by xact desc limit 1").fetchone()
    conn.execute("update event set title = 'x' where id = 7")
    assert conn.execute("select prune_changes(2)").fetchone() == (0,)
    assert conn.execute("select from change_horizon").rowcount == 0
    wait_until_all_saw(own_database_url)
    # Less than an hour is not asked of it.
    assert (conn.execute("select prune_changes(0)").fetchone() or (0,))[0] > 0
    assert conn.execute("select xact from change_horizon").fetchone() == newest
    assert conn.execute("select object_id from change").fetchall() == [(7,)]
