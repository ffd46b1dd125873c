"""Where somebody is who is off shift is told to himself alone; and how workers stand."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any, LiteralString

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from gis_gov.access.tokens import csrf_token, new_session_token, token_hash
from gis_gov.days import utc_now
from gis_gov.geo.tile import tile_at
from gis_gov.patrols.shifts.keeper import ShiftKeeper
from gis_gov.patrols.shifts.memory import ShiftMemory
from gis_gov.state import state_of
from tests.patrols.conftest import running, signed_in
from tests.patrols.shifts.test_shifts import NEVER, PATH, put
from tests.registry.conftest import EAST, WEST, entries
from tests.signed_in import Client, client_of

__all__ = ["running", "signed_in"]

pytestmark = pytest.mark.anyio

_TILE = tile_at(113.15, 22.05, 12)
TILE = f"/tiles/workers/12/{_TILE.x}/{_TILE.y}.mvt"
PUT = """
    insert into position (device, time, worker_id, geom, accuracy_m) values (
        'd' || %(id)s, now() - %(ago)s * interval '1 s', %(id)s, st_point(%(x)s, 22.05, 4490), 7
    )
"""
_PATROLS = """
    insert into patrol (code, worker_id, day, is_detected, is_open, begins_at, ends_at, area_id)
    select 'p' || id, id, local_today(), true, false, now(), now(), area_id from worker
"""
_HIMSELF = """
    with himself as (
        insert into account (name, password_hash, password_set_at, worker_id)
        values ('w1', 'x', now(), 1) returning id
    ), granted as (
        insert into role_grant (account_id, role, area_id) select id, 'grid_worker', 2 from himself
    )
    insert into session (token_hash, account_id, ends_at)
    select %s, id, now() + interval '1 hour' from himself
