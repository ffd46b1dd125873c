"""What is kept of the resources is what the database has, for each reader, after every write."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import psycopg
import pytest
from fastapi import FastAPI

from gis_gov.access.actor import Actor
from gis_gov.app import create_app
from gis_gov.changes.feed import Batch
from gis_gov.changes.queries import Change, read_cursor
from gis_gov.db.scope import SYSTEM
from gis_gov.db.snapshot import snapshot
from gis_gov.resources.memory import WRITTEN_MAX
from gis_gov.resources.queries import Found, read_nearby
from gis_gov.resources.service import ring_edges
from gis_gov.resources.tables import RESOURCE_KINDS
from gis_gov.state import State, state_of
from tests.signed_in import make_key, unhurried
from tests.waiting import until

pytestmark = pytest.mark.anyio

WEST, SOUTH = 113.30, 22.94
PLACES = """
    insert into area (id, code, name, level, geom) values
    (1, '440199001001', '东', 'community',
     st_multi(st_makeenvelope(113.32, 22.94, 113.34, 22.98, 4490))),
    (2, '440199001002', '西', 'community',
     st_multi(st_makeenvelope(113.30, 22.94, 113.32, 22.98, 4490)));
    insert into grid (id, code, name, area_id, geom)
    select n, 'g' || n, '格', 1 + n % 2,
        st_multi(st_makeenvelope(113.30 + n * 0.01, 22.94, 113.31 + n * 0.01, 22.98, 4490))
    from generate_series(0, 3) as n;
"""
ADD = """
    insert into resource (code, kind, name, class, cell, geom)
    select
        code, kind, '物', class, 0, st_point(lon, lat, 4490)
    from unnest(%s::text[], %s::text[], %s::text[], %s::float8[], %s::float8[])
        as r (code, kind, class, lon, lat)
