"""The months of the audit: made ahead, dropped when old; and the chain goes on through all that."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from alembic import command
from psycopg import sql

from gis_gov.access.anchor import Anchors, advance_sync
from gis_gov.access.entry import Entry, write_sync
from gis_gov.auditing.purge import TooYoung, purge
from gis_gov.auditing.retention import newest_purgeable
from gis_gov.auditing.verify import verify
from gis_gov.days import today
from gis_gov.db.migrate import config
from tests.access.chain import anchors_in, broken_at, fill, intruder
from tests.conftest import TestServer

# As the trigger would have done it, at times long past.
BACKDATE: LiteralString = """
    do $$
    declare
        entry audit;
        instant timestamptz;
    begin
        entry.number := 0;
        entry.hash := sha256('');
        for instant in select unnest(string_to_array(current_setting('test.times'), ' ')) loop
            perform audit_month((instant at time zone 'Asia/Shanghai')::date);
            entry.number := entry.number + 1;
            entry.at := instant;
            entry.actor := 'account:wang';
            entry.action := 'person.read';
            entry.result := 'ok';
            entry.previous_hash := entry.hash;
            entry.hash := audit_hash(entry);
            insert into audit select entry.*;
        end loop;
        update audit_head set chain = gen_random_uuid(), part = (
            select tableoid::regclass::text from audit order by number desc limit 1
        );
    end
    $$
"""
TIMES = (
    "2024-01-15T12:00+08:00",
    "2024-01-31T23:59:59.9+08:00",
    "2024-02-01T00:00:00.1+08:00",
    # Written by one who waited across the end of the month.
    "2024-01-31T23:59:59.95+08:00",
    "2024-02-20T12:00+08:00",
    "2024-03-01T12:00+08:00",
    "2024-04-30T12:00+08:00",
)


@pytest.fixture
def anchors(tmp_path: Path) -> Anchors:
    return anchors_in(tmp_path)


@pytest.fixture
def old(own_database_url: str, anchors: Anchors) -> str:
    """A database with entries of four months of 2024, and one of today."""
    with intruder(own_database_url) as connection:
        connection.execute("select set_config('test.times', %s, false)", [" ".join(TIMES)])
        connection.execute(BACKDATE)
    fill(own_database_url, 1, anchors)
    return own_database_url


def parts(url: str) -> list[tuple[str, int]]:
    with psycopg.connect(url) as connection:
        return connection.execute(
            "select tableoid::regclass::text, number from audit order by number"
        ).fetchall()


def drop(url: str, before: date) -> int:
    with psycopg.connect(url, autocommit=True) as connection:
        return purge(connection, before, "cli:test", "policy").entries


def test_months_are_those_of_china(old: str, anchors: Anchors) -> None:
    assert parts(old)[:-1] == [
        ("audit_202401", 1),
        ("audit_202401", 2),
        ("audit_202402", 3),
        ("audit_202401", 4),
        ("audit_202402", 5),
        ("audit_202403", 6),
        ("audit_202404", 7),
    ]
    assert broken_at(old, anchors) is None


def test_partitions_are_made_ahead_and_only_once(own_database_url: str) -> None:
    months = {today() + timedelta(days=31 * n) for n in range(3)}
    with psycopg.connect(own_database_url) as connection:
        connection.execute("set role gis_gov_app")
        for _ in range(2):
            connection.execute("select audit_months(3)")
        found = connection.execute(
            "select relname from pg_class where relname ~ '^audit_[0-9]{6}$'"
        ).fetchall()
    assert {f"audit_{month:%Y%m}" for month in months} <= {name for (name,) in found}
    assert len(found) == 4


def test_entries_without_a_partition_move_to_theirs(
    own_database_url: str, anchors: Anchors
) -> None:
    fill(own_database_url, 1)
    with psycopg.connect(own_database_url) as connection:
        (part,) = connection.execute("select part from audit_head").fetchone() or ("",)
        table = sql.Identifier(part)
        connection.execute(sql.SQL("alter table audit detach partition {}").format(table))
        connection.execute("set session_replication_role = replica")
        connection.execute(sql.SQL("insert into audit select * from {}").format(table))
        connection.execute("set session_replication_role = origin")
        connection.execute(sql.SQL("drop table {}").format(table))
        connection.execute("update audit_head set part = 'audit_default'")
    fill(own_database_url, 3)
    assert {name for name, _ in parts(own_database_url)} == {"audit_default"}
    with psycopg.connect(own_database_url) as connection:
        connection.execute("select audit_months(3)")
    fill(own_database_url, 3, anchors)
    assert parts(own_database_url) == [(part, n) for n in range(1, 8)]
    assert broken_at(own_database_url, anchors) is None


def test_a_purge_drops_whole_months_and_the_rest_is_verified(old: str, anchors: Anchors) -> None:
    assert drop(old, date(2024, 2, 29)) == 3
    assert [number for _, number in parts(old)] == [3, 5, 6, 7, 8, 9]
    assert broken_at(old, anchors) is None
    assert drop(old, date(2024, 4, 1)) == 3
    with psycopg.connect(old, autocommit=True) as connection:
        advance_sync(connection, anchors)
        found = verify(connection, anchors)
        told = connection.execute(
            "select actor, reason, detail from audit order by number desc limit 1"
        ).fetchone()
    assert (found.first, found.last, found.entries) == (7, 10, 4)
    assert [(run.first, run.last, run.purge) for run in found.purged] == [(1, 6, 10)]
    assert told
    assert told[:2] == ("cli:test", "policy")
    assert told[2]["months"] == ["2024-02", "2024-03"]
    assert [(run["first"], run["last"]) for run in told[2]["dropped"]] == [(1, 6)]


def test_nothing_to_purge_changes_nothing(old: str) -> None:
    before = parts(old)
    assert drop(old, date(2024, 1, 31)) == 0
    assert parts(old) == before


def test_what_is_younger_than_six_months_is_kept(old: str) -> None:
    latest = newest_purgeable(today())
    with pytest.raises(TooYoung, match="6 months"):
        drop(old, latest + timedelta(days=1))
    assert newest_purgeable(date(2026, 8, 31)) == date(2026, 2, 28)
    assert newest_purgeable(date(2026, 3, 5)) == date(2025, 9, 5)


def test_what_no_purge_tells_of_is_missing(old: str, anchors: Anchors) -> None:
    with psycopg.connect(old, autocommit=True) as connection:
        connection.execute("drop table audit_202401")
    assert broken_at(old, anchors) == 1


def test_a_purge_covers_up_nothing_but_what_it_dropped(old: str, anchors: Anchors) -> None:
    drop(old, date(2024, 2, 1))
    with intruder(old) as connection:
        connection.execute("delete from audit where number = 3")
    assert broken_at(old, anchors) == 3


def test_the_month_before_a_long_silence_stays(old: str, anchors: Anchors) -> None:
    assert drop(old, date(2025, 1, 1)) == 6
    assert next(name for name, _ in parts(old)) == "audit_202404"
    assert broken_at(old, anchors) is None
    assert drop(old, date(2025, 1, 1)) == 0


def forge(url: str, first: int, last: int) -> None:
    """Take entries out, and write that they were purged, as the database's owner can."""
    with psycopg.connect(url, autocommit=True) as connection:
        hashed = connection.execute(
            "select encode(hash, 'hex') from audit where number = %s", [last]
        ).fetchone()
        assert hashed
        run = {"first": first, "last": last, "hash": hashed[0]}
        write_sync(connection, Entry("audit.purge", "ok", "audit", detail={"dropped": [run]}), "x")
    with intruder(url) as connection:
        connection.execute("delete from audit where number between %s and %s", [first, last])