"""


def place(url: str, worker: int, ago_s: float, x: float = 113.15) -> None:
    with psycopg.connect(url) as conn:
        conn.execute(PUT, {"id": worker, "ago": ago_s, "x": x})


def himself(app: FastAPI, url: str) -> httpx.AsyncClient:
    """The client of worker W1, who holds the role of a grid worker."""
    token = new_session_token()
    with psycopg.connect(url) as conn:
        conn.execute(_HIMSELF, [token_hash(token)])
    shown = {"cookie": f"gis_gov_session={token}", "x-csrf-token": csrf_token(token)}
    return client_of(httpx.ASGITransport(app), shown)


async def off(url: str, *expected: int) -> None:
    """Wait until these workers are known to be off shift."""
    found: list[int] = []
    for _ in range(400):
        with psycopg.connect(url) as conn:
            rows = conn.execute("select worker_id from off_shift order by worker_id").fetchall()
        found = [number for (number,) in rows]
        if found == list(expected):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"off shift are {found}")


async def standings(client: httpx.AsyncClient, **asked: str) -> dict[str, Any]:
    answer = await client.get("/workers", params=asked)
    assert answer.status_code == 200, answer.text
    return {each["code"]: each["standing"] for each in answer.json()["workers"]}


async def where(client: httpx.AsyncClient) -> dict[str, set[str]]:
    """Of whom it is told where he is, by each way to ask that."""
    near = await client.get(
        "/nearby", params={"lon": 113.15, "lat": 22.05, "kinds": "worker", "radius": 2000}
    )
    items = await client.get("/collections/workers/items")
    told = await client.get("/workers")
    trails = await client.get("/trails")
    heat = await client.get("/heatmap", params={"layer": "workers", "f": "json"})
    picked = {}
    for number in ("W1", "W2", "W3"):
        asked = {"layer": "workers", "f": "json", "filter": f"code = '{number}'"}
        picked[number] = (await client.get("/heatmap", params=asked)).json()["cells"]
    counted = {number for number, cells in picked.items() if cells}
    assert sum(heat.json()["cells"].values()) == len(counted)
    answers: dict[str, Callable[[], set[str]]] = {
        "nearby": lambda: {each["properties"]["code"] for each in near.json()["features"]},
        "items": lambda: {
            each["id"]
            for each in items.json()["features"]
            if each["geometry"] or each["properties"]["seen_at"]
        },
        "workers": lambda: {
            each["code"] for each in told.json()["workers"] if each["lon"] or each["seen_at"]
        },
        "trails": lambda: {each["code"] for each in trails.json()["workers"]},
        "heat map": lambda: counted,
    }
    return {name: answer() for name, answer in answers.items()}


async def test_where_he_is_is_told_on_shift_only(signed_in: Client, people_url: str) -> None:
    place(people_url, 1, 10)
    east = await signed_in("supervisor", area=EAST)
    everybody = {key: {"W1"} for key in ("nearby", "items", "workers", "trails", "heat map")}
    assert await where(east) == everybody
    await put(east, NEVER)
    await off(people_url, 1)
    for client in (east, await signed_in("commander")):
        assert await where(client) == {way: set() for way in everybody}
        assert (await standings(client))["W1"] == "off_shift"
        drawn = await client.get(TILE)
        assert drawn.status_code == 204
    await put(east)
    await off(people_url)
    assert await where(east) == everybody
    assert (await east.get(TILE)).status_code == 200


async def test_a_process_that_hears_late_undoes_nothing(people_url: str, running: FastAPI) -> None:
    state = state_of(running)
    late = ShiftMemory(state.pool, lambda: 1, unless_told=True)
    assert (await late.newest()).are_all_on
    with psycopg.connect(people_url) as conn:
        conn.execute(
            "insert into shift (worker_id, kind, day, begins, ends)"
            " values (1, 'leave', local_today(), '00:00', '00:00')"
        )
    await off(people_url, 1)
    await ShiftKeeper(state.pool, late, state.movers).keep()
    await off(people_url, 1)


async def test_the_row_policy_says_the_same_whoever_asks(
    signed_in: Client, running: FastAPI, people_url: str
) -> None:
    for worker in (1, 2):
        place(people_url, worker, 10, 113.15 if worker == 1 else 113.03)
    await put(await signed_in("commander"), NEVER)
    await off(people_url, 1)
    state = state_of(running)
    own = himself(running, people_url)
    with psycopg.connect(people_url) as conn:
        conn.execute(_PATROLS)
    # Whose last position, and whose positions and patrols.
    askers: dict[str, tuple[httpx.AsyncClient, list[int], list[int]]] = {
        "commander": (await signed_in("commander"), [2], [1, 2]),
        "supervisor of the east": (await signed_in("supervisor", area=EAST), [], [1]),
        "supervisor of the west": (await signed_in("supervisor", area=WEST), [2], [2]),
        "analyst": (await signed_in("analyst"), [], []),
        "editor": (await signed_in("editor"), [], []),
        "registrar": (await signed_in("registrar"), [], []),
        "gateway": (await signed_in("gateway"), [], []),
        "himself": (own, [1], [1]),
    }
    for name, (client, last, went) in askers.items():
        actor = None
        for key, value in client.headers.items():
            if key in {"authorization", "cookie"}:
                actor = await _actor(running, key, value)
        assert actor, name
        async with state.pool.connection(actor.scope) as conn:
            asked: list[tuple[list[int], LiteralString]] = [
                (last, "select worker_id from last_position order by 1"),
                (went, "select distinct worker_id from position order by 1"),
                (went, "select worker_id from patrol order by 1"),
            ]
            for expected, query in asked:
                rows = await (await conn.execute(query)).fetchall()
                assert [number for (number,) in rows] == expected, (name, query)
            written = await conn.execute("delete from off_shift")
            assert written.rowcount == 0, name


async def _actor(app: FastAPI, header: str, value: str) -> Any:
    from starlette.requests import Request  # noqa: PLC0415 - this test alone makes one

    from gis_gov.access.permit import find_actor  # noqa: PLC0415

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [(header.encode(), value.encode())],
        "app": app,
        "state": {},
    }
    return await find_actor(Request(scope))


async def test_a_worker_has_his_own_way_off_shift_too(
    signed_in: Client, running: FastAPI, people_url: str
) -> None:
    begin = utc_now() - timedelta(minutes=30)
    fixes = [
        {
            "time": (begin + timedelta(seconds=10 * n)).isoformat(),
            "lon": 113.15 + n * 1e-4,
            "lat": 22.05,
        }
        for n in range(60)
    ]
    gateway = await signed_in("gateway")
    await gateway.post("/positions", json={"worker": "W1", "positions": fixes})
    await put(await signed_in("commander"), NEVER)
    await off(people_url, 1)
    async with himself(running, people_url) as own:
        found = (await own.get("/patrols", params={"worker": "W1"})).json()["patrols"]
        assert found
        for each in found:
            told = await own.get(f"/patrols/{each['code']}/positions", params={"f": "gpx"})
            assert told.status_code == 200
            assert "<trkpt" in told.text
        assert (await own.get(PATH)).json()["is_on_shift"] is False
        assert (await own.put(PATH, json={"shifts": []})).status_code == 403
        assert (await own.get("/workers/W2/shifts")).status_code == 404


async def test_how_workers_stand(signed_in: Client, people_url: str) -> None:
    commander = await signed_in("commander")
    assert await standings(commander) == {"W1": "offline", "W2": "offline"}
    place(people_url, 1, 1000)
    place(people_url, 1, 2)
    place(people_url, 2, 2)
    # W2 is in the grid of W1, who stands there.
    assert await standings(commander) == {"W1": "idle", "W2": "outside"}
    place(people_url, 1, 1, 113.1507)
    assert await standings(commander) == {"W1": "on_shift", "W2": "outside"}
    assert await standings(commander, stands="outside") == {"W2": "outside"}
    assert await standings(commander, within=f"{WEST}101") == {"W2": "outside"}
    assert await standings(commander, within=EAST) == {"W1": "on_shift"}
    answer = (await commander.get("/workers", params={"limit": 1})).json()
    assert [each["code"] for each in answer["workers"]] == ["W1"]
    assert answer["counts"] == {
        "on_shift": 1,
        "idle": 0,
        "outside": 1,
        "offline": 0,
        "off_shift": 0,
    }
    assert 1 <= answer["workers"][0]["age_s"] < 60
    rest = (await commander.get(answer["next"])).json()
    assert [each["code"] for each in rest["workers"]] == ["W2"]
    # Where W2 is, is not theirs to know who employ him; nor how any stands, who may follow nobody.
    assert await standings(await signed_in("supervisor", area=WEST)) == {"W2": None}
    assert await standings(await signed_in("registrar")) == {"W1": None, "W2": None}
    assert (await (await signed_in("analyst")).get("/workers")).status_code == 403
    assert len(entries(people_url, "worker.list")) == 10


async def test_who_stands_still_is_told_from_where_he_came_to_stand(people_url: str) -> None:
    def still_s() -> float:
        with psycopg.connect(people_url) as conn:
            row = conn.execute(
                "select extract(epoch from now() - still_since)::float8 from last_position"
            ).fetchone()
        assert row
        return row[0]

    for ago_s in range(900, 0, -100):
        place(people_url, 1, ago_s, 113.15 + (ago_s // 100 % 2) * 4e-4)
    assert 900 <= still_s() < 960
    # A creep of 40 m each time is a way.
    for step, ago_s in enumerate((90, 80, 70)):
        place(people_url, 1, ago_s, 113.15 + (step + 2) * 4e-4)
    assert 70 <= still_s() < 130
    # What turns out to be none is taken back.
    with psycopg.connect(people_url) as conn:
        conn.execute(
            "update position set rejected_for = 'jump' where time > now() - interval '95 s'"
        )
    assert still_s() >= 95
