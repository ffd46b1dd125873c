"""Rights to write as the row policies hold them, also for a query that forgets its filter."""

import pytest
from psycopg import errors

from gis_gov.access.actor import Actor
from gis_gov.access.grants import Grant
from gis_gov.db.scope import SYSTEM, Scope, bind
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
    "a worker": "insert into worker (code, name, area_id) values ('F', 'f', 2)",
    "a term": "insert into grid_worker (grid_id, worker_id) values (1, 1)",
    "a person": "insert into person (code, name, address_id, grid_id, area_id)"
    " values ('F', 'f', 1, 1, 2)",
    "another's code": "update grid set code = 'f'",
}


@pytest.mark.parametrize("what", FORGED)
async def test_the_database_refuses_what_a_forgotten_filter_lets_through(
    site: Site, what: str
) -> None:
    async with site.reached(scope_of_the_east()) as conn:
        with pytest.raises(errors.InsufficientPrivilege):
            await conn.execute(FORGED[what])  # type: ignore[arg-type]


def scope_of_a_registrar(*classes: str) -> Scope:
    """Return the scope of a registrar of the east, of some classes, who reads everywhere."""
    grant = Grant(
        "registrar",
        "1.2.",
        frozenset({EAST_ID}),
        person_classes=frozenset(classes) if classes else None,
    )
    return Actor("t", (Grant("commander"), grant)).scope


FORGED_OF_PEOPLE = {
    "a worker in the west": "insert into worker (code, name, area_id) values ('F', 'f', 3)",
    "a worker nowhere": "insert into worker (code, name) values ('F', 'f')",
    "out of the east": "update worker set area_id = 3 where code = 'W1'",
    "another code": "update worker set code = 'F' where code = 'W1'",
    "a term in the west": "insert into grid_worker (grid_id, worker_id) values (2, 1)",
    "a term of a worker of the west": "insert into grid_worker (grid_id, worker_id) values (1, 2)",
    "a term that began long ago": (
        "insert into grid_worker (grid_id, worker_id, valid_from) values (1, 1, '2020-01-01')"
    ),
    "a person in the west": (
        "insert into person (code, name, address_id, grid_id, area_id) values ('F', 'f', 3, 2, 3)"
    ),
    "a person nowhere": "insert into person (code, name) values ('F', 'f')",
    "a person by a lie": (
        "insert into person (code, name, address_id, grid_id, area_id) values ('F', 'f', 3, 1, 2)"
    ),
    "a person to an address of the west": "update person set address_id = 3 where code = 'P2'",
    "a person's other code": "update person set code = 'F' where code = 'P2'",
}


@pytest.mark.parametrize("what", FORGED_OF_PEOPLE)
async def test_the_database_refuses_what_is_not_a_registrars_to_write(
    site: Site, what: str
) -> None:
    async with site.reached(scope_of_a_registrar()) as conn:
        with pytest.raises(errors.InsufficientPrivilege):
            await conn.execute(FORGED_OF_PEOPLE[what])  # type: ignore[arg-type]


async def test_of_other_classes_nobody_is_written_in_the_database(site: Site) -> None:
    async with site.reached(scope_of_a_registrar("service")) as conn:
        found = await conn.execute("update person set sex = sex returning code")
        assert await found.fetchall() == [("P2",)]
        assert (await conn.execute("delete from person where code = 'P1'")).rowcount == 0
        with pytest.raises(errors.InsufficientPrivilege):
            await conn.execute("update person set person_class = 'control' where code = 'P2'")


async def test_the_west_and_what_has_been_are_out_of_a_registrars_reach(site: Site) -> None:
    site.execute(
        "insert into grid_worker (grid_id, worker_id, valid_from) values (1, 1, '2020-01-01')"
    )
    async with site.reached(scope_of_a_registrar()) as conn:
        for table in ("person", "worker"):
            found = await conn.execute(f"update {table} set name = 'f' returning area_id")  # type: ignore[arg-type] # noqa: S608
            assert {area_id for (area_id,) in await found.fetchall()} == {EAST_ID}
        assert (await conn.execute("delete from grid_worker where worker_id = 1")).rowcount == 0
    site.execute("delete from grid_worker where worker_id = 1")


async def test_in_the_database_the_west_is_out_of_reach(site: Site) -> None:
    async with site.reached(scope_of_the_east()) as conn:
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


def column_of(table: str) -> str:
    return {"event": "title", "address": "full_text"}.get(table, "name")


async def test_who_only_reads_writes_nothing_in_the_database(site: Site) -> None:
    async with site.reached(Actor("t", (Grant("commander"),)).scope) as conn:
        assert (await conn.execute("select from resource")).rowcount > 0
        for statement in (
            "delete from resource",
            "update event set title = 'x'",
            "delete from person",
            "update worker set name = 'x'",
            "delete from grid_worker",
            "update grid set name = 'x'",
            "delete from area",
        ):
            assert (await conn.execute(statement)).rowcount == 0  # type: ignore[arg-type]
