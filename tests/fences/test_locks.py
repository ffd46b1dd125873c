"""Fences that are changed while keepers look at fixes by them, and while boundaries are redrawn."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psycopg
import pytest
from structlog.testing import capture_logs

from tests.accounts.people import slug
from tests.registry.conftest import EAST
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

SENT: dict[str, Any] = {"name": "东", "area": EAST}
ANY = {"if-match": "*"}
CROSSED = """
    insert into crossing (
        worker_id, fence_id, version_id, hour_at, kind, at, known_at, is_told, geom
    )
    select 1, id, 1, now(), 'enter', now(), now(), true, st_point(113.15, 22.05, 4490) from fence
"""
REDRAWN = "update area set geom = st_multi(st_buffer(geom, -0.001)) where code = %s"
WAITING = """
    select count(*) from pg_locks
    where locktype = 'advisory' and objid = 7405010 and mode = 'ExclusiveLock' and not granted
    and database = (select oid from pg_database where datname = current_database())
"""


@contextmanager
def keeping(url: str) -> Iterator[psycopg.Connection]:
    """Be a keeper that looks at fixes by the fences as they are, and gives up early."""
    with psycopg.connect(url) as conn:
        conn.execute("set local lock_timeout = '500ms'")
        conn.execute("select pg_advisory_xact_lock_shared(7405010)")
        yield conn


async def until_waiting(url: str, number: int) -> None:
    """Wait until so many who write versions wait for whoever looks at fixes."""
    async with asyncio.timeout(20):
        while True:
            with psycopg.connect(url) as conn:
                if conn.execute(WAITING).fetchone() == (number,):
                    return
            await asyncio.sleep(0.02)


@pytest.fixture
async def commander(signed_in: Client) -> httpx.AsyncClient:
    client = await signed_in("commander")
    assert (await client.post("/fences", json={"code": "F1", **SENT})).status_code == 201
    return client


@pytest.mark.parametrize("verb", ["PUT", "DELETE"])
async def test_who_changes_one_waits_for_the_keeper_alone(
    commander: httpx.AsyncClient, people_url: str, verb: str
) -> None:
    """What a keeper writes refers to the row that is changed."""
    body = SENT | {"dwell_s": 5} if verb == "PUT" else None
    with keeping(people_url) as keeper:
        change = asyncio.create_task(commander.request(verb, "/fences/F1", headers=ANY, json=body))
        await until_waiting(people_url, 1)
        await asyncio.to_thread(keeper.execute, CROSSED)
    assert (await change).is_success


async def test_who_redraws_an_area_waits_for_who_changes_its_fence(
    commander: httpx.AsyncClient, people_url: str
) -> None:
    def redraw() -> None:
        with psycopg.connect(people_url) as conn:
            conn.execute(REDRAWN, [EAST])

    sent = SENT | {"dwell_s": 5}
    with capture_logs() as logged:
        with keeping(people_url):
            change = asyncio.create_task(commander.put("/fences/F1", headers=ANY, json=sent))
            await until_waiting(people_url, 1)
            redrawing = asyncio.create_task(asyncio.to_thread(redraw))
            await until_waiting(people_url, 2)
        await redrawing
        assert (await change).status_code == 200
    assert [each for each in logged if "given up" in each["event"]] == []
    with psycopg.connect(people_url) as conn:
        told = conn.execute(
            "select v.dwell_s, v.geom = a.geom from fence_version as v, area as a"
            " where v.ends_at is null and a.code = %s",
            [EAST],
        )
        assert told.fetchall() == [(5, True)]


async def test_who_draws_what_a_load_draws_is_told_that_it_is_there(
    commander: httpx.AsyncClient, people_url: str
) -> None:
    """The one has the code and waits for the lock that the other has, who waits for the code."""

    def load_same() -> None:
        loader.execute(
            "insert into fence (code, name, of_area_id) select 'F2', 'x', id from area"
            " where code = %s",
            [EAST],
        )

    with psycopg.connect(people_url) as loader:
        # Whoever notices first gives up: here it is the server, as the load waits for longer.
        loader.execute("set local deadlock_timeout = '1min'")
        loader.execute("select pg_advisory_xact_lock(7405010)")
        drawing = asyncio.create_task(commander.post("/fences", json={"code": "F2", **SENT}))
        await until_waiting(people_url, 1)
        await asyncio.to_thread(load_same)
    answer = await drawing
    assert (answer.status_code, slug(answer)) == (409, "already-there")
