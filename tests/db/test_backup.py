"""Backup and restore: everything comes back, or nothing changes."""

import threading
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from gis_gov.db.backup import BackupError, backup, restore
from gis_gov.db.cluster import Cluster
from tests.conftest import FAST, TestServer

TABLES = """
    select relname from pg_class as c
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
      and relname not in ('change', 'change_horizon')
      and not exists (
          select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid
             and deptype = 'e'
      )
    order by relname
"""
CONTENT = """
    select count(*), coalesce(sum(('x' || left(md5({}::text), 15))::bit(60)::bigint), 0) from {}
"""
OBJECTS = """
    select 'index', indexdef from pg_indexes where schemaname = 'public'
    union all
    select 'constraint', conrelid::regclass || ' ' || pg_get_constraintdef(oid)
    from pg_constraint where connamespace = 'public'::regnamespace
    union all
    select 'trigger', pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
    union all
    select 'function', proname || pg_get_function_arguments(oid) || prosrc from pg_proc
    where pronamespace = 'public'::regnamespace and probin is null
    order by 1, 2
"""


@pytest.fixture(scope="module")
def sample_backup(sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("backup") / "small.backup"
    backup(sample_url, file)
    return file


def content(url: str) -> dict[str, tuple[int, int]]:
    """Row count and checksum of each table of ours."""
    found = {}
    with psycopg.connect(url) as connection:
        for (name,) in connection.execute(TABLES).fetchall():
            table = sql.Identifier(name)
            row = connection.execute(sql.SQL(CONTENT).format(table, table)).fetchone()
            assert row
            found[name] = (row[0], int(row[1]))
    return found


def objects(url: str) -> list[tuple[str, str]]:
    """The indexes, constraints, triggers and functions of the schema."""
    with psycopg.connect(url) as connection:
        return connection.execute(OBJECTS).fetchall()


def databases(url: str) -> set[str]:
    """Return the names of a database and of those made beside it; other tests have theirs."""
    name = url.rpartition("/")[2]
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "select datname from pg_database where datname = %s or starts_with(datname, %s)",
            [name, f"{name}_re"],
        )
        return {found for (found,) in rows}


def test_an_empty_home_gets_every_row_back(
    sample_url: str, sample_backup: Path, tmp_path: Path
) -> None:
    cluster = Cluster(tmp_path / "home", FAST)
    cluster.init()
    cluster.start()
    try:
        restore(cluster.url(), sample_backup)
        before, after = content(sample_url), content(cluster.url())
        assert before["person"][0] > 5000
        assert sum(rows for rows, _ in before.values()) > 20_000
        assert after == before
        assert objects(cluster.url()) == objects(sample_url)
    finally:
        cluster.stop()


def test_a_checksum_tells_a_changed_row(own_database_url: str) -> None:
    statement = "insert into area (code, name, level) values ('99', %s, 'province')"
    with psycopg.connect(own_database_url) as connection:
        connection.execute(statement, ["a"])
    before = content(own_database_url)["area"]
    with psycopg.connect(own_database_url) as connection:
        connection.execute("update area set name = 'b'")
    after = content(own_database_url)["area"]
    assert before[0] == after[0] == 1
    assert before[1] != after[1]


def test_a_database_in_use_is_replaced_and_its_clients_come_back(
    own_database_url: str, sample_backup: Path
) -> None:
    cut_off = threading.Event()
    connected = threading.Event()

    def use() -> None:
        try:
            with psycopg.connect(own_database_url) as connection:
                connected.set()
                connection.execute("select pg_sleep(120)")
        except psycopg.OperationalError:
            cut_off.set()

    client = threading.Thread(target=use)
    client.start()
    assert connected.wait(30)
    before = databases(own_database_url)
    restore(own_database_url, sample_backup)
    client.join(30)
    assert cut_off.is_set()
    assert content(own_database_url)["grid"][0] > 0
    assert databases(own_database_url) == before


@pytest.fixture
def filled_url(own_database_url: str) -> str:
    with psycopg.connect(own_database_url) as connection:
        connection.execute("insert into area (code, name, level) values ('99', 'a', 'province')")
    return own_database_url


def refused(url: str, file: Path) -> str:
    """Restore a file that can't be, and return why; nothing may have changed."""
    before, present = content(url), databases(url)
    with pytest.raises(BackupError) as caught:
        restore(url, file)
    assert content(url) == before
    assert databases(url) == present
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_truncated_backup_changes_nothing(
    filled_url: str, sample_backup: Path, tmp_path: Path
) -> None:
    whole = sample_backup.read_bytes()
    cut = tmp_path / "cut.backup"
    cut.write_bytes(whole[: len(whole) * 2 // 3])
    assert "cut.backup can't be restored" in refused(filled_url, cut)


def test_a_file_that_is_no_backup_changes_nothing(filled_url: str, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("no backup")
    assert "does not appear to be a valid archive" in refused(filled_url, file)


def test_a_backup_of_a_newer_schema_is_refused(
    postgis: TestServer, filled_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "newer.backup"
    with postgis.database() as newer:
        with psycopg.connect(newer) as connection:
            connection.execute("update alembic_version set version_num = '9999'")
        backup(newer, file)
    assert "the schema 9999, unknown to this gis-gov" in refused(filled_url, file)


def test_a_backup_of_something_else_is_refused(
    postgis: TestServer, filled_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "else.backup"
    with postgis.database() as other:
        with psycopg.connect(other) as connection:
            connection.execute("drop table alembic_version")
        backup(other, file)
    assert "the schema of something else" in refused(filled_url, file)


def test_a_role_that_may_not_make_databases_is_told_so(
    filled_url: str, sample_backup: Path
) -> None:
    with psycopg.connect(filled_url, autocommit=True) as connection:
        connection.execute("create role clerk login password 'clerk'")
    try:
        url = make_url(filled_url).set(username="clerk", password="clerk")
        with pytest.raises(BackupError, match="the right to create and rename databases"):
            restore(url.render_as_string(hide_password=False), sample_backup)
    finally:
        with psycopg.connect(filled_url, autocommit=True) as connection:
            connection.execute("drop role clerk")


def test_what_a_killed_restore_left_does_not_hinder(filled_url: str, sample_backup: Path) -> None:
    name = make_url(filled_url).database
    with psycopg.connect(filled_url, autocommit=True) as connection:
        for left in ("restoring", "replaced"):
            statement = sql.SQL("create database {}").format(sql.Identifier(f"{name}_{left}"))
            connection.execute(statement)
    restore(filled_url, sample_backup)
    assert content(filled_url)["grid"][0] > 0
    assert databases(filled_url) == {name}


def test_a_backup_that_fails_keeps_the_older_one(
    postgis: TestServer, own_database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "x.backup"
    backup(own_database_url, file)
    older = file.read_bytes()
    with pytest.raises(BackupError, match="no backup was made"):
        backup(postgis.url("there_is_no_such_database"), file)
    assert file.read_bytes() == older
    assert list(tmp_path.iterdir()) == [file]
