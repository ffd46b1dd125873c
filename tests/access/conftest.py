"""A district of random grids with things of every kind, and connections as the server has them."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection

from gis_gov.access.actor import Actor
from gis_gov.access.memory import ActorMemory
from gis_gov.db.pool import Pool
from gis_gov.settings import Settings
from tests.conftest import TestServer
from tests.counting.tiling import World, write_world
from tests.signed_in import make_key

FACES = "update resource set class = '人脸' where kind = 'camera' and id % 2 = 0"
DEPARTMENTS = "update event set department = case when id % 2 = 0 then 'D1' else 'D2' end"
WALKS = """
    insert into position (device, time, worker_id, geom)
    select
        'walk ' || a.area_id, '2026-03-01T08:00+08'::timestamptz + n * interval '20 s',
        (select min(id) from worker), a.geom
    from
        (select distinct on (area_id) area_id, geom from address order by area_id, id) as a,
        generate_series(0, 2) as n
    where a.area_id is not null
"""
LINES = "select keep_track_lines(1000)"
LATE = (
    "delete from position where id in"
    " (select min(id) from position where worker_id is not null group by area_id)"
)
WORKER_HOMES = "update worker set area_id = (select area_id from grid order by id limit 1)"


@pytest.fixture(scope="module")
def world(postgis: TestServer) -> Iterator[World]:
    with postgis.database() as url:
        made = write_world(url, 7)
        with psycopg.connect(url) as conn:
            for change in (FACES, DEPARTMENTS, WORKER_HOMES, WALKS, LINES, LATE):
                conn.execute(change)
        yield made


@pytest.fixture(scope="module")
async def pool(world: World) -> AsyncIterator[Pool]:
    async with Pool(world.url, Settings()) as opened:
        yield opened


async def actor_with(pool: Pool, url: str, *roles: str, **limits: Any) -> Actor:
    """Return the actor of a new key with the roles."""
    memory = ActorMemory(pool, lambda: 0, Settings())
    actor = await memory.of_key(make_key(url, *roles, **limits))
    assert actor
    return actor


@asynccontextmanager
async def as_owner(url: str) -> AsyncIterator[AsyncConnection[Any]]:
    """Connect as the owner of the tables, for whom no policy holds."""
    async with await AsyncConnection.connect(url, autocommit=True) as conn:
        yield conn
