"""The role that the server works under: nothing leads from it to more than row policies allow."""

import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg import errors, sql
from sqlalchemy.engine import make_url

from gis_gov.db.cluster import Cluster
from gis_gov.db.cluster_roles import make_server_role
from gis_gov.db.fitness import UnfitDatabase, check_role, check_server_role
from gis_gov.db.migrate import migrate
from gis_gov.db.notify import Listener
from gis_gov.db.pool import Pool
from gis_gov.db.run import sql_file
from gis_gov.db.scope import NOTHING, SYSTEM
from gis_gov.settings import Settings
from gis_gov.shipped import shipped

PASSWORD = "of-a-test"


@pytest.fixture
def server_url(own_database_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a server's role of this test's own, for its own database."""
    name = f"server_{make_url(own_database_url).database}"[:63]
    with psycopg.connect(own_database_url, autocommit=True) as connection:
        make_server_role(connection, name, PASSWORD)
        yield (
            make_url(own_database_url)
            .set(username=name, password=PASSWORD)
            .render_as_string(hide_password=False)
        )
        connection.execute(sql.SQL("drop owned by {}").format(sql.Identifier(name)))
        connection.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


def owner(url: str) -> str:
    return make_url(url).username or ""


def test_it_is_fit(server_url: str) -> None:
    assert check_server_role(server_url) is None


def test_the_login_role_by_itself_may_read_nothing(server_url: str) -> None:
    with psycopg.connect(server_url) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute("select from person")


@pytest.mark.parametrize(
    "statement",
    [
        "set role {owner}",
        "set session authorization {owner}",
        "alter role current_user superuser",
        "alter table person disable row level security",
        "grant {owner} to gis_gov_app",
        "create table public.mine ()",
        "copy person to program 'cat'",
    ],
)
def test_nothing_leads_back_to_the_owner(
    server_url: str, own_database_url: str, statement: str
) -> None:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("set role gis_gov_app")
        for _ in range(2):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(
                    sql.SQL(statement).format(owner=sql.Identifier(owner(own_database_url)))  # type: ignore[arg-type]
                )
            connection.execute("reset role")


_WITH_THE_OWNER_S_RIGHTS = """
    select p.oid::regprocedure::text, p.proname, p.prorettype = 'trigger'::regtype
    from pg_proc as p
    where p.pronamespace = 'public'::regnamespace and p.prosecdef
        and not exists (
            select from pg_depend as d
            where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
        )
"""
CALLED_BY_THE_SERVER = {
    "audit_months(integer)",
    "expire_positions(date)",
    "forget_before(timestamp with time zone,integer)",
    "forget_places(integer)",
    "forget_dropped_day()",
    "hanging_on(text,bigint)",
    "keep_track_lines(integer)",
    "placed_at(bigint)",
    "prune_changes(double precision)",
    "ready_position_days(date[])",
    "rule_in_reach(bigint)",
    "tasks_of_worker(bigint,date,timestamp with time zone,timestamp with time zone)",
}


def test_what_works_with_the_owner_s_rights_is_nobody_s_to_call(own_database_url: str) -> None:
    with psycopg.connect(own_database_url) as connection:
        found = connection.execute(_WITH_THE_OWNER_S_RIGHTS).fetchall()
        assert len(found) > 10
        for role, allowed in (("public", set[str]()), ("gis_gov_app", CALLED_BY_THE_SERVER)):
            callable_by = {
                name
                for name, _, _ in found
                if connection.execute(
                    "select has_function_privilege(%s, %s, 'execute')", [role, name]
                ).fetchone()
                == (True,)
            }
            assert callable_by == allowed, role


def test_a_trigger_of_one_s_own_does_not_work_with_the_owner_s_rights(
    server_url: str, own_database_url: str
) -> None:
    """Its arguments would be SQL of whoever made it."""
    with psycopg.connect(own_database_url) as connection:
        found = connection.execute(_WITH_THE_OWNER_S_RIGHTS).fetchall()
    with psycopg.connect(server_url, autocommit=True) as connection:
        for role in ("none", "gis_gov_app"):
            connection.execute(sql.SQL("set role {}").format(sql.SQL(role)))
            connection.execute("create temporary table if not exists mine (id integer)")
            for name in (name for _, name, is_trigger in found if is_trigger):
                trigger = sql.SQL(
                    "create trigger t after insert on mine referencing new table as new_rows"
                    " for each statement execute function public.{}('own', 'event', 'select 1')"
                ).format(sql.Identifier(name))
                with pytest.raises(errors.InsufficientPrivilege):
                    connection.execute(trigger)
            connection.execute("drop table mine")


@pytest.mark.anyio
async def test_the_server_s_connections_work_under_it(server_url: str) -> None:
    who = "select current_user::text, session_user::text"
    async with Pool(server_url, Settings()) as pool:
        async with pool.connection(SYSTEM) as conn:
            row = await (await conn.execute(who)).fetchone()
        assert row == ("gis_gov_app", make_url(server_url).username)
        async with pool.connection(NOTHING) as conn:
            row = await (await conn.execute("select count(*) from person")).fetchone()
        assert row == (0,)


@pytest.mark.anyio
async def test_the_listener_works_under_it(own_database_url: str) -> None:
    listener = Listener(own_database_url)
    async with await listener._connect() as conn:
        await listener._subscribe(conn)
        row = await (await conn.execute("select current_user::text")).fetchone()
    assert row == ("gis_gov_app",)


def test_an_owner_may_log_in_and_is_warned_of(own_database_url: str) -> None:
    warning = check_server_role(own_database_url)
    assert warning
    assert "is a superuser" in warning
    assert "GIS_GOV_SERVER_DATABASE_URL" in warning


@pytest.fixture
def undone(own_database_url: str) -> Iterator[psycopg.Connection]:
    """An owner's transaction that is rolled back: roles belong to the whole server."""
    with psycopg.connect(own_database_url) as connection:
        yield connection
        connection.rollback()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("alter role gis_gov_app superuser", "which is a superuser"),
        ("alter role gis_gov_app bypassrls", "which has BYPASSRLS"),
        ("alter table person owner to gis_gov_app", "may act as gis_gov_app, the owner of tables"),
    ],
)
def test_a_role_that_passes_by_policies_is_refused(
    undone: psycopg.Connection, statement: LiteralString, said: str
) -> None:
    undone.execute(statement)
    with pytest.raises(UnfitDatabase, match=said) as refused:
        check_role(undone)
    assert "alter role gis_gov_app nosuperuser nobypassrls" in str(refused.value)


