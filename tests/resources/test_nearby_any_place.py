"""Around any place lies what geodesics say, ring by ring, whatever was written just before."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import numpy as np
import psycopg
import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from gis_gov.app import create_app
from gis_gov.state import state_of
from tests.conftest import TestServer
from tests.signed_in import bearer, client_of, make_key, unhurried
from tests.waiting import until

pytestmark = pytest.mark.anyio

GEOD = Geod(ellps="GRS80")
WEST, SOUTH, SIDE = 113.30, 22.94, 0.04
KINDS = ("camera", "worker", "centre", "poi")
EDGES_M = (500.0, 1000.0, 2000.0)
WORLD = """
    insert into resource (code, kind, name, cell, geom)
    select
        'R' || n, (array['camera', 'centre', 'poi'])[1 + n %% 3], '物', 0,
        st_point(lon[n], lat[n], 4490)
    from (select %(lon)s::float8[] as lon, %(lat)s::float8[] as lat) as p,
        generate_series(1, 120) as n;
    insert into worker (code, name) select 'W' || n, '员' from generate_series(1, 12) as n;
    insert into position (device, time, worker_id, cell, geom)
    select 'd' || w.id, now(), w.id, 0, st_point(lon[120 + w.id], lat[120 + w.id], 4490)
    from (select %(lon)s::float8[] as lon, %(lat)s::float8[] as lat) as p, worker as w;
    insert into event (code, reported_at, cell, geom)
    values ('E', now(), 0, st_point(113.3, 22.9, 4490));
"""
WRITES = (
    "update resource set geom = st_point(%(lon)s, %(lat)s, 4490), cell = 0 where code = %(code)s",
    "update resource set geom = null where code = %(code)s",
    "update resource set kind = %(kind)s where code = %(code)s",
    "delete from resource where code = %(code)s",
    """
    insert into resource (code, kind, name, cell, geom)
    values (%(code)s, %(kind)s, '新', 0, st_point(%(lon)s, %(lat)s, 4490)) on conflict do nothing
    """,
    # Two at the same place.
    """
    update resource set geom = (select geom from resource where code = %(other)s), cell = 0
    where code = %(code)s
    """,
)
THERE = """
    select kind, code, st_x(geom), st_y(geom) from resource where geom is not null
    union all
    select 'worker', w.code, st_x(l.geom), st_y(l.geom)
    from last_position as l join worker as w on w.id = l.worker_id
