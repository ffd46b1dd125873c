"""Rights to write as the row policies hold them, also for a query that forgets its filter."""

import psycopg
import pytest
from psycopg import errors

from gis_gov.access.actor import Actor
from gis_gov.access.grants import Grant
from gis_gov.db.scope import APP_ROLE, SYSTEM, Scope, bind
from tests.ogc.writing.conftest import Site

EAST_ID = 2


def scope_of_the_east() -> Scope:
    """Return the scope of an editor of the east."""
    return Actor("t", (Grant("editor", "1.2.", frozenset({EAST_ID})),)).scope


FORGED = {
    "a camera in the west": (
        "insert into resource (code, kind, name, geom)"
        " values ('F', 'camera', 'f', st_point(113.05, 22.05, 4490))"
    ),
    "a camera nowhere": "insert into resource (code, kind, name) values ('F', 'camera', 'f')",
    "out of the east": "update resource set geom = st_point(113.05, 22.05, 4490) where code = 'C1'",
    "an event in the west": (
        "insert into event (code, reported_at, geom)"
        " values ('F', now(), st_point(113.05, 22.05, 4490))"
    ),
    "a house by a lie": (
        "insert into house (code, name, address_id, grid_id, area_id) values ('F', 'f', 3, 1, 2)"
    ),
    "an enterprise by a lie": (
        "insert into enterprise (code, name, address_id, grid_id, area_id)"
        " values ('F', 'f', 3, 1, 2)"
    ),
    "to an address of the west": "update enterprise set address_id = 3 where code = 'E1'",
    "another grid than its address's": "update house set grid_id = 2, area_id = 3",
    "a grid of one's own choice": "update resource set grid_id = 1, area_id = 2",
    "another code": "update resource set code = 'F' where code = 'C1'",
    "a person": "insert into person (code, name) values ('F', 'f')",
    "a worker": "update worker set name = 'f'",
    "a grid": "update grid set name = 'f'",
}


@pytest.mark.parametrize("what", FORGED)
async def test_the_database_refuses_what_a_forgotten_filter_lets_through(
    site: Site, what: str
) -> None:
    async with await psycopg.AsyncConnection.connect(site.url) as conn:
        await conn.execute("select set_config('role', %s, false)", [APP_ROLE])
        await bind(conn, scope_of_the_east())
        with pytest.raises(errors.InsufficientPrivilege):
            await conn.execute(FORGED[what])  # type: ignore[arg-type]
        await conn.rollback()


async def test_in_the_database_the_west_is_out_of_reach(site: Site) -> None:
    async with await psycopg.AsyncConnection.connect(site.url) as conn:
        await conn.execute("select set_config('role', %s, false)", [APP_ROLE])
        await bind(conn, scope_of_the_east())
        for table in ("resource", "event", "address", "house", "enterprise"):
            before = site.execute(f"select count(*) from {table} where area_id = 3")  # noqa: S608
            assert before
            await conn.execute(f"update {table} set {column_of(table)} = 'f'")  # type: ignore[arg-type] # noqa: S608
            await bind(conn, SYSTEM)
            found = await conn.execute(
                f"select count(*) from {table}"  # type: ignore[arg-type] # noqa: S608
                f" where {column_of(table)} = 'f' and area_id is distinct from 2"
            )
            assert await found.fetchone() == (0,)
            await bind(conn, scope_of_the_east())
        await conn.rollback()


def column_of(table: str) -> str:
    return {"event": "title", "address": "full_text"}.get(table, "name")


async def test_who_only_reads_writes_nothing_in_the_database(site: Site) -> None:
    async with await psycopg.AsyncConnection.connect(site.url) as conn:
        await conn.execute("select set_config('role', %s, false)", [APP_ROLE])
        await bind(conn, Actor("t", (Grant("commander"),)).scope)
        assert (await conn.execute("select from resource")).rowcount > 0
        for statement in ("delete from resource", "update event set title = 'x'"):
            assert (await conn.execute(statement)).rowcount == 0  # type: ignore[arg-type]
        await conn.rollback()