def test_a_forged_purge_hides_nothing_of_these_months(
    own_database_url: str, anchors: Anchors
) -> None:
    fill(own_database_url, 20, anchors)
    forge(own_database_url, 7, 9)
    assert broken_at(own_database_url, anchors) == 7
    forge(own_database_url, 1, 10)
    assert broken_at(own_database_url, anchors) == 1


def test_a_forged_purge_hides_nothing_amid_an_old_month(
    own_database_url: str, anchors: Anchors
) -> None:
    days = " ".join(f"2024-01-{day}T12:00+08:00" for day in (10, 15, 20))
    with intruder(own_database_url) as connection:
        connection.execute("select set_config('test.times', %s, false)", [days])
        connection.execute(BACKDATE)
    fill(own_database_url, 3, anchors)
    forge(own_database_url, 2, 2)
    assert broken_at(own_database_url, anchors) == 2


def test_a_purge_of_the_future_counts_as_of_today(own_database_url: str, anchors: Anchors) -> None:
    fill(own_database_url, 20, anchors)
    with intruder(own_database_url) as connection:
        forge(own_database_url, 1, 9)
        connection.execute(
            """
            do $$
            declare entry audit;
            begin
                select * into entry from audit order by number desc limit 1;
                delete from audit where number = entry.number;
                entry.at := entry.at + interval '7 months';
                entry.hash := audit_hash(entry);
                insert into audit select entry.*;
            end
            $$
            """
        )
    assert broken_at(own_database_url, anchors) == 1


def test_what_is_told_of_no_purge_is_no_error(old: str, anchors: Anchors) -> None:
    with psycopg.connect(old, autocommit=True) as connection:
        for told in ({"dropped": 3}, {"dropped": [{}]}, {"dropped": [{"first": "x"}]}, {}):
            write_sync(connection, Entry("audit.purge", "ok", detail=told), "x")
    assert broken_at(old, anchors) is None


@pytest.fixture
def before_the_chain(postgis: TestServer) -> Iterator[str]:
    """A database of the release before, with entries."""
    with postgis.older_database("0003") as url:
        with psycopg.connect(url) as connection:
            connection.execute(
                "insert into audit (at, actor, client, action, result, detail) values"
                " ('2025-03-01', 'b', '10.0.0.1', 'x', 'ok', '{}'),"
                " ('2024-12-31 23:00+08', 'a', null, 'y', 'failed', null)"
            )
        yield url


def test_entries_from_before_the_chain_are_kept_and_chained(
    before_the_chain: str, anchors: Anchors
) -> None:
    command.upgrade(config(before_the_chain), "head")
    fill(before_the_chain, 2, anchors)
    assert parts(before_the_chain)[:2] == [("audit_202412", 1), ("audit_202503", 2)]
    assert broken_at(before_the_chain, anchors) is None
