"""The chain of the audit: whoever writes makes it, and whoever changes it is found."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.rows import class_row

from gis_gov.access.anchor import AnchorError, Anchors, advance, advance_sync
from gis_gov.access.entry import Entry, write_sync
from gis_gov.auditing.queries import Filter, Row, entries
from gis_gov.auditing.verify import verify
from gis_gov.auditing.writing import json_lines
from gis_gov.db.backup import backup, restore
from gis_gov.db.run import compiled
from tests.access.chain import anchors_in, broken_at, fill, intruder, outsiders_hash
from tests.conftest import TestServer

COUNT = 20
CHANGES: dict[str, LiteralString] = {
    "number": "999",
    "at": "at + interval '1 microsecond'",
    "actor": "'account:li'",
    "client": "'10.9.9.9'",
    "action": "'map.read'",
    "object_kind": "null",
    "object_code": "'p-other'",
    "result": "'refused'",
    "reason": "''",
    "detail": """'{"n": 99}'""",
    "previous_hash": "sha256('other')",
    "hash": "sha256('other')",
}


@pytest.fixture
def anchors(tmp_path: Path) -> Anchors:
    return anchors_in(tmp_path)


@pytest.fixture
def chained(own_database_url: str, anchors: Anchors) -> str:
    fill(own_database_url, COUNT, anchors)
    return own_database_url


def test_writers_of_any_kind_make_one_chain(own_database_url: str, anchors: Anchors) -> None:
    def write(n: int) -> None:
        with psycopg.connect(own_database_url, autocommit=True) as connection:
            for _ in range(20):
                with connection.transaction():
                    write_sync(connection, Entry("a", "ok", object_code=str(n)), "cli:x")
                    connection.execute(
                        "insert into audit (actor, action, result) values ('psql', 'b', 'ok'),"
                        " ('psql', 'c', 'ok')"
                    )

    writers = [threading.Thread(target=write, args=[n]) for n in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    with psycopg.connect(own_database_url, autocommit=True) as connection:
        advance_sync(connection, anchors, back=True)
        found = verify(connection, anchors)
        at = connection.execute("select at from audit order by number").fetchall()
    assert (found.entries, found.first, found.last) == (360, 1, 360)
    assert at == sorted(at)


def test_what_a_writer_says_of_number_and_hashes_counts_for_nothing(
    chained: str, anchors: Anchors
) -> None:
    with psycopg.connect(chained) as connection:
        connection.execute(
            "insert into audit (number, previous_hash, hash, actor, action, result)"
            " values (5, 'x', 'y', 'psql', 'b', 'ok')"
        )
    assert broken_at(chained, anchors) is None


def test_a_direct_write_to_a_partition_is_chained(chained: str, anchors: Anchors) -> None:
    with psycopg.connect(chained) as connection:
        row = connection.execute("select part from audit_head").fetchone()
        assert row
        connection.execute(
            sql.SQL("insert into {} (actor, action, result) values ('psql', 'b', 'ok')").format(
                sql.Identifier(row[0])
            )
        )
    assert broken_at(chained, anchors) is None


def test_a_transaction_that_would_not_see_the_last_entry_is_refused(chained: str) -> None:
    with psycopg.connect(chained) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with pytest.raises(errors.InvalidTransactionState):
            write_sync(connection, Entry("a", "ok"), "cli:x")


def test_an_outsider_computes_the_same_hashes(chained: str) -> None:
    with psycopg.connect(chained) as connection:
        connection.execute(
            "insert into audit (actor, client, action, result, detail) values"
            """ ('a', '::1', E'two\nlines', 'ok', '{"d": "文 \\" ", "x": 1.50}')"""
        )
        query, bound = compiled(entries(Filter(), oldest_first=True))
        rows = connection.cursor(row_factory=class_row(Row)).execute(query, bound).fetchall()
    told = [json.loads(line) for line in json_lines(rows).splitlines()]
    assert len(told) == COUNT + 1
    assert [outsiders_hash(entry) for entry in told] == [entry["hash"] for entry in told]


def test_a_change_of_any_column_is_found(chained: str, anchors: Anchors) -> None:
    with intruder(chained) as connection:
        for column, value in CHANGES.items():
            connection.execute("create table kept as select * from audit where number = 7")
            connection.execute(
                sql.SQL("update audit set {} = {} where number = 7").format(
                    sql.Identifier(column), sql.SQL(value)
                )
            )
            assert broken_at(chained, anchors) == 7, column
            connection.execute("delete from audit where number in (7, 999)")
            connection.execute("insert into audit select * from kept")
            connection.execute("drop table kept")
            assert broken_at(chained, anchors) is None


@pytest.mark.parametrize(
    ("doing", "number"),
    [
        ("delete from audit where number = 7", 7),
        ("delete from audit where number <= 7", 1),
        ("delete from audit where number > 15", 16),
        ("delete from audit", 1),
        ("insert into audit select * from audit where number = 7", None),
        (
            "update audit set hash = (select hash from audit where number = 8) where number = 7",
            7,
        ),
    ],
    ids=["middle", "beginning", "tail", "all", "twice", "another's hash"],
)
def test_what_is_taken_out_or_put_in_is_found(
    chained: str, anchors: Anchors, doing: LiteralString, number: int | None
) -> None:
    with intruder(chained) as connection:
        if number is None:
            with pytest.raises(errors.UniqueViolation):
                connection.execute(doing)
            return
        connection.execute(doing)
    assert broken_at(chained, anchors) == number


def test_a_tail_that_was_cut_is_found_after_new_entries_too(chained: str, anchors: Anchors) -> None:
    with intruder(chained) as connection:
        connection.execute("delete from audit where number > 15")
    fill(chained, 10)
    with (
        psycopg.connect(chained, autocommit=True) as connection,
        pytest.raises(AnchorError, match="does not go on"),
    ):
        advance_sync(connection, anchors)
    assert broken_at(chained, anchors) == COUNT


REMAKE: LiteralString = """
    do $$
    declare
        entry audit;
        hashed bytea := sha256('');
    begin
        for entry in select * from audit order by number loop
            entry.actor := 'account:nobody';
            entry.previous_hash := hashed;
            entry.hash := audit_hash(entry);
            hashed := entry.hash;
            update audit set actor = entry.actor, previous_hash = entry.previous_hash,
                hash = entry.hash where number = entry.number;
        end loop;
    end
    $$
