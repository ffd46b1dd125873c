"""Who comes to a process that has not heard yet what another one told him needs not begin anew."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import psycopg
import pytest

from gis_gov.app import create_app
from gis_gov.state import State, state_of
from tests.registry.conftest import write_people
from tests.signed_in import bearer, client_of, make_key, unhurried

pytestmark = pytest.mark.anyio

ADD = (
    "insert into event (code, reported_at, geom) values (%s, now(), st_point(113.15, 22.05, 4490))"
)
Two = tuple[State, State, httpx.AsyncClient]


@pytest.fixture
async def two(own_database_url: str) -> AsyncIterator[Two]:
    """Two processes on one database, and a client of the second one."""
    write_people(own_database_url)
    async with AsyncExitStack() as stack:
        apps = [create_app(unhurried().with_database(own_database_url)) for _ in range(2)]
        for app in apps:
            await stack.enter_async_context(app.router.lifespan_context(app))
            await state_of(app).changes.cursor(10)
        client = client_of(
            httpx.ASGITransport(apps[1]), bearer(make_key(own_database_url, "commander"))
        )
        await stack.enter_async_context(client)
        yield state_of(apps[0]), state_of(apps[1]), client


async def add(url: str, code: str) -> None:
    # Not in the way of the loop: the processes may hold what this waits for.
    async with await psycopg.AsyncConnection.connect(url) as conn:
        await conn.execute(ADD, [code])


async def test_it_hears_that_first(two: Two, own_database_url: str) -> None:
    quick, slow, client = two
    async with slow.changes._reading:
        await add(own_database_url, "told")
        await quick.changes.caught_up()
        mark = quick.live.marks.write(quick.changes.now())
        await add(own_database_url, "later")
        asked = client.get("/live", params={"kinds": "event"}, headers={"last-event-id": mark})
        asking = asyncio.create_task(asked)
        await asyncio.sleep(0.3)
        assert not asking.done()
    told = (await asking).text
    assert "event: reset" not in told
    assert '"later"' in told


async def test_it_begins_anew_if_that_can_t_be_heard(
    two: Two, own_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick, slow, client = two

    async def fail() -> None:
        raise psycopg.OperationalError

    monkeypatch.setattr(slow.changes, "caught_up", fail)
    async with slow.changes._reading:
        await add(own_database_url, "told")
        await quick.changes.caught_up()
        mark = quick.live.marks.write(quick.changes.now())
        params = {"kinds": "event"}
        answer = await client.get("/live", params=params, headers={"last-event-id": mark})
        assert "event: reset" in answer.text