def test_a_role_that_may_not_work_as_the_application_is_refused(
    undone: psycopg.Connection,
) -> None:
    undone.execute("create role of_this_test")
    undone.execute("set session authorization of_this_test")
    with pytest.raises(UnfitDatabase, match='run `grant gis_gov_app to "of_this_test"`'):
        check_role(undone)


def test_its_password_is_in_no_statement(
    own_database_url: str, server_url: str, tmp_path: Path
) -> None:
    name = make_url(server_url).username or ""
    other = make_url(server_url).set(password="geheim'\\nüß")
    with (
        psycopg.connect(own_database_url, autocommit=True) as connection,
        (tmp_path / "sent").open("wb") as sent,
    ):
        connection.pgconn.trace(sent.fileno())
        make_server_role(connection, name, other.password or "")
        connection.pgconn.untrace()
    told = (tmp_path / "sent").read_bytes()
    assert b"alter role" in told
    assert b"SCRAM-SHA-256$" in told
    assert b"geheim" not in told
    with psycopg.connect(other.render_as_string(hide_password=False)) as connection:
        assert connection.execute("select session_user").fetchone() == (name,)


MIGRATION = shipped("migrations") / "versions" / "0002_access.py"
MAKERS = {
    "migration": (shipped("migrations") / "versions" / "0002_access.py")
    .read_text()
    .split('"""')[3],
    "restore": sql_file("gis_gov.db", "app_role"),
}


WAITS = "select from pg_stat_activity where pid = %s and wait_event_type = 'Lock'"


@pytest.fixture
def owner_url(own_database_url: str) -> Iterator[str]:
    """The URL of an owner who may make roles and is no superuser."""
    database = make_url(own_database_url).database or ""
    url = make_url(own_database_url).set(username=f"maker_{database}"[:63], password=PASSWORD)
    role = sql.Identifier(url.username or "")
    with psycopg.connect(own_database_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("create role {} login createrole password {}").format(role, PASSWORD)
        )
        yield url.render_as_string(hide_password=False)
        connection.execute(sql.SQL("drop role {}").format(role))


@pytest.mark.parametrize("maker", MAKERS)
def test_who_is_late_in_making_the_role_may_take_it_on_all_the_same(
    owner_url: str, maker: str
) -> None:
    name = f"app_{make_url(owner_url).database}"[:63]
    text = MAKERS[maker].replace("gis_gov_app", name)
    with psycopg.connect(owner_url) as first, psycopg.connect(owner_url) as late:
        first.execute(sql.SQL("create role {}").format(sql.Identifier(name)))
        making = threading.Thread(target=late.execute, args=[text])
        making.start()
        waiting = "select from pg_stat_activity where pid = %s and wait_event_type = 'Lock'"
        with psycopg.connect(owner_url, autocommit=True) as looking:
            while (
                making.is_alive() and not looking.execute(waiting, [late.info.backend_pid]).rowcount
            ):
                time.sleep(0.01)
        first.commit()
        making.join(60)
        late.execute(sql.SQL("set role {}").format(sql.Identifier(name)))
        late.execute("reset role")
        late.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))
        late.commit()


def test_the_role_of_a_home_has_a_password_of_its_own(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "home", {"fsync": "off", "shared_buffers": "16MB"})
    cluster.init()
    cluster.start()
    try:
        cluster.ensure_database()
        migrate(cluster.url())
        first = cluster.server_url()
        assert check_server_role(first) is None
        kept = tmp_path / "home" / "server_password"
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert kept.read_text() != (tmp_path / "home" / "password").read_text()
        assert cluster.server_url() == first
        kept.unlink()
        assert check_server_role(cluster.server_url()) is None
        assert cluster.server_url() != first
    finally:
        cluster.stop()
