"""Nothing is stored of who is off shift, whichever way it comes; and who may say when that is."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from gis_gov.days import LOCAL, utc_now
from gis_gov.gateway.keeping import Keeping
from gis_gov.patrols.fix import Fix
from gis_gov.patrols.shifts import memory
from gis_gov.patrols.shifts.queries import read_shifts
from gis_gov.state import state_of
from tests.accounts.people import slug
from tests.patrols.conftest import running, signed_in
from tests.registry.conftest import EAST, WEST, entries
from tests.signed_in import Client

__all__ = ["running", "signed_in"]

pytestmark = pytest.mark.anyio

YESTERDAY = datetime.now(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(1)
PATH = "/workers/W1/shifts"
MORNING = {"kind": "duty", "day": f"{YESTERDAY:%Y-%m-%d}", "begins": "08:00", "ends": "12:00"}
NEVER = {
    "kind": "leave",
    "weekdays": list(range(1, 8)),
    "begins": "00:00",
    "ends": "00:00",
    "valid_from": "2026-01-01",
}


def fix(hour: float) -> dict[str, Any]:
    time = YESTERDAY + timedelta(hours=hour)
    return {"time": time.isoformat(), "lon": 113.15, "lat": 22.05}


async def put(client: httpx.AsyncClient, *shifts: dict[str, Any]) -> dict[str, Any]:
    answer = await client.put(PATH, json={"shifts": shifts})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def tell(client: httpx.AsyncClient, *fixes: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post("/positions", json={"worker": "W1", "positions": fixes})
    assert answer.status_code == 200, answer.text
    return answer.json()


def stored(url: str) -> list[float]:
    with psycopg.connect(url) as conn:
        rows = conn.execute("select time from position order by time").fetchall()
    return [(time - YESTERDAY).total_seconds() / 3600 for (time,) in rows]


async def heard(running: FastAPI) -> None:
    """Wait until the server knows of shifts."""
    shifts = state_of(running).shifts
    for _ in range(200):
        if not (await shifts.newest()).are_all_on:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the server does not know of shifts")


@pytest.fixture
async def gateway(signed_in: Client) -> httpx.AsyncClient:
    return await signed_in("gateway")


async def test_fixes_off_shift_are_answered_and_not_stored(
    signed_in: Client, gateway: httpx.AsyncClient, running: FastAPI, people_url: str
) -> None:
    assert (await tell(gateway, fix(3)))["stored"] == 1
    await put(await signed_in("supervisor", area=EAST), MORNING)
    await heard(running)
    told = await tell(
        gateway, fix(7.99), fix(8), fix(11.9), fix(12), fix(20), {**fix(9), "lat": 95}
    )
    assert told == {
        "stored": 2,
        "repeated": 0,
        "off_shift": 3,
        "refused": [{"index": 5, "reason": "out_of_range"}],
    }
    # What was stored before shifts were told stays; of what is not, nothing is told anywhere.
    assert stored(people_url) == [3, 8, 11.9]
    assert await tell(gateway, fix(12.5)) == {
        "stored": 0,
        "repeated": 0,
        "off_shift": 1,
        "refused": [],
    }
    with psycopg.connect(people_url) as conn:
        due = conn.execute("select count(*) from patrol_due").fetchone()
        audit = conn.execute("select detail::text from audit where action = 'position.write'")
        assert due == (2,)
        assert {row[0] for row in audit.fetchall()} == {"null"}


async def test_the_gateway_does_the_same(
    signed_in: Client, running: FastAPI, people_url: str
) -> None:
    with psycopg.connect(people_url) as conn:
        conn.execute(
            "insert into device (code, kind, mode, worker_id) values ('C1', 'terminal', 'car', 1)"
        )
    await put(await signed_in("supervisor", area=EAST), MORNING)
    await heard(running)
    state = state_of(running)
    take = Keeping(state.intake, state.movers)
    fixes = [Fix(YESTERDAY + timedelta(hours=hour), 113.15, 22.05) for hour in (7.9, 8.5, 11, 12.5)]
    await take("C1", fixes)
    await take("nobody's", fixes)
    with psycopg.connect(people_url) as conn:
        counts = conn.execute(
            "select device, count(*) from position group by device order by device"
        ).fetchall()
    assert counts == [("C1", 2), ("nobody's", 4)]


async def test_shifts_are_told_as_they_were_sent(signed_in: Client, people_url: str) -> None:
    client = await signed_in("supervisor", area=EAST)
    before = (await client.get(PATH)).json()
    assert before == {"worker": "W1", "is_on_shift": True, "changes_at": None, "shifts": []}
    weekly = {"weekdays": [5, 1], "begins": "22:00", "ends": "06:00:30"}
    told = await put(client, MORNING, weekly)
    assert told == (await client.get(PATH)).json()
    first, second = sorted(told["shifts"], key=lambda each: each["weekdays"] is None)
    assert first == {
        "kind": "duty",
        "weekdays": [1, 5],
        "day": None,
        "begins": "22:00:00",
        "ends": "06:00:30",
        "valid_from": f"{datetime.now(LOCAL):%Y-%m-%d}",
        "valid_to": None,
    }
    assert (second["day"], second["begins"]) == (MORNING["day"], "08:00:00")
    assert (await put(client, NEVER))["is_on_shift"] is False
    assert (await put(client))["shifts"] == []
    codes = {(result, code) for result, code, *_ in entries(people_url, "shift.write")}
    assert codes == {("ok", "W1")}
    assert len(entries(people_url, "shift.read")) == 2


async def test_who_may_tell_and_know_of_shifts(signed_in: Client, people_url: str) -> None:
    for role, limits, status in (
        ("supervisor", {"area": WEST}, 404),
        ("registrar", {}, 403),
        ("gateway", {}, 403),
        ("analyst", {}, 403),
        ("commander", {}, 200),
    ):
        client = await signed_in(role, **limits)
        answer = await client.put(PATH, json={"shifts": [MORNING]})
        assert answer.status_code == status, role
        known = {"registrar": 200, "commander": 200}.get(role, 404)
        assert (await client.get(PATH)).status_code == known, role
    both = await signed_in("commander")
    assert (await both.put("/workers/W9/shifts", json={"shifts": []})).status_code == 404
    # Who knows of him by a grid of his, and does not employ him.
    with psycopg.connect(people_url) as conn:
        conn.execute(
            "insert into grid_worker (grid_id, worker_id, role, valid_from)"
            " values (2, 1, 'worker', '2020-01-01')"
        )
    client = await signed_in("supervisor", grid=f"{WEST}101")
    assert (await client.get(PATH)).status_code == 200
    answer = await client.put(PATH, json={"shifts": []})
    assert (answer.status_code, slug(answer)) == (403, "not-allowed")


@pytest.mark.parametrize(
    "shift",
    [
        {"begins": "08:00", "ends": "12:00"},
        {**MORNING, "weekdays": [1]},
        {**MORNING, "day": "0001-01-01"},
        {**MORNING, "valid_to": "2026-01-01"},
        {**MORNING, "begins": "08:00+08:00"},
        {**MORNING, "begins": "24:30"},
        {**MORNING, "kind": "holiday"},
        {**NEVER, "weekdays": [0]},
        {**NEVER, "weekdays": []},
        {**NEVER, "valid_to": "2025-12-31"},
    ],
)
async def test_what_is_no_shift_is_refused(signed_in: Client, shift: dict[str, Any]) -> None:
    client = await signed_in("commander")
    answer = await client.put(PATH, json={"shifts": [shift]})
    assert (answer.status_code, slug(answer)) == (400, "invalid-request")
    assert answer.json()["errors"][0]["where"].startswith("body.shifts.0")


async def test_now_is_decided_by_the_time_of_the_fix(
    signed_in: Client, gateway: httpx.AsyncClient, running: FastAPI, people_url: str
) -> None:
    """He is off shift now, and what he went on shift comes late."""
    await put(await signed_in("commander"), MORNING)
    await heard(running)
    now = {**fix(9), "time": utc_now().isoformat()}
    assert (await tell(gateway, now, fix(9)))["off_shift"] == 1
    assert stored(people_url) == [9]


async def test_however_many_ask_shifts_are_read_once(
    signed_in: Client, running: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = list[Any]()

    async def counted(conn: Any, ids: Any) -> Any:
        reads.append(ids and set(ids))
        return await read_shifts(conn, ids)

    await put(await signed_in("commander"), NEVER)
    await heard(running)
    monkeypatch.setattr(memory, "read_shifts", counted)
    shifts = state_of(running).shifts
    await shifts.hear("1")
    found = await asyncio.gather(*(shifts.newest() for _ in range(500)))
    assert {1} in reads
    assert len(reads) <= 2
    assert all(not each.is_on(1, utc_now()) and each.is_on(2, utc_now()) for each in found)


async def test_what_is_not_heard_of_is_read_each_time(people_url: str, running: FastAPI) -> None:
    unheard = memory.ShiftMemory(state_of(running).pool, lambda: 0, unless_told=True)
    assert (await unheard.newest()).are_all_on
    with psycopg.connect(people_url) as conn:
        conn.execute(
            "insert into shift (worker_id, kind, day, begins, ends)"
            " values (1, 'leave', local_today(), '00:00', '00:00')"
        )
    assert not (await unheard.newest()).is_on(1, utc_now())
    with psycopg.connect(people_url) as conn:
        conn.execute("delete from shift")
    assert (await unheard.newest()).are_all_on