"""
WRITES = (
    "update resource set geom = st_point(%(lon)s, %(lat)s, 4490), cell = 0 where id = %(id)s",
    "update resource set class = 'face' where id = %(id)s",
    "update resource set kind = 'poi', name = '改' where id = %(id)s",
    "update resource set geom = null where id = %(id)s",
    "delete from resource where id = %(id)s",
    "update resource set owner = '甲' where id %% 50 = %(id)s %% 50",
    "update resource set range_m = 10 where id %% 5 = %(id)s %% 5",
    """
    update grid set geom = st_multi(st_makeenvelope(113.31, 22.94, 113.3199, 22.98, 4490))
    where id = 1
    """,
)


@pytest.fixture
async def app(own_database_url: str) -> AsyncIterator[FastAPI]:
    chance = np.random.default_rng(5)
    count = 3_000
    with psycopg.connect(own_database_url) as conn:
        conn.execute(PLACES)
        conn.execute(
            ADD,
            [
                [f"R{n}" for n in range(count)],
                [RESOURCE_KINDS[n % 3] for n in range(count)],
                ["face" if n % 7 == 0 else None for n in range(count)],
                np.round(chance.uniform(WEST - 0.002, WEST + 0.042, count), 7).tolist(),
                np.round(chance.uniform(SOUTH - 0.002, SOUTH + 0.042, count), 7).tolist(),
            ],
        )
    app = create_app(unhurried().with_database(own_database_url))
    async with app.router.lifespan_context(app):
        yield app


async def actors_of(state: State, url: str) -> list[Actor]:
    """Readers of everything, without faces, of an area, of a grid, of both, and of nothing."""
    limits: list[tuple[str, dict[str, Any]]] = [
        ("commander", {}),
        ("supervisor", {}),
        ("commander", {"area": "440199001001"}),
        ("supervisor", {"grid": "g2"}),
        ("weather_officer", {}),
    ]
    found = [await state.actors.of_key(make_key(url, role, **more)) for role, more in limits]
    return [actor for actor in found if actor is not None]


async def assert_current(
    state: State, places: list[tuple[float, float]], actors: list[Actor]
) -> None:
    """Compare, as soon as nothing is under way, what is kept with what the database answers."""
    for actor in actors:
        for lon, lat in places:
            for radius_m, limit, kinds in (
                (2000.0, 50, list(RESOURCE_KINDS)),
                (700.0, 5, ["camera", "poi"]),
                (0.0, 3, list(RESOURCE_KINDS)),
            ):
                asked = (lon, lat, ring_edges(radius_m), kinds, limit)
                async with state.pool.connection(actor.scope) as conn:
                    expected = await read_nearby(conn, actor, *asked)
                # What psql wrote is heard of within milliseconds, on a busy machine within more.
                kept = None
                for _ in range(100):
                    kept = state.resources.find(actor, *asked)
                    if kept is not None and told(kept) == told(expected):
                        break
                    await asyncio.sleep(0.02)
                assert kept is not None
                assert told(kept) == told(expected)


def told(found: Found) -> tuple[Any, ...]:
    return (
        [(hit.kind, hit.code, hit.told) for hit in found.hits],
        [(round(hit.distance_m, 6), hit.told.lon, hit.told.lat) for hit in found.hits],
        [hit.bearing_deg and round(hit.bearing_deg, 6) for hit in found.hits],
        {key: count for key, count in found.within_edges.items() if count},
    )


async def until_kept(state: State) -> None:
    for _ in range(400):
        found = state.resources.find(NOBODY, WEST, SOUTH, [1.0], ["poi"], 1)
        if found is not None:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the resources are not read")


NOBODY = Actor("nobody")


async def test_it_answers_what_the_database_does(app: FastAPI, own_database_url: str) -> None:
    state, chance = state_of(app), np.random.default_rng(11)
    await until_kept(state)
    actors = await actors_of(state, own_database_url)
    await assert_current(state, [(113.32, 22.96), (113.301, 22.941), (113.3199, 22.9799)], actors)
    for step in range(16):
        lon, lat = chance.uniform((WEST, SOUTH), (WEST + 0.04, SOUTH + 0.04))
        with psycopg.connect(own_database_url) as conn:
            conn.execute(
                WRITES[step % len(WRITES)],  # type: ignore[arg-type]
                {"lon": lon, "lat": lat, "id": int(chance.integers(1, 3_000))},
            )
        await assert_current(state, [(lon, lat)], actors)


async def test_many_writes_are_joined_with_the_rest(app: FastAPI, own_database_url: str) -> None:
    state = state_of(app)
    await until_kept(state)
    actors = await actors_of(state, own_database_url)
    with psycopg.connect(own_database_url, autocommit=True) as conn:
        for first in range(0, WRITTEN_MAX + 200, 100):
            conn.execute(
                "update resource set name = '改' || id, owner = '乙' where code = any(%s)",
                [[f"R{first + n}" for n in range(100)]],
            )
    await asyncio.sleep(0.5)
    await until_kept(state)
    await assert_current(state, [(113.32, 22.96)], actors[:2])


def names(state: State, *codes: str) -> set[str]:
    """Return what is kept of the names of some of them, whoever is told only once."""
    sets = state.resources.kept()
    assert sets is not None
    told = [
        each.name
        for part in sets
        for each, alive in zip(part.resources.resources, part.alive, strict=True)
        if alive and each.code in codes
    ]
    assert len(told) == len(codes)
    return set(told)


async def test_no_half_of_a_transaction_is_kept(app: FastAPI, own_database_url: str) -> None:
    state, told = state_of(app), list[set[str]]()
    await until_kept(state)

    async def write_both(_batch: Batch) -> None:
        if not told:
            with psycopg.connect(own_database_url) as conn:
                conn.execute("update resource set name = '2' where code in ('R1', 'R2')")

    async def look(_batch: Batch) -> None:
        told.append(names(state, "R1", "R2"))

    state.changes._followers.insert(0, write_both)
    state.changes.subscribe(look)
    with psycopg.connect(own_database_url) as conn:
        conn.execute("update resource set owner = '丙' where code = 'R1'")
    await until(lambda: len(told) > 1)
    assert told[:2] == [{"物"}, {"2"}]


async def test_what_is_told_late_does_not_take_back(app: FastAPI, own_database_url: str) -> None:
    state = state_of(app)
    await until_kept(state)
    async with state.pool.connection(SYSTEM) as conn, snapshot(conn):
        early = await read_cursor(conn)
        with psycopg.connect(own_database_url) as writer:
            writer.execute("update resource set name = '2' where code = 'R1'")
            row = writer.execute("select id from resource where code = 'R1'").fetchone()
        assert row is not None
        state.resources._outdated.set()  # all are read anew
        await until(lambda: (read_to := state.resources._read_to) and read_to.end > early.end)
        late = Change("resource", None, None, None, row[0], "R1", None, for_all=False)
        await state.resources.follow(Batch([late], False, None, early, conn))
    assert names(state, "R1") == {"2"}


async def test_it_knows_nothing_while_nothing_is_heard(app: FastAPI, own_database_url: str) -> None:
    state = state_of(app)
    await until_kept(state)
    with psycopg.connect(own_database_url, autocommit=True) as conn:
        conn.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'gis_gov listener' and datname = current_database()"
        )
        conn.execute("delete from resource where code = 'R1'")
    for _ in range(200):
        if state.resources.find(NOBODY, WEST, SOUTH, [1.0], ["poi"], 1) is None:
            break
        await asyncio.sleep(0.005)
    else:
        raise AssertionError("what was read before is told while nothing is heard")
    await until_kept(state)
    await assert_current(state, [(113.32, 22.96)], (await actors_of(state, own_database_url))[:1])


async def test_at_a_pole_it_leaves_the_answer_to_the_database(app: FastAPI) -> None:
    state = state_of(app)
    await until_kept(state)
    for lon, lat in ((0.0, 89.0), (179.999, 0.0), (-180.0, 10.0)):
        assert state.resources.find(NOBODY, lon, lat, [500.0], ["poi"], 1) is None
