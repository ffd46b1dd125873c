"""A filled database of the first release is brought to the newest schema; what it held is there."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import LiteralString

import psycopg
import pytest
from alembic import command

from gis_gov.access.sealing import Sealer, new_key
from gis_gov.db.migrate import MigrationRefused, config, migrate
from gis_gov.db.schema_state import state, wanted_state
from tests.conftest import TestServer
from tests.db.recount import tally_faults
from tests.sealed import SEALER
from tests.waiting import wait_until

NUMBER, PHONE = "11010519491231002X", "138-0013 8000"
MANY = 45_000
FILL = """
    insert into area (id, code, name, level, geom) values
    (1, 'A1', 'a', 'community', st_multi(st_makeenvelope(0, 0, 1, 1, 4490)));
    insert into grid (id, code, name, area_id, geom) values
    (1, 'G1', 'g', 1, st_multi(st_makeenvelope(0, 0, 1, 1, 4490)));
    insert into address (id, code, full_text, geom)
    values (1, 'D1', 'd', st_point(0.5, 0.5, 4490));
    insert into worker (code, name, phone) values ('W1', 'w', '138-0013 8000'), ('W2', 'w', null);
    insert into enterprise (code, name, phone, address_id) values ('E1', 'e', '138-0013 8000', 1);
    insert into person (code, name, id_number, phone, address_id)
    values ('P', 'p', '11010519491231002X', '138-0013 8000', 1), ('Q', 'q', null, null, 1);
"""
MANY_PERSONS = """
    insert into person (code, name, id_number)
    select 'P' || n, 'p', '4401' || n from generate_series(1, %s) as n
"""


@pytest.fixture
def old_url(postgis: TestServer) -> Iterator[str]:
    """A database at the first schema, with data."""
    with postgis.older_database("0001") as url:
        with psycopg.connect(url) as conn:
            conn.execute(FILL)
        yield url


def test_plain_values_are_sealed(old_url: str) -> None:
    with psycopg.connect(old_url) as conn:
        conn.execute(MANY_PERSONS, [MANY])
        before = conn.execute("select code, updated_at from person order by code").fetchall()
    migrate(old_url, lambda: SEALER)
    with psycopg.connect(old_url) as conn:
        assert state(conn) == wanted_state()
        assert conn.execute("select id from sealing_key").fetchall() == [(SEALER.current.id,)]
        found = conn.execute("""
            select code, id_number_sealed, id_number_digest, phone_sealed, phone_digest
            from person order by code
        """).fetchall()
        after = conn.execute("select code, updated_at from person order by code").fetchall()
        ((told,),) = conn.execute("select string_agg(p::text, ' ') from person as p").fetchall()
        others = conn.execute("""
            select 'worker', code, phone_sealed, phone_digest from worker
            union all
            select 'enterprise', code, phone_sealed, phone_digest from enterprise
        """).fetchall()
        grids = conn.execute("select distinct grid_id from person where address_id = 1").fetchall()
        (plain,) = conn.execute("""
            select count(*) from information_schema.columns
            where table_schema = 'public' and column_name in ('id_number', 'phone')
        """).fetchone() or (None,)
    assert plain == 0
    assert NUMBER not in told
    assert before == after
    by_code = {code: rest for code, *rest in found}
    number, digest, phone, phone_digest = by_code.pop("P")
    assert SEALER.open(number, "person.id_number") == NUMBER
    assert digest == SEALER.digest(NUMBER, "person.id_number")
    assert SEALER.open(phone, "person.phone") == PHONE
    assert phone_digest == SEALER.digest("13800138000", "person.phone")
    assert by_code.pop("Q") == [None] * 4
    assert len(by_code) == MANY
    for code, (number, *_) in by_code.items():
        assert SEALER.open(number, "person.id_number") == f"4401{code[1:]}"
    assert grids == [(1,)]
    for table, code, sealed, digest in others:
        if code == "W2":
            assert (sealed, digest) == (None, None)
        else:
            assert SEALER.open(sealed, f"{table}.phone") == PHONE
            assert digest == SEALER.digest("13800138000", f"{table}.phone")


AT_THE_END: LiteralString = """
    select true from pg_tables where schemaname = 'public' and tablename = 'sealing_key'
