"""Alarms: opened once as they are found, closed when they are over, acknowledged by somebody."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from gis_gov.access.tokens import csrf_token, new_session_token, token_hash
from gis_gov.db.pool import Pool
from gis_gov.fences.alarm_keeper import AlarmKeeper
from gis_gov.fences.crossing_keeper import CrossingKeeper
from gis_gov.fences.known import KnownFences
from gis_gov.settings import Settings
from tests.accounts.people import slug
from tests.fences.walks import METRE_DEG, add_fence
from tests.patrols.shifts.test_shifts import NEVER
from tests.registry.conftest import EAST, WEST, entries
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

PUT = """
    insert into position (device, time, worker_id, geom, accuracy_m)
    values (%s, now() - %s * interval '1 s', %s, st_point(%s, 22.05, 4490), 5)
"""
ALARMS = "select kind, worker_id, other_id, closed_at is null from alarm order by id"


def be(url: str, worker: int, east_m: float, ago_s: float = 1) -> None:
    """Let a worker be so far to the east, so long ago."""
    with psycopg.connect(url) as conn:
        conn.execute(PUT, [f"d{worker}", ago_s, worker, 113.15 + east_m * METRE_DEG])


async def looked(url: str, pool: Pool, keeper: AlarmKeeper) -> list[tuple[Any, ...]]:
    """Look, and return all alarms: kind, worker, other one, whether it lasts."""
    await CrossingKeeper(pool, KnownFences()).keep()
    await keeper.keep()
    with psycopg.connect(url) as conn:
        return conn.execute(ALARMS).fetchall()


async def test_who_is_inside_and_should_not_be(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    add_fence(people_url, "F1", 100, 300, tells=["inside"])
    be(people_url, 1, 200, 60)
    be(people_url, 2, 0, 60)
    assert await looked(people_url, pool, keeper) == [("inside", 1, None, True)]
    assert await looked(people_url, pool, keeper) == [("inside", 1, None, True)]
    be(people_url, 1, 0)
    assert await looked(people_url, pool, keeper) == [("inside", 1, None, False)]
    with psycopg.connect(people_url) as conn:
        told = conn.execute("select since <= opened_at, area_id, fence_area_id from alarm")
        assert told.fetchall() == [(True, 2, 2)]


async def test_who_should_be_inside_and_is_not(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    """Of whom nothing was heard for a quarter of an hour nobody knows where he is."""
    add_fence(people_url, "F1", 100, 300, tells=["outside"], away_s=120, for_workers=[1])
    be(people_url, 1, 200, 1500)
    be(people_url, 2, 0, 10)
    assert await looked(people_url, pool, keeper) == []
    be(people_url, 1, 0, 300)
    assert await looked(people_url, pool, keeper) == [("outside", 1, None, True)]
    with psycopg.connect(people_url) as conn:
        conn.execute("update position set time = time - interval '1 hour' where worker_id = 1")
    assert await looked(people_url, pool, keeper) == [("outside", 1, None, True)]
    be(people_url, 1, 200)
    assert await looked(people_url, pool, keeper) == [("outside", 1, None, False)]


async def test_who_is_alone_in_a_danger_zone(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    add_fence(people_url, "F1", 100, 300, alone_s=60)
    be(people_url, 1, 200, 200)
    be(people_url, 2, 210, 190)
    assert await looked(people_url, pool, keeper) == []
    be(people_url, 2, 0, 100)
    assert await looked(people_url, pool, keeper) == [("alone", 1, None, True)]
    be(people_url, 2, 200)
    assert await looked(people_url, pool, keeper) == [("alone", 1, None, False)]


async def test_who_is_silent_keeps_nobody_company(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    """Not he is told to be alone, of whom nobody knows, but who is there."""
    add_fence(people_url, "F1", 100, 300, alone_s=1_000)
    be(people_url, 1, 200, 3 * 3_600)
    assert await looked(people_url, pool, keeper) == []
    for ago_s in (7_200, 5):
        be(people_url, 2, 210, ago_s)
    assert await looked(people_url, pool, keeper) == [("alone", 2, None, True)]
    with psycopg.connect(people_url) as conn:
        told = conn.execute("select extract(epoch from now() - since)::integer from alarm")
        (since,) = told.fetchone() or (0,)
    assert 7_190 < since < 7_260


async def test_who_was_alone_as_he_fell_silent_is_warned_of(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    add_fence(people_url, "F1", 100, 300, alone_s=60)
    be(people_url, 1, 200, 200)
    assert await looked(people_url, pool, keeper) == [("alone", 1, None, True)]
    with psycopg.connect(people_url) as conn:
        conn.execute("update position set time = time - interval '1 hour'")
    assert await looked(people_url, pool, keeper) == [("alone", 1, None, True)]
    be(people_url, 1, 0)
    assert await looked(people_url, pool, keeper) == [("alone", 1, None, False)]


async def test_nobody_is_told_of_who_is_off_shift(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    """His alarms are over, but for a call for help, and he keeps nobody company."""
    add_fence(people_url, "IN", 100, 300, tells=["inside"], for_workers=[1])
    add_fence(people_url, "OUT", 1_100, 1_300, tells=["outside"], away_s=0, for_workers=[1])
    add_fence(people_url, "NEAR", 100, 300, near_m=30)
    add_fence(people_url, "ALONE", 100, 300, alone_s=60)
    with psycopg.connect(people_url) as conn:
        conn.execute(
            "insert into alarm (kind, worker_id, since, last_at) values ('sos', 1, now(), now())"
        )
    for worker in (1, 2):
        be(people_url, worker, 200, 200)
        be(people_url, worker, 201, 100)
    both = {("sos", 1, None), ("inside", 1, None), ("outside", 1, None), ("near", 1, 2)}
    assert set(await looked(people_url, pool, keeper)) == {(*each, True) for each in both}
    with psycopg.connect(people_url) as conn:
        conn.execute("insert into off_shift values (1)")
    alarms = await looked(people_url, pool, keeper)
    lasting = {each[:3] for each in alarms if each[3]}
    assert lasting == {("sos", 1, None), ("alone", 2, None)}
    assert {each[:3] for each in alarms if not each[3]} == both - lasting
    with psycopg.connect(people_url) as conn:
        told = conn.execute(
            "select a.since - max(p.time) from alarm as a, position as p"
            " where a.kind = 'alone' and p.worker_id = 1 group by a.id"
        )
        assert told.fetchall() == [(timedelta(0),)]  # since the other one was heard of last


async def test_two_who_are_near_to_each_other(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    add_fence(people_url, "F1", 100, 300, near_m=30)
    be(people_url, 1, 150, 60)
    be(people_url, 2, 250, 60)
    assert await looked(people_url, pool, keeper) == []
    be(people_url, 2, 160, 30)
    assert await looked(people_url, pool, keeper) == [("near", 1, 2, True)]
    be(people_url, 2, 250)
    assert await looked(people_url, pool, keeper) == [("near", 1, 2, False)]


async def test_a_fence_that_is_retired_or_out_of_its_hours_raises_none(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(hours=8, days=1)).isoweekday()
    windows = f'[{{"weekdays": [{tomorrow}], "from": "10:00", "to": "10:01"}}]'
    add_fence(people_url, "F1", 100, 300, tells=["inside"])
    add_fence(people_url, "F2", 100, 300, tells=["inside"], windows=windows)
    be(people_url, 1, 200)
    assert await looked(people_url, pool, keeper) == [("inside", 1, None, True)]
    with psycopg.connect(people_url) as conn:
        conn.execute("update fence set retired_at = now()")
    assert await looked(people_url, pool, keeper) == [("inside", 1, None, False)]


async def test_a_call_for_help_lasts_until_somebody_sees_to_it(
    signed_in: Client, people_url: str
) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    now = datetime.now(UTC)

    async def call(ago_s: float) -> None:
        fix = {
            "time": (now - timedelta(seconds=ago_s)).isoformat(),
            "lon": 113.15,
            "lat": 22.05,
            "sos": True,
        }
        answer = await gateway.post("/positions", json={"worker": "W1", "positions": [fix, fix]})
        assert answer.status_code == 200, answer.text

    for ago_s in (300, 290, 300):
        await call(ago_s)
    (alarm,) = (await commander.get("/alarms", params={"open": "true"})).json()["alarms"]
    assert (alarm["kind"], alarm["worker"]["code"], alarm["fence"]) == ("sos", "W1", None)
    assert (alarm["area_code"], alarm["grid_code"]) == (EAST, f"{EAST}101")
    assert datetime.fromisoformat(alarm["last_at"]) == now - timedelta(seconds=290)
    path = f"/alarms/{alarm['id']}/acknowledgement"
    west = await signed_in("supervisor", area=WEST)
    assert (await west.get("/alarms")).json()["alarms"] == []
    assert (await west.post(path, json={})).status_code == 404
    answer = await commander.post(path, json={"note": "已派人"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["closed_at"] is not None
    assert answer.json()["acknowledged_by"].startswith("key:")
    answer = await commander.post(path, json={})
    assert (answer.status_code, slug(answer)) == (409, "alarm-acknowledged")
    assert [each[:2] for each in entries(people_url, "alarm.acknowledge")] == [
        ("ok", str(alarm["id"]))
    ]
    await call(200)  # goes on
    assert (await commander.get("/alarms", params={"open": "true"})).json()["alarms"] == []


async def test_who_calls_for_help_does_not_acknowledge_it_himself(
    signed_in: Client, people_url: str
) -> None:
    """Though he may follow workers there, and see to others' alarms."""
    own, token = await signed_in(), new_session_token()
    with psycopg.connect(people_url) as conn:
        conn.execute(
            "insert into account (id, name, password_hash, password_set_at, worker_id)"
            " values (901, 'worker.one', 'x', now(), 1)"
        )
        conn.execute("insert into role_grant (account_id, role) values (901, 'commander')")
        conn.execute(
            "insert into session (token_hash, account_id, ends_at)"
            " values (%s, 901, now() + interval '1 hour')",
            [token_hash(token)],
        )
        rows = conn.execute(
            "insert into alarm (kind, worker_id, since, last_at, area_id)"
            " values ('sos', 1, now(), now(), 2), ('sos', 2, now(), now(), 2) returning id"
        ).fetchall()
    own.headers = httpx.Headers(
        {"cookie": f"gis_gov_session={token}", "x-csrf-token": csrf_token(token)}
    )
    mine, another = (f"/alarms/{number}/acknowledgement" for (number,) in rows)
    answer = await own.post(mine, json={})
    assert (answer.status_code, slug(answer)) == (403, "not-allowed"), answer.text
    assert (await own.post(another, json={})).status_code == 200
    commander = await signed_in("commander")
    assert (await commander.post(mine, json={})).status_code == 200


