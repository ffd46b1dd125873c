"""The index of places in memory: filled at start, in step with the database, never old."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import numpy as np
import psycopg
import pytest
from fastapi import FastAPI
from psycopg import AsyncConnection, sql
from sqlalchemy.engine import make_url

from gis_gov.areas.place_index import PlaceIndex
from gis_gov.areas.place_memory import PlaceMemory
from gis_gov.areas.queries import read_places
from gis_gov.changes.feed import ChangeFeed
from gis_gov.state import state_of
from tests.areas.conftest import serving
from tests.areas.trap_district import at, write_trap_district
from tests.waiting import until

pytestmark = pytest.mark.anyio

WITHIN_S = 10.0
HERE = at(0.5, 0.5)

Served = tuple[FastAPI, httpx.AsyncClient]


@pytest.fixture
async def served(own_database_url: str) -> AsyncIterator[Served]:
    write_trap_district(own_database_url)
    async with serving(own_database_url) as both:
        yield both


@pytest.fixture
async def writer(own_database_url: str) -> AsyncIterator[AsyncConnection[Any]]:
    async with await AsyncConnection.connect(own_database_url, autocommit=True) as conn:
        yield conn


async def grid_at(client: httpx.AsyncClient, point: tuple[float, float]) -> str | None:
    answer = await client.get("/locate", params={"lon": point[0], "lat": point[1]})
    grid = answer.json()["grid"]
    return grid and grid["code"]


async def until_read(app: FastAPI, old: PlaceIndex) -> None:
    places = state_of(app).places
    await until(lambda: places.newest() not in {None, old})


@pytest.mark.parametrize(
    ("change", "grid"),
    [
        ("update grid set valid_to = current_date where code = 'a'", None),
        ("delete from grid where code = 'a'", None),
        # It takes along what was granted in grids, that of who asks too.
        (
            (
                "truncate grid cascade;"
                " insert into role_grant (key_id, role) select id, 'commander' from api_key"
            ),
            None,
        ),
        ("update grid set code = 'a2' where code = 'a'", "a2"),
        ("update grid as t set geom = d.geom from grid as d where t.code='a' and d.code='d'", None),
        (
            "update grid set code='0', geom=(select geom from grid where code='a') where code='d'",
            "0",
        ),
    ],
)
async def test_a_change_of_grids_is_followed(
    served: Served, writer: AsyncConnection[Any], change: str, grid: str | None
) -> None:
    app, client = served
    old = await state_of(app).places.wait(WITHIN_S)
    assert await grid_at(client, HERE) == "a"
    await writer.execute(change.encode())
    await until_read(app, old)
    assert await grid_at(client, HERE) == grid


async def test_a_renamed_area_is_followed(served: Served, writer: AsyncConnection[Any]) -> None:
    app, client = served
    old = await state_of(app).places.wait(WITHIN_S)
    await writer.execute("update area set name = '新街道' where level = 'street'")
    await until_read(app, old)
    answer = await client.get("/locate", params={"lon": HERE[0], "lat": HERE[1]})
    assert answer.json()["street"]["name"] == "新街道"


async def test_many_points_wait_for_what_was_announced(
    served: Served, writer: AsyncConnection[Any]
) -> None:
    app, client = served
    places = state_of(app).places
    old = await places.wait(WITHIN_S)
    await writer.execute("update grid set valid_to = current_date where code = 'a'")
    await until(lambda: places.newest() is not old)
    answer = await client.post("/locate", json={"points": [HERE]})
    assert answer.json()["results"][0]["grid"] is None


async def allow_connections(url: str, allowed: bool) -> None:
    async with await AsyncConnection.connect(maintenance(url), autocommit=True) as conn:
        await conn.execute(
            sql.SQL("alter database {} with allow_connections {}").format(
                sql.Identifier(str(make_url(url).database)), sql.Literal(allowed)
            )
        )


def maintenance(url: str) -> str:
    return make_url(url).set(database="postgres").render_as_string(hide_password=False)


async def test_while_nothing_is_heard_the_database_answers(
    served: Served, writer: AsyncConnection[Any], own_database_url: str
) -> None:
    app, client = served
    state = state_of(app)
    await allow_connections(own_database_url, False)
    await writer.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where application_name = 'gis_gov listener' and datname = current_database()"
    )
    await until(lambda: not state.listener.connected.is_set())
    await writer.execute("update grid set valid_to = current_date where code = 'a'")
    assert state.places.newest() is None
    assert await grid_at(client, HERE) is None
    assert await grid_at(client, at(1.5, 0.1)) == "b"
    with pytest.raises(TimeoutError):
        await state.places.wait(0.05)
    await allow_connections(own_database_url, True)
    index = await state.places.wait(WITHIN_S)
    assert index.locate(np.array([HERE[0]]), np.array([HERE[1]]))[0].grid is None


async def test_a_database_that_is_gone_is_a_503(served: Served, own_database_url: str) -> None:
    app, client = served
    await allow_connections(own_database_url, False)
    with psycopg.connect(maintenance(own_database_url)) as conn:
        conn.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
            [make_url(own_database_url).database],
        )
    await until(lambda: not state_of(app).listener.connected.is_set())
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:gis-gov:problem:unavailable"
    await allow_connections(own_database_url, True)
    await state_of(app).places.wait(WITHIN_S)
    assert await grid_at(client, HERE) == "a"


async def test_a_memory_that_hears_nothing_gives_nothing(served: Served) -> None:
    deaf = PlaceMemory(state_of(served[0]).pool, lambda: 0)
    running = asyncio.create_task(deaf.run())
    await deaf.hear("")
    await asyncio.sleep(0.2)
    assert deaf.newest() is None
    running.cancel()


async def test_what_the_feed_has_read_of_makes_it_old_before_it_is_announced(
    served: Served, writer: AsyncConnection[Any]
) -> None:
    """Else who hears of a boundary on a stream, and asks, would get the old one."""
    pool = state_of(served[0]).pool
    places, feed = PlaceMemory(pool, lambda: 1), ChangeFeed(pool, 24, lambda: 1)
    feed.subscribe(places.follow)
    await feed.hear("")
    await places.hear("")
    running = asyncio.create_task(places.run())
    old = await places.wait(WITHIN_S)
    await writer.execute("update grid set name = 'new' where code = 'a'")
    assert places.newest() is old
    await feed.hear("")
    assert places.newest() is None
    index = await places.wait(WITHIN_S)
    await writer.execute("update grid set name = 'newer' where code = 'a'")
    await places.hear("")
    newer = await places.wait(WITHIN_S)
    assert newer is not index
    await writer.execute("select pg_current_xact_id()")  # the feed reads further than the index
    await feed.hear("")
    assert places.newest() is newer, "it was read later than the feed"
    running.cancel()


async def test_a_failed_reading_is_repeated(served: Served, writer: AsyncConnection[Any]) -> None:
    app, client = served
    places = state_of(app).places
    old = await places.wait(WITHIN_S)
    await writer.execute("alter table area rename column path to hidden; notify boundaries, 'area'")
    await until(lambda: places.newest() is None)
    await asyncio.sleep(0.1)
    await writer.execute("alter table area rename column hidden to path")
    await until_read(app, old)
    assert await grid_at(client, HERE) == "a"


async def test_several_threads_may_ask_at_once(own_database_url: str) -> None:
    write_trap_district(own_database_url)
    async with await psycopg.AsyncConnection.connect(own_database_url, autocommit=True) as conn:
        rows = await read_places(conn)
    points = np.random.default_rng(8).uniform(at(-1, -1), at(5, 5), (2000, 2))
    for _ in range(20):
        index = PlaceIndex(*rows)
        with ThreadPoolExecutor(4) as threads:
            answers = list(threads.map(lambda _, each=index: each.locate(*points.T), range(4)))
        assert all(answer == answers[0] for answer in answers)