"""


def test_a_chain_made_anew_is_found_by_its_anchor(chained: str, anchors: Anchors) -> None:
    with intruder(chained) as connection:
        connection.execute(REMAKE)
    assert broken_at(chained, anchors) == COUNT


@pytest.mark.parametrize("name", ["gen_random_uuid()", "null"])
def test_a_chain_under_another_name_is_not_anchored_by_itself(
    own_database_url: str, anchors: Anchors, name: LiteralString
) -> None:
    fill(own_database_url, 150)
    with psycopg.connect(own_database_url, autocommit=True) as connection:
        advance_sync(connection, anchors, back=True)
    with intruder(own_database_url) as connection:
        connection.execute("delete from audit where number > 120")
        connection.execute(sql.SQL("update audit_head set chain = {}").format(sql.SQL(name)))
    fill(own_database_url, 5)
    with psycopg.connect(own_database_url, autocommit=True) as connection:
        with pytest.raises(AnchorError, match="gis-gov audit anchor"):
            advance_sync(connection, anchors)
        with pytest.raises(AnchorError, match="has no anchor"):
            verify(connection, anchors)


@pytest.mark.anyio
async def test_the_server_anchors_no_chain_under_another_name(
    own_database_url: str, anchors: Anchors
) -> None:
    fill(own_database_url, 150)
    async with await psycopg.AsyncConnection.connect(own_database_url) as connection:
        with pytest.raises(AnchorError, match="gis-gov audit anchor"):
            await advance(connection, anchors)
    assert not anchors.file.exists()


def test_other_chains_that_are_anchored_are_told(chained: str, anchors: Anchors) -> None:
    with intruder(chained) as connection:
        (former,) = connection.execute("select chain from audit_head").fetchone() or (None,)
        connection.execute("delete from audit where number > 15")
        connection.execute("update audit_head set chain = gen_random_uuid()")
    fill(chained, 1, anchors)
    with psycopg.connect(chained, autocommit=True) as connection:
        assert verify(connection, anchors).others == {str(former): COUNT}


def test_an_anchor_that_is_missing_or_forged_is_told(chained: str, anchors: Anchors) -> None:
    with psycopg.connect(chained, autocommit=True) as connection:
        text = anchors.file.read_text()
        anchors.file.write_text(text.replace(f'"number": {COUNT}', '"number": 3'))
        with pytest.raises(AnchorError, match="not written with the server's key"):
            verify(connection, anchors)
        anchors.file.write_text("gone")
        with pytest.raises(AnchorError, match="no file of anchors"):
            verify(connection, anchors)
        anchors.file.unlink()
        with pytest.raises(AnchorError, match="has no anchor"):
            verify(connection, anchors)


def test_nothing_is_changed_through_any_door(chained: str) -> None:
    with psycopg.connect(chained, autocommit=True) as connection:
        parts = connection.execute(
            "select inhrelid::regclass::text from pg_inherits where inhparent = 'audit'::regclass"
        ).fetchall()
        assert len(parts) > 4
        for (name,) in [("audit",), *parts]:
            table = sql.Identifier(name)
            for statement in ("update {} set actor = 'x'", "delete from {}", "truncate {}"):
                with pytest.raises(errors.InsufficientPrivilege, match="append-only"):
                    connection.execute(sql.SQL(statement).format(table))  # type: ignore[arg-type]
        connection.execute("set role gis_gov_app")
        for (name,) in [("audit_head",), *parts]:
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(sql.SQL("delete from {}").format(sql.Identifier(name)))


@pytest.fixture
def restored(chained: str, postgis: TestServer, tmp_path: Path) -> Iterator[str]:
    file = tmp_path / "audit.backup"
    backup(chained, file)
    with postgis.database() as url:
        restore(url, file)
        yield url


def test_a_restored_backup_has_its_chain_and_goes_on(restored: str, anchors: Anchors) -> None:
    assert broken_at(restored, anchors) is None
    fill(restored, 5, anchors)
    with psycopg.connect(restored, autocommit=True) as connection:
        assert verify(connection, anchors).last == COUNT + 5
    with psycopg.connect(restored) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute("delete from audit")
