"""Terms that are written begin and end by the days of UTC+8, on a database with other days."""

from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from gis_gov.access.actor import Actor
from gis_gov.access.grants import Grant
from gis_gov.days import today
from tests.another_day import zone_of_another_day
from tests.ogc.writing.conftest import Site
from tests.ogc.writing.test_rights import refused
from tests.ogc.writing.test_workers import EASTERN_GRID, made, terms
from tests.registry.conftest import EAST

EAST_ID = 2
DAY = timedelta(days=1)
ON, OFF = ({"properties": {"grid_codes": codes}} for codes in ([EASTERN_GRID], []))


@pytest.fixture(scope="module")
def written_url(written_url: str) -> str:
    """Give the database a zone in which it is another day, before the server connects."""
    with psycopg.connect(written_url, autocommit=True) as conn:
        conn.execute(
            sql.SQL("alter database {} set timezone = {}").format(
                sql.Identifier(make_url(written_url).database or ""),
                sql.Literal(zone_of_another_day()),
            )
        )
    return written_url


async def with_term(
    site: Site, client: Any, code: str, first: date, last: date | None = None
) -> str:
    """Make a worker with a term in the east, and return his address."""
    path = (await made(client, code=code, name="钱一", area_code=EAST)).headers["location"]
    site.execute(
        "insert into grid_worker (grid_id, worker_id, valid_from, valid_to)"
        " select 1, id, %s, %s from worker where code = %s",
        first,
        last,
        code,
    )
    return path


async def served(client: Any, path: str) -> list[str]:
    return (await client.get(path)).json()["properties"]["grid_codes"]


async def test_a_term_begins_and_ends_today(site: Site) -> None:
    assert site.execute("select current_date") != [(today(),)]
    async with site.registrar() as client:
        new = await made(client, code="D1", name="钱一", area_code=EAST, grid_codes=[EASTERN_GRID])
        path = new.headers["location"]
        assert terms(site, "D1") == [(EASTERN_GRID, today(), None)]
        assert (await client.patch(path, json=OFF)).status_code == 200
        assert terms(site, "D1") == [(EASTERN_GRID, today(), today())]
        # It was for no day before today: on it goes, and away with him.
        assert (await client.patch(path, json=ON)).status_code == 200
        assert terms(site, "D1") == [(EASTERN_GRID, today(), None)]
        assert (await client.delete(path)).status_code == 204
    assert terms(site, "D1") == []


async def test_a_term_under_way_ends_today(site: Site) -> None:
    async with site.registrar() as client:
        for code, last in (("D2", None), ("D3", today() + DAY)):
            path = await with_term(site, client, code, today() - DAY, last)
            assert await served(client, path) == [EASTERN_GRID]
            assert (await client.patch(path, json=OFF)).status_code == 200
            assert terms(site, code) == [(EASTERN_GRID, today() - DAY, today())]
            # Who has served yesterday stays on record.
            answer = await client.delete(path)
            assert answer.json()["type"] == "urn:gis-gov:problem:broken-reference"
            assert terms(site, code) == [(EASTERN_GRID, today() - DAY, today())]


async def test_a_term_of_tomorrow_is_one_and_goes_without_a_trace(site: Site) -> None:
    async with site.registrar() as client:
        path = await with_term(site, client, "D4", today() + DAY)
        assert await served(client, path) == [EASTERN_GRID]
        assert (await client.patch(path, json=OFF)).status_code == 200
        assert terms(site, "D4") == [(EASTERN_GRID, today() + DAY, today() + DAY)]
        assert (await client.delete(path)).status_code == 204
    assert terms(site, "D4") == []


async def test_a_term_that_has_ended_today_is_over(site: Site) -> None:
    async with site.registrar() as client:
        path = await with_term(site, client, "D5", today() - DAY, today())
        assert await served(client, path) == []
        assert (await client.patch(path, json=ON)).status_code == 200
        assert terms(site, "D5")[1:] == [(EASTERN_GRID, today(), None)]


async def test_the_database_keeps_what_held_yesterday(site: Site) -> None:
    grant = Grant("registrar", "1.2.", frozenset({EAST_ID}))
    async with site.registrar() as client:
        for code, days in (("D6", -1), ("D7", 0), ("D8", 1)):
            await with_term(site, client, code, today() + days * DAY)
    async with site.reached(Actor("t", (grant,)).scope) as conn:
        gone = await conn.execute(
            "delete from grid_worker where worker_id in"
            " (select id from worker where code in ('D6', 'D7', 'D8')) returning valid_from"
        )
        assert sorted(first for (first,) in await gone.fetchall()) == [today(), today() + DAY]


async def test_a_role_without_a_first_day_begins_today(site: Site) -> None:
    async with site.registrar() as client:
        refused(await client.get("/collections/events/items"))
    ((first,),) = site.execute("select distinct valid_from from role_grant")
    assert first == today()
