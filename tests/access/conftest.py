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
    union all
    select
        'through all', '2026-03-01T08:00+08'::timestamptz + a.area_id * interval '1 s',
        (select min(id) from worker), a.geom
    from
        (select distinct on (area_id) area_id, geom from address order by area_id, id desc) as a
    where a.area_id is not null
"""
PATROLS = """
    insert into patrol (code, worker_id, day, is_detected, is_open, begins_at, ends_at, area_id)
    select
        'p' || a.id, (select min(id) from worker), '2026-03-01', true, false,
        '2026-03-01T08:00+08', '2026-03-01T09:00+08', a.id
    from area as a;
    insert into patrol_grid (patrol_id, grid_id, entered_at, left_at, duration_s)
    select id, 1, begins_at, ends_at, 3600 from patrol;
    insert into patrol_event (patrol_id, event_id, distance_m) select id, 1, 20 from patrol
"""
FENCES = """
    insert into fence (code, name, geom) values
    ('everywhere', 'f', st_makeenvelope(-170, -80, 170, 80, 4490));
    insert into fence (code, name, of_grid_id) select 'f' || id, 'f', id from grid;
    insert into crossing (
        worker_id, fence_id, version_id, hour_at, kind, at, known_at, is_told, geom, area_id,
        fence_area_id
    )
    select
        (select min(id) from worker), f.id, f.id, '2026-03-01T08:00+08', 'enter',
        '2026-03-01T08:00+08', '2026-03-01T08:00+08', true, st_point(0, 0, 4490), a.id,
        case when a.id % 2 = 0 then a.id end
    from area as a inner join fence as f on f.code = 'everywhere';
    insert into alarm (kind, worker_id, fence_id, since, last_at, closed_at, area_id)
    select 'sos', worker_id, fence_id, at, at, now() + interval '1 hour', area_id from crossing
"""
TASKS = """
    insert into patrol_rule (
        code, version, name, area_id, object_kind, cadence, radius_m, valid_from
    )
    select 'r' || a.id, 1, 'r', a.id, 'points', 'day', 50, '2026-03-01' from area as a;
    insert into patrol_rule_point (rule_id, number, radius_m, geom)
    select r.id, 1, 50, st_point(113.3, 22.9, 4490) from patrol_rule as r;
    insert into patrol_task (
        rule_id, object_id, worker_id, area_id, number, begins_on, ends_on, begins_at, due_at
    )
    select
        r.id, 0, (select min(id) from worker), r.area_id, 1, '2026-03-01', '2026-03-01',
        '2026-03-01 00:00+08', '2026-03-02 00:00+08'
    from patrol_rule as r;
    insert into patrol_rule_worker (rule_id, worker_id)
    select r.id, (select min(id) from worker) from patrol_rule as r;
    insert into patrol_rule_object (rule_id, object_id) select r.id, 1 from patrol_rule as r;
    insert into patrol_judgement (
        patrol_id, rule_id, object_id, is_enough, duration_s, valid_mileage_m
    )
    select p.id, r.id, 0, true, 60, 60
    from patrol as p inner join patrol_rule as r on r.area_id = p.area_id;
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
            for change in (
                FACES,
                DEPARTMENTS,
                WORKER_HOMES,
                WALKS,
                PATROLS,
                FENCES,
                TASKS,
                LINES,
                LATE,
            ):
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