"""
Things = dict[tuple[str, str], tuple[float, float]]
Place = tuple[float, float]


@pytest.fixture(scope="module")
def url(postgis: TestServer) -> Iterator[str]:
    lon, lat = (
        np.random.default_rng(17).uniform((WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE), (140, 2)).T
    )
    with postgis.database() as made:
        with psycopg.connect(made) as conn:
            told = {"lon": lon.tolist(), "lat": lat.tolist()}
            for statement in WORLD.split(";\n")[:-1]:
                conn.execute(statement.encode(), told)
        yield made


@pytest.fixture(scope="module")
async def app(url: str) -> AsyncIterator[FastAPI]:
    app = create_app(unhurried().with_database(url))
    async with app.router.lifespan_context(app):
        await until(lambda: state_of(app).resources.kept() is not None)
        yield app


@pytest.fixture(scope="module")
async def site(app: FastAPI, url: str) -> AsyncIterator[httpx.AsyncClient]:
    key = bearer(make_key(url, "commander"))
    async with client_of(httpx.ASGITransport(app), key) as opened:
        yield opened


def rewritten(url: str, random: np.random.Generator) -> Things:
    """Write this and that, and return what there is then."""
    with psycopg.connect(url) as conn:
        for write in random.choice(len(WRITES), 3):
            lon, lat = random.uniform((WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE)).tolist()
            code, other = (f"R{n}" for n in random.integers(1, 130, 2))
            kind = str(random.choice(["camera", "centre", "poi"]))
            told = {"lon": lon, "lat": lat, "code": code, "other": other, "kind": kind}
            conn.execute(WRITES[write].encode(), told)
        rows = conn.execute(THERE).fetchall()
    return {(kind, code): (lon, lat) for kind, code, lon, lat in rows}


def away_m(things: Things, place: Place) -> dict[tuple[str, str], float]:
    """Measure by pyproj, to ten nanometres as PostGIS does."""
    lon, lat = np.array(list(things.values())).T
    metres = GEOD.inv(lon, lat, np.full(lon.size, place[0]), np.full(lat.size, place[1]))[2]
    return dict(zip(things, np.round(metres, 8).tolist(), strict=True))


def some_circle(
    random: np.random.Generator, things: Things, through: str
) -> tuple[Place, float, list[tuple[str, str]]]:
    """Draw a circle, and tell of what lies exactly on it, or on the edge of a ring in it."""
    place = tuple(random.uniform((WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE)).tolist())
    radius_m = float(random.uniform(0, 2000))
    still = sorted(key for key in things if key[0] != "worker")
    key = still[random.integers(len(still))]
    if through == "a ring":
        edge_m = float(random.choice(EDGES_M))
        place = GEOD.fwd(*things[key], random.uniform(0, 360), edge_m)[:2]
        radius_m = max(edge_m, radius_m)
    elif through == "the radius":
        place = GEOD.fwd(*things[key], random.uniform(0, 360), radius_m)[:2]
        radius_m = away_m(things, place)[key]
    return place, radius_m, [] if through == "nothing" else [key]


Told = dict[str, Any]


async def asked_until(
    site: httpx.AsyncClient, path: str, asked: dict[str, Any], true: Callable[[Told], bool]
) -> Told:
    """Ask until what was just written by others is heard of, which takes some milliseconds."""
    told: Told = {}
    for _ in range(300):
        answer = await site.get(path, params={**asked, "kinds": ",".join(KINDS), "limit": 1000})
        assert answer.status_code == 200, answer.text
        told = answer.json()
        if true(told):
            break
        await asyncio.sleep(0.02)
    return told


def keys(told: Told) -> list[tuple[str, str]]:
    return [(each["properties"]["kind"], each["properties"]["code"]) for each in told["features"]]


def check(told: Told, away: dict[tuple[str, str], float], radius_m: float) -> None:
    """Compare the features, the counts and each ring."""
    inside = {key: metres for key, metres in away.items() if metres <= radius_m}
    assert keys(told) == sorted(inside, key=lambda key: (inside[key], *key))
    edges_m = [*(edge for edge in EDGES_M if edge < radius_m), radius_m]
    ring = np.searchsorted(edges_m, list(inside.values()), side="left")
    assert told["counts"] == {kind: sum(key[0] == kind for key in inside) for kind in KINDS}
    assert [each["to_m"] for each in told["rings"]] == edges_m
    assert [each["counts"] for each in told["rings"]] == [
        {kind: sum(r == n and key[0] == kind for r, key in zip(ring, inside, strict=True))
         for kind in KINDS}
        for n in range(len(edges_m))
    ]  # fmt: skip
    assert sum(sum(each["counts"].values()) for each in told["rings"]) == len(inside)


def check_where(told: Told, things: Things, place: Place) -> None:
    """Compare distances and bearings."""
    for feature in told["features"]:
        properties = feature["properties"]
        thing = things[properties["kind"], properties["code"]]
        bearing, _, metres = GEOD.inv(*place, *thing)
        assert feature["geometry"]["coordinates"] == pytest.approx(thing, abs=6e-8)
        assert properties["distance_m"] == pytest.approx(metres, abs=0.00051)
        if metres > 0.1:
            turned = (properties["bearing_deg"] - bearing + 180) % 360 - 180
            assert turned == pytest.approx(0, abs=0.0051)


@settings(max_examples=25)
@given(
    seed=st.integers(0, 2**32 - 1),
    through=st.sampled_from(["nothing", "a ring", "the radius"]),
)
async def test_it_holds_what_geodesics_say(
    app: FastAPI, site: httpx.AsyncClient, url: str, seed: int, through: str
) -> None:
    """What lies on an edge lies within it; around an event there as around the point."""
    random = np.random.default_rng(seed)
    things = await asyncio.to_thread(rewritten, url, random)
    place, radius_m, on_edge = some_circle(random, things, through)
    away = away_m(things, place)
    inside = {key: things[key] for key, metres in away.items() if metres <= radius_m}
    assert set(inside) >= set(on_edge)

    def is_told(told: Told) -> bool:
        points = [each["geometry"]["coordinates"] for each in told["features"]]
        found = dict(zip(keys(told), points, strict=True))
        return found == {key: pytest.approx(at, abs=6e-8) for key, at in inside.items()}

    asked = {"lon": place[0], "lat": place[1], "radius": radius_m}
    told = await asked_until(site, "/nearby", asked, is_told)
    check(told, away, radius_m)
    check_where(told, things, place)
    assert state_of(app).resources.kept() is not None, "the answer was not from memory"

    with psycopg.connect(url) as conn:
        conn.execute("update event set geom = st_point(%s, %s, 4490), cell = 0", place)
    around = (
        await site.get(
            "/events/E/nearby", params={"radius": radius_m, "kinds": ",".join(KINDS), "limit": 1000}
        )
    ).json()
    check(around, away, radius_m)
    check_where(around, things, place)


@settings(max_examples=15)
@given(seed=st.integers(0, 2**32 - 1), k=st.integers(1, 60))
async def test_the_nearest_are_those_of_geodesics(
    site: httpx.AsyncClient, url: str, seed: int, k: int
) -> None:
    random = np.random.default_rng(seed)
    things = await asyncio.to_thread(rewritten, url, random)
    # From far away, too.
    place = tuple((random.uniform(-1.5, 2.5, 2) * SIDE + (WEST, SOUTH)).tolist())
    away = away_m(things, place)
    nearest = {
        kind: sorted(metres for key, metres in away.items() if key[0] == kind)[:k] for kind in KINDS
    }

    def is_told(told: Told) -> bool:
        found = {
            kind: [
                each["properties"]["distance_m"]
                for each in told["features"]
                if each["properties"]["kind"] == kind
            ]
            for kind in KINDS
        }
        return found == {
            kind: pytest.approx(metres, abs=0.00051) for kind, metres in nearest.items()
        }

    told = await asked_until(site, "/nearby", {"lon": place[0], "lat": place[1], "k": k}, is_told)
    assert is_told(told)
    assert told["counts"] == {kind: len(metres) for kind, metres in nearest.items()}
