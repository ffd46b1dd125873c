"""Days are those of UTC+8, whatever zone a session has."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gis_gov
from gis_gov.days import day_of, today
from tests.another_day import ZONES, zone_of_another_day

OF_THE_SESSION = re.compile(
    r"current_date|localtimestamp|localtime\b|(now\(\)|current_timestamp)\s*(\)\s*)*::\s*date"
    r"|cast\((now\(\)|current_timestamp) as date",
    re.IGNORECASE,
)
EXPRESSIONS = """
    select 'default of ' || d.adrelid::regclass || '.' || a.attname, pg_get_expr(d.adbin, d.adrelid)
    from pg_attrdef as d
    inner join pg_attribute as a on a.attrelid = d.adrelid and a.attnum = d.adnum
    union all
    select 'policy ' || policyname || ' on ' || tablename, concat_ws(' ', qual, with_check)
    from pg_policies
    union all
    select 'constraint ' || conname, pg_get_constraintdef(oid)
    from pg_constraint where connamespace = 'public'::regnamespace
    union all
    select 'function ' || p.oid::regprocedure, pg_get_functiondef(p.oid)
    from pg_proc as p
    where p.pronamespace = 'public'::regnamespace and p.prokind = 'f'
        and not exists (
            select from pg_depend as d
            where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
        )
"""


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection]:
    """A connection whose writes are rolled back."""
    with psycopg.connect(database_url) as opened:
        yield opened
        opened.rollback()


def one(connection: psycopg.Connection, query: str, *values: object) -> Any:
    row = connection.execute(query, values).fetchone()  # type: ignore[arg-type]
    assert row
    return row[0]


def in_zone(connection: psycopg.Connection, zone: str) -> None:
    connection.execute("select set_config('TimeZone', %s, false)", [zone])


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-26 15:59:59.999999+00", "2026-11-26"),
        ("2026-11-26 16:00+00", "2026-11-27"),
        ("2026-11-26 23:59:59+00", "2026-11-27"),
        ("2026-11-27 00:00+00", "2026-11-27"),
        ("2026-12-31 16:30+00", "2027-01-01"),
        # There was summer time in China; days here know of none.
        ("1988-07-01 15:30+00", "1988-07-01"),
    ],
)
def test_a_day_begins_at_midnight_of_utc_8(
    connection: psycopg.Connection, zone: str, moment: str, day: str
) -> None:
    in_zone(connection, zone)
    assert one(connection, "select local_day(%s)", moment) == date.fromisoformat(day)


@given(
    moment=st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from(ZONES),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_moment_s_day_is_that_of_the_server_s_own_days(
    connection: psycopg.Connection, moment: datetime, zone: str
) -> None:
    in_zone(connection, zone)
    assert one(connection, "select local_day(%s)", moment) == day_of(moment)


def test_today_is_the_same_in_every_zone(connection: psycopg.Connection) -> None:
    at = one(connection, "select now()")
    for zone in ZONES:
        in_zone(connection, zone)
        assert one(connection, "select local_today()") == day_of(at)
    in_zone(connection, zone_of_another_day())
    assert one(connection, "select current_date") != one(connection, "select local_today()")


def test_what_any_writer_leaves_out_begins_today(connection: psycopg.Connection) -> None:
    in_zone(connection, zone_of_another_day())
    connection.execute("""
        insert into area (id, code, name, level) values (501, 'A1', 'a', 'community');
        insert into grid (id, code, name, area_id, geom)
        values (501, 'G1', 'g', 501, st_multi(st_makeenvelope(0, 0, 1, 1, 4490)));
        insert into worker (id, code, name, area_id) values (501, 'W1', 'w', 501);
        insert into account (id, name) values (501, 'a1')
    """)
    for statement in (
        "insert into grid_worker (grid_id, worker_id) values (501, 501) returning valid_from",
        "insert into role_grant (account_id, role) values (501, 'analyst') returning valid_from",
    ):
        assert one(connection, statement) == today()


def test_nothing_in_the_database_asks_for_the_day_of_the_session(
    connection: psycopg.Connection,
) -> None:
    found = connection.execute(EXPRESSIONS).fetchall()
    assert len(found) > 100
    assert [name for name, text in found if text and OF_THE_SESSION.search(text)] == []


def test_nor_does_a_query_of_the_server() -> None:
    package = Path(gis_gov.__file__).parent
    sources = [
        path
        for kind in ("*.py", "*.sql")
        for folder in (package, package.parent / "tiles")
        for path in folder.rglob(kind)
        if "node_modules" not in path.parts
    ]
    assert len(sources) > 100
    assert [str(path) for path in sources if OF_THE_SESSION.search(path.read_text("utf-8"))] == []


def test_the_zones_of_another_day_are_so_at_all_hours() -> None:
    begin = datetime(2026, 11, 27, tzinfo=UTC)
    for hour in range(24):
        at = begin + timedelta(hours=hour)
        assert day_of(at) != (at + timedelta(hours=-12 if (hour + 8) % 24 < 19 else 14)).date()
