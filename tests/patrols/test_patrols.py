"""Patrols: told from fixes, started and stopped, made anew when fixes come late, and whose."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import numpy as np
import psycopg
import pytest

from gis_gov.days import LOCAL
from gis_gov.geo.measure import metres_per_degree
from tests.accounts.people import slug
from tests.registry.conftest import EAST, WEST
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

YESTERDAY = datetime.now(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(1)
MORNING, NOON = YESTERDAY + timedelta(hours=8), YESTERDAY + timedelta(hours=12)
STEP_S, PACE_MPS = 10.0, 1.2
ACROSS_M, ALONG_M = (float(each) for each in metres_per_degree(np.array(22.05)))


def walk(start: datetime, way_m: float, *, lon: float = 113.11, seed: int = 1) -> list[Any]:
    """A walk to the east, with a phone's noise."""
    # Noise never repeats, at whatever time one walks; and is no other tomorrow.
    chance = random.Random(f"{start - YESTERDAY}{seed}")  # noqa: S311 - no secret
    count = round(way_m / PACE_MPS / STEP_S) + 1
    return [
        {
            "time": (start + timedelta(seconds=STEP_S * n)).isoformat(),
            "lon": lon + (PACE_MPS * STEP_S * n + chance.gauss(0, 2)) / ACROSS_M,
            "lat": 22.05 + chance.gauss(0, 2) / ALONG_M,
            "accuracy_m": 6.0,
        }
        for n in range(count)
    ]


async def tell(client: httpx.AsyncClient, fixes: list[Any], worker: str = "W1") -> None:
    for at in range(0, len(fixes), 200):
        body = {"worker": worker, "positions": fixes[at : at + 200]}
        answer = await client.post("/positions", json=body)
        assert answer.status_code == 200, answer.text


