"""Places and tallies hold when writers meet: one waits for the other, and none is lost."""

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from tests.db.recount import place_faults, tally_faults

Connection = psycopg.Connection[Any]

SETUP = """
insert into area (code, name, level, geom)
select 'a' || n, 'a', 'community', st_multi(st_makeenvelope(113 + n, 23, 114 + n, 24, 4490))
from generate_series(0, 1) as n;
insert into grid (code, name, area_id, geom) select 'g' || code, 'g', id, geom from area;
insert into address (code, full_text, geom)
select 'd' || n, 'd', st_setsrid(st_point(113.05 + n / 10.0, 23.5), 4490)
from generate_series(0, 9) as n;
"""
WIDEN = """
update grid set geom = st_multi(st_makeenvelope(113, 23, 114.6, 24, 4490)) where code = 'ga0'
"""
MOVE = "update address set geom = st_setsrid(st_point(114.25, 23.5), 4490) where code = 'd0'"
ADD_PERSON = """
insert into person (code, name, address_id) select 'p', 'p', id from address where code = 'd0'
"""
ADD_ADDRESS = """
insert into address (code, full_text, geom) values ('n', 'n', 'SRID=4490;POINT(114.3 23.5)')
"""
ADD_EVENT = """
insert into event (code, reported_at, geom) values ('e', now(), 'SRID=4490;POINT(114.3 23.5)')
"""


@pytest.fixture
def url(own_database_url: str) -> str:
    with psycopg.connect(own_database_url) as conn:
        conn.execute(SETUP)
    return own_database_url


@contextmanager
def second_writer(url: str) -> Iterator[tuple[Connection, ThreadPoolExecutor]]:
    with psycopg.connect(url) as conn, ThreadPoolExecutor(1) as thread:
        yield conn, thread


def wait_until_blocked(watcher: Connection, blocked: Connection) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        pid = blocked.info.backend_pid
        row = watcher.execute("select cardinality(pg_blocking_pids(%s))", [pid]).fetchone()
        if row and row[0]:
            return
        time.sleep(0.01)
    pytest.fail("the second writer did not wait for the first")


def execute_and_commit(conn: Connection, query: str) -> None:
    conn.execute(query)  # type: ignore[arg-type]
    conn.commit()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(MOVE, ADD_PERSON, id="person-while-address-moves"),
        pytest.param(ADD_PERSON, MOVE, id="address-moves-while-person"),
        pytest.param(WIDEN, ADD_ADDRESS, id="address-while-boundary-moves"),
        pytest.param(ADD_ADDRESS, WIDEN, id="boundary-moves-while-address"),
        pytest.param(WIDEN, ADD_EVENT, id="event-while-boundary-moves"),
        pytest.param(ADD_EVENT, WIDEN, id="boundary-moves-while-event"),
        pytest.param(WIDEN, MOVE, id="address-moves-while-boundary-moves"),
        pytest.param(MOVE, WIDEN, id="boundary-moves-while-address-moves"),
    ],
)
def test_the_second_writer_waits_and_sees_the_first(url: str, first: str, second: str) -> None:
    with psycopg.connect(url) as one, second_writer(url) as (two, thread):
        one.execute(first)  # type: ignore[arg-type]
        done: Future[None] = thread.submit(execute_and_commit, two, second)
        wait_until_blocked(one, two)
        one.commit()
        done.result(timeout=20)
        assert tally_faults(one) == []
        assert place_faults(one) == []
        row = one.execute("select count(*) from event where grid_id is null").fetchone()
        assert row == (0,)


def test_a_moving_boundary_and_a_moving_address_do_not_block_each_other(url: str) -> None:
    with psycopg.connect(url) as one, second_writer(url) as (two, thread):
        one.execute("update grid set valid_to = '2026-01-01' where code = 'ga1'")
        done = thread.submit(execute_and_commit, two, MOVE)
        wait_until_blocked(one, two)
        one.execute("update grid set valid_to = '2026-01-01' where code = 'ga0'")
        one.commit()
        done.result(timeout=20)
        assert tally_faults(one) == []
        assert place_faults(one) == []


def test_a_storm_of_writers_leaves_no_fault(url: str) -> None:
    deadlocks = [0]
    lock = threading.Lock()

    def write(seed: int) -> None:
        dice = random.Random(seed)  # noqa: S311
        with psycopg.connect(url, autocommit=True) as conn:
            for turn in range(150):
                try:
                    write_anything(conn, dice, f"{seed}_{turn}")
                except psycopg.errors.DeadlockDetected:
                    with lock:
                        deadlocks[0] += 1

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(write, seed) for seed in range(4)]:
            done.result(timeout=120)
    with psycopg.connect(url) as conn:
        assert tally_faults(conn) == []
        assert place_faults(conn) == []
    # Each statement is a transaction, and locks are taken in one order.
    assert deadlocks[0] == 0


def write_anything(conn: Connection, dice: random.Random, code: str) -> None:
    point = f"SRID=4490;POINT({dice.uniform(112.9, 115.1)} {dice.uniform(22.9, 24.1)})"
    address = f"d{dice.randrange(10)}"
    match dice.randrange(8):
        case 0:
            conn.execute(
                "insert into address (code, full_text, geom) values (%s, 'x', %s)", [code, point]
            )
        case 1:
            conn.execute("update address set geom = %s where code = %s", [point, address])
        case 2 | 3:
            conn.execute(
                "insert into person (code, name, address_id)"
                " select %s || code, 'p', id from address order by random() limit 5",
                [code],
            )
        case 4:
            conn.execute(
                "update person set address_id = (select id from address where code = %s)"
                " where id = (select id from person order by random() limit 1)",
                [address],
            )
        case 5:
            conn.execute(
                "delete from person where id = (select id from person order by random() limit 1)"
            )
        case 6:
            conn.execute(
                "insert into resource (code, kind, name, geom) values (%s, 'camera', 'c', %s)",
                [code, point],
            )
        case 7:
            conn.execute(
                "update grid set geom = st_multi(st_makeenvelope(113, 23, %s, 24, 4490))"
                " where code = 'ga0'",
                [dice.uniform(113.2, 115)],
            )