async def test_who_calls_for_help_off_shift_is_found_by_the_alarm_alone(
    signed_in: Client, people_url: str
) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    answer = await commander.put("/workers/W1/shifts", json={"shifts": [NEVER]})
    assert answer.status_code == 200, answer.text
    fix = {"time": datetime.now(UTC).isoformat(), "lon": 113.15, "lat": 22.05}
    sent = {"worker": "W1", "positions": [{**fix, "sos": True}]}
    for _ in range(2):
        answer = await gateway.post("/positions", json=sent)
        assert answer.json() == {"stored": 0, "repeated": 0, "off_shift": 1, "refused": []}
    (alarm,) = (await commander.get("/alarms", params={"open": "true"})).json()["alarms"]
    assert (alarm["kind"], alarm["worker"]["code"]) == ("sos", "W1")
    assert (alarm["lon"], alarm["lat"]) == (113.15, 22.05)
    with psycopg.connect(people_url) as conn:
        assert conn.execute("select from position").rowcount == 0
        assert conn.execute("select from last_position").rowcount == 0


async def test_crossings_are_listed_by_whom_and_where(signed_in: Client, people_url: str) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    east, west = await signed_in("supervisor", area=EAST), await signed_in("supervisor", area=WEST)
    # A keeper of the same loop may be waited for.
    await asyncio.to_thread(add_fence, people_url, "F1", 100, 300)
    now = datetime.now(UTC) - timedelta(minutes=20)
    fixes = [
        {
            "time": (now + timedelta(seconds=60 * n)).isoformat(),
            "lon": 113.15 + east_m * METRE_DEG,
            "lat": 22.05,
        }
        for n, east_m in enumerate([0, 200, 0, 200, 0, 400])
    ]
    await gateway.post("/positions", json={"worker": "W1", "positions": fixes})
    async with Pool(people_url, Settings(pool_min=1, pool_max=3)) as pool:
        await CrossingKeeper(pool, KnownFences()).keep()

    async def listed(client: Any, **asked: str) -> list[str]:
        link, kinds = "/crossings?limit=2", list[str]()
        while link:
            answer = await client.get(link, params=asked if "after=" not in link else None)
            assert answer.status_code == 200, answer.text
            kinds += [each["kind"] for each in answer.json()["crossings"]]
            link = answer.json()["next"]
        return kinds

    for _ in range(100):
        if len(await listed(commander)) == 5:
            break
    assert await listed(commander) == ["cross", "exit", "enter", "exit", "enter"]
    assert await listed(east, fence="F1", worker="W1", within=EAST, kind="exit") == ["exit"] * 2
    assert await listed(commander, fence="F2") == []
    assert await listed(commander, datetime=f"../{(now + timedelta(seconds=60)).isoformat()}") == [
        "enter"
    ]
    assert await listed(commander, bbox="113.1,22,113.2,22.1", within=f"{EAST}101")
    assert await listed(commander, bbox="113,22,113.1,22.1") == []
    assert await listed(west) == []
    first = (await commander.get("/crossings")).json()["crossings"][-1]
    assert (first["worker"]["code"], first["fence"]["code"]) == ("W1", "F1")
    assert (first["area_code"], first["withdrawn_at"]) == (EAST, None)
    analyst = await signed_in("analyst")
    assert (await analyst.get("/crossings")).status_code == 403