async def listed(client: httpx.AsyncClient, **asked: str) -> list[dict[str, Any]]:
    answer = await client.get("/patrols", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()["patrols"]


async def test_a_walk_is_a_patrol(signed_in: Client) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await tell(gateway, [*walk(MORNING, 2000), *walk(NOON, 500)])
    second, first = await listed(commander, worker="W1")
    assert (first["code"], second["code"]) == (
        f"W1-{YESTERDAY:%Y%m%d}-1",
        f"W1-{YESTERDAY:%Y%m%d}-2",
    )
    assert first["valid_mileage_m"] == pytest.approx(2000, rel=0.03)
    assert first["mileage_m"] > first["valid_mileage_m"]
    assert first["duration_s"] == pytest.approx(2000 / PACE_MPS, abs=STEP_S)
    assert (first["state"], first["is_detected"], first["kind"]) == ("ended", True, "patrol")
    assert (first["own_grid_share"], first["version"], first["rejected"]) == (1.0, 1, 0)
    assert datetime.fromisoformat(first["begins_at"]) == MORNING
    whole = (await commander.get(f"/patrols/{first['code']}")).json()
    assert [each["code"] for each in whole["grids"]] == [f"{EAST}101"]
    assert whole["grids"][0]["duration_s"] == pytest.approx(first["duration_s"])
    assert whole["line"]["type"] == "MultiLineString"
    assert (whole["versions"], whole["gaps"], whole["stays"]) == ([], [], [])


async def test_late_fixes_change_it_and_its_version(signed_in: Client) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    fixes = walk(MORNING, 2000)
    await tell(gateway, fixes[:80] + fixes[120:])
    (before,) = await listed(commander, worker="W1")
    await tell(gateway, fixes[80:120])
    (after,) = await listed(commander, worker="W1")
    assert (before["fixes"], after["fixes"]) == (len(fixes) - 40, len(fixes))
    assert (before["version"], after["version"]) == (1, 2)
    whole = (await commander.get(f"/patrols/{after['code']}")).json()
    assert [each["version"] for each in whole["versions"]] == [1]
    assert whole["versions"][0]["valid_mileage_m"] == before["valid_mileage_m"]


async def test_any_order_and_any_batching_give_the_same(signed_in: Client, people_url: str) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    fixes = [*walk(MORNING, 1500), *walk(NOON, 300), *walk(NOON + timedelta(hours=3), 200)]
    passing = {"version", "computed_at"}
    seen = []
    for seed in range(3):
        chance = random.Random(seed)  # noqa: S311 - no secret
        shuffled = chance.sample(fixes, len(fixes)) if seed else list(fixes)
        while shuffled:
            size = chance.randint(1, 120)
            await tell(gateway, shuffled[:size])
            shuffled = shuffled[size:]
            if chance.random() < 0.4:
                await listed(commander, worker="W1")
        told = await listed(commander, worker="W1")
        seen.append([{n: v for n, v in each.items() if n not in passing} for each in told])
        with psycopg.connect(people_url) as conn:
            conn.execute("delete from position")
        assert await listed(commander, worker="W1") == []
    assert [len(each) for each in seen] == [3, 3, 3]
    assert seen[1:] == seen[:1] * 2


async def test_one_is_started_and_stopped(signed_in: Client) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    start = datetime.now(UTC) - timedelta(hours=2)
    sent = {"worker": "W1", "kind": "river", "begins_at": start.isoformat()}
    answer = await gateway.post("/patrols", json=sent)
    assert answer.status_code == 201, answer.text
    code = answer.json()["code"]
    assert answer.headers["location"] == f"/patrols/{code}"
    assert answer.json()["state"] == "under_way"
    answer = await gateway.post("/patrols", json=sent)
    assert (answer.status_code, slug(answer)) == (409, "already-there")
    await tell(gateway, walk(start + timedelta(minutes=1), 1000))
    (one,) = await listed(commander, worker="W1")
    assert (one["code"], one["kind"], one["state"]) == (code, "river", "under_way")
    assert one["valid_mileage_m"] == pytest.approx(1000, rel=0.05)
    end = start + timedelta(minutes=10)
    answer = await gateway.post(f"/patrols/{code}/stop", json={"ends_at": end.isoformat()})
    assert (answer.status_code, answer.json()["state"]) == (200, "ended")
    answer = await gateway.post(f"/patrols/{code}/stop", json={})
    assert (answer.status_code, slug(answer)) == (409, "patrol-ended")
    # What he went after it is a patrol that nobody started.
    rest, one = await listed(commander, worker="W1")
    assert one["valid_mileage_m"] == pytest.approx(9 * 60 * PACE_MPS, rel=0.08)
    assert (rest["is_detected"], datetime.fromisoformat(rest["begins_at"]) > end) == (True, True)


async def test_one_that_is_told_late_goes_over_midnight(signed_in: Client) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    begins_at, ends_at = YESTERDAY - timedelta(minutes=30), YESTERDAY + timedelta(minutes=40)
    await tell(gateway, walk(begins_at + timedelta(seconds=5), 3600 * PACE_MPS))
    assert [each["is_detected"] for each in await listed(commander, worker="W1")] == [True, True]
    sent = {"worker": "W1", "begins_at": begins_at.isoformat()}
    code = (await gateway.post("/patrols", json=sent)).json()["code"]
    (one,) = await listed(commander, worker="W1")
    assert (one["code"], one["valid_mileage_m"]) == (code, pytest.approx(4320, rel=0.03))
    await gateway.post(f"/patrols/{code}/stop", json={"ends_at": ends_at.isoformat()})
    (one,) = await listed(commander, worker="W1")
    assert (one["code"], one["state"]) == (code, "ended")
    assert one["duration_s"] == pytest.approx(3600, abs=20)


async def test_the_next_one_ends_the_one_before(signed_in: Client) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    start = datetime.now(UTC) - timedelta(hours=2)
    for minutes in (0, 30):
        begins_at = (start + timedelta(minutes=minutes)).isoformat()
        await gateway.post("/patrols", json={"worker": "W1", "begins_at": begins_at})
    second, first = await listed(commander, worker="W1")
    assert (first["state"], second["state"]) == ("ended", "under_way")
    assert first["ends_at"] == second["begins_at"]


async def test_one_that_is_told_late_leaves_the_one_under_way(signed_in: Client) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    later = datetime.now(UTC) - timedelta(hours=1)
    codes = []
    for begins_at in (later, later - timedelta(hours=2)):
        answer = await gateway.post(
            "/patrols", json={"worker": "W1", "begins_at": begins_at.isoformat()}
        )
        codes.append(answer.json()["code"])
    second, first = await listed(commander, worker="W1")
    assert [second["code"], first["code"]] == codes
    assert (first["state"], second["state"]) == ("ended", "under_way")
    assert first["ends_at"] == second["begins_at"]
    assert (await gateway.post(f"/patrols/{codes[0]}/stop", json={})).status_code == 200


async def test_none_lasts_longer_than_a_day(signed_in: Client) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    begins_at = datetime.now(UTC) - timedelta(days=3)
    sent = {"worker": "W1", "begins_at": begins_at.isoformat()}
    code = (await gateway.post("/patrols", json=sent)).json()["code"]
    (one,) = await listed(commander, worker="W1")
    assert one["state"] == "ended"
    answer = await gateway.post(f"/patrols/{code}/stop", json={})
    assert datetime.fromisoformat(answer.json()["ends_at"]) - begins_at == timedelta(days=1)


async def test_who_may_know_of_it(signed_in: Client, people_url: str) -> None:
    gateway = await signed_in("gateway")
    await tell(gateway, walk(MORNING, 500))
    await tell(gateway, walk(MORNING, 500, lon=113.05), "W2")
    commander = await signed_in("commander")
    codes = {each["code"] for each in await listed(commander)}
    assert codes == set()  # nobody asked for a worker, and it is not due for so long
    for worker in ("W1", "W2"):
        assert len(await listed(commander, worker=worker)) == 1
    west = await signed_in("supervisor", area=WEST)
    (one,) = await listed(west)
    assert one["worker"] == {"code": "W2", "name": "林二"}
    hidden = f"/patrols/W1-{YESTERDAY:%Y%m%d}-1"
    answer = await west.get(hidden)
    assert (answer.status_code, slug(answer)) == (404, "not-found")
    in_grid = await signed_in("supervisor", grid=f"{EAST}101")
    assert [each["worker"]["code"] for each in await listed(in_grid)] == ["W1"]
    with psycopg.connect(people_url) as conn:
        conn.execute("update grid_worker set valid_to = '2025-12-31' where worker_id = 1")
    assert await listed(in_grid) == []
    for role in ("analyst", "screen", "grid_worker"):
        client = await signed_in(role)
        answer = await client.get("/patrols")
        assert (answer.status_code, slug(answer)) == (403, "not-allowed")


async def test_lists_are_filtered_and_paged(signed_in: Client) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await tell(gateway, [f for n in range(5) for f in walk(MORNING + n * timedelta(hours=1), 200)])
    await listed(commander, worker="W1")
    page = (await commander.get("/patrols", params={"limit": 2})).json()
    codes = []
    while True:
        codes += [each["code"] for each in page["patrols"]]
        if page["next"] is None:
            break
        page = (await commander.get(page["next"])).json()
    assert codes == [f"W1-{YESTERDAY:%Y%m%d}-{n}" for n in (5, 4, 3, 2, 1)]
    since = (MORNING + timedelta(hours=3)).isoformat()
    assert len(await listed(commander, datetime=f"{since}/..")) == 2
    assert len(await listed(commander, within=EAST)) == 5
    assert len(await listed(commander, within=f"{EAST}101")) == 5
    assert await listed(commander, within=WEST) == []
    assert await listed(commander, kind="river") == []
    assert len(await listed(commander, bbox="113.1105,22.04,113.111,22.06")) == 5
    assert await listed(commander, bbox="113.1,22.04,113.1098,22.06") == []
    answer = await commander.get("/patrols", params={"within": "nowhere"})
    assert (answer.status_code, slug(answer)) == (404, "not-found")