"""
FOLDER = "select 'base/' || oid from pg_database where datname = current_database()"
CONTENT = (
    "select pg_read_binary_file(%s || '/' || name, 0, 1 << 29, true) from pg_ls_dir(%s) as name"
)


def times_on_disk(conn: psycopg.Connection, values: Sequence[str]) -> dict[str, int]:
    """Count how often values stand in the files of the database."""
    conn.execute("checkpoint")
    ((folder,),) = conn.execute(FOLDER).fetchall()
    found = dict.fromkeys(values, 0)
    for (content,) in conn.execute(CONTENT, [folder, folder]):
        for value in values:
            found[value] += (content or b"").count(value.encode())
    return found


def test_nothing_plain_is_left_in_the_files_of_the_database(old_url: str) -> None:
    plain = (PHONE, NUMBER, "4401499")
    with psycopg.connect(old_url, autocommit=True) as conn:
        conn.execute(MANY_PERSONS, [500])
        conn.execute("update person set phone = '138-0013 8000'")
        conn.execute("vacuum analyze")
        assert all(times_on_disk(conn, plain).values())
    migrate(old_url, lambda: SEALER)
    with psycopg.connect(old_url, autocommit=True) as conn:
        assert times_on_disk(conn, plain) == dict.fromkeys(plain, 0)


def test_nothing_plain_is_left_beside_a_transaction_in_another_database(
    postgis: TestServer, old_url: str
) -> None:
    """What such a transaction might still see stays, in any database: the end waits for it."""
    with psycopg.connect(old_url, autocommit=True) as conn:
        conn.execute(MANY_PERSONS, [500])
        conn.execute("update person set phone = '138-0013 8000'")
        conn.execute("vacuum analyze")
        assert all(times_on_disk(conn, (PHONE, NUMBER)).values())
    with (
        postgis.database() as elsewhere,
        psycopg.connect(elsewhere) as older,
        ThreadPoolExecutor(1) as threads,
    ):
        older.execute("select pg_current_xact_id()")
        migrating = threads.submit(migrate, old_url, lambda: SEALER)
        with psycopg.connect(old_url, autocommit=True) as conn:
            wait_until(lambda: conn.execute(AT_THE_END).fetchone())
            time.sleep(0.5)
        assert not migrating.done()
        older.rollback()
        migrating.result(timeout=60)
    with psycopg.connect(old_url, autocommit=True) as conn:
        assert not any(times_on_disk(conn, (PHONE, NUMBER)).values())


def test_without_keys_nothing_is_changed(old_url: str) -> None:
    with pytest.raises(MigrationRefused, match="no keys are given"):
        migrate(old_url)
    with psycopg.connect(old_url) as conn:
        assert state(conn)[0] == "0001"
        assert conn.execute("select phone from person where code = 'P'").fetchone() == (PHONE,)


def test_a_database_without_persons_needs_no_key(postgis: TestServer) -> None:
    with postgis.database() as url, psycopg.connect(url) as conn:
        assert conn.execute("select count(*) from sealing_key").fetchone() == (0,)


def test_two_spellings_of_one_number_are_told(old_url: str) -> None:
    with psycopg.connect(old_url) as conn:
        conn.execute(
            "insert into person (code, name, id_number) values ('R', 'r', '11010519491231002x')"
        )
    with pytest.raises(MigrationRefused, match="the persons P and R have the same ID number"):
        migrate(old_url, lambda: Sealer([new_key()]))


def test_what_is_written_while_the_counts_are_copied_is_counted(old_url: str) -> None:
    """Writers wait for the step, or the step for them; none counts by the old rule afterwards."""
    insert = "insert into event (code, reported_at, geom) values (%s, now(), st_point(2, 2, 4490))"
    command.upgrade(config(old_url, lambda: SEALER), "0004")
    with psycopg.connect(old_url) as first, ThreadPoolExecutor() as others:
        first.execute(insert, ["first"])
        step = others.submit(migrate, old_url, lambda: SEALER)
        wait_until_blocked(old_url, 1)
        second = others.submit(write, old_url, insert, "second")
        wait_until_blocked(old_url, 2)
        first.commit()
        step.result(60)
        second.result(60)
    with psycopg.connect(old_url) as conn:
        assert tally_faults(conn) == []
        query = "select sum(count) from coarse_tally where layer = 'events'"
        assert conn.execute(query).fetchone() == (2,)


def write(url: str, query: LiteralString, code: str) -> None:
    with psycopg.connect(url) as conn:
        conn.execute(query, [code])


def wait_until_blocked(url: str, waiting: int) -> None:
    query = """
        select from pg_locks
        where not granted and database = (
            select oid from pg_database where datname = current_database()
        )
    """
    with psycopg.connect(url, autocommit=True) as conn:
        for _ in range(1000):
            if conn.execute(query).rowcount >= waiting:
                return
            time.sleep(0.02)
    raise AssertionError
