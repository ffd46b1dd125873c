"""Sums by grid: what was gone in each, by whom, and how long."""

from typing import Any

import httpx
import psycopg
import pytest

from tests.patrols.test_patrols import ACROSS_M, MORNING, NOON, PACE_MPS, listed, tell, walk
from tests.registry.conftest import EAST, WEST
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

EAST_GRID, WEST_GRID = f"{EAST}101", f"{WEST}101"
BEGIN = 113.095
WEST_M = (113.1 - BEGIN) * ACROSS_M
WAY_M = 2000.0


async def by_grid(client: httpx.AsyncClient, **asked: str) -> dict[str, dict[str, Any]]:
    asked = {"by": "grid", "period": "all", **asked}
    answer = await client.get("/patrols/statistics", params=asked)
    assert answer.status_code == 200, answer.text
    return {row["code"]: row for row in answer.json()["rows"]}


async def test_a_way_is_shared_out_to_its_grids(signed_in: Client) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await tell(gateway, walk(MORNING, WAY_M, lon=BEGIN))
    (patrol,) = await listed(commander, worker="W1")
    rows = await by_grid(commander)
    assert set(rows) == {WEST_GRID, EAST_GRID}
    west, east = rows[WEST_GRID], rows[EAST_GRID]
    gone_m = west["valid_mileage_m"] + east["valid_mileage_m"]
    assert gone_m == pytest.approx(patrol["valid_mileage_m"])
    assert west["valid_mileage_m"] == pytest.approx(WEST_M, abs=40)
    assert west["duration_s"] == pytest.approx(WEST_M / PACE_MPS, abs=15)
    assert west["duration_s"] + east["duration_s"] == pytest.approx(patrol["duration_s"])
    assert (west["own_grid_share"], east["own_grid_share"]) == (0.0, 1.0)
    assert (west["patrols"], east["workers"], east["mileage_m"]) == (1, 1, None)
    # Of the whole way it is the part of the time that he was in the grid that is his.
    share = 1 - WEST_M / WAY_M
    assert patrol["own_grid_share"] == pytest.approx(share, abs=0.02)
    assert patrol["own_grid_share"] == pytest.approx(east["duration_s"] / patrol["duration_s"])
    asked = {"by": "worker", "period": "all"}
    (row,) = (await commander.get("/patrols/statistics", params=asked)).json()["rows"]
    assert row["own_grid_share"] == pytest.approx(patrol["own_grid_share"])


async def test_it_is_by_whom_the_grid_was_on_that_day(signed_in: Client, people_url: str) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await tell(gateway, walk(MORNING, 1000))
    await tell(gateway, walk(NOON, 500), "W2")
    for worker in ("W1", "W2"):
        await listed(commander, worker=worker)
    row = (await by_grid(commander))[EAST_GRID]
    assert (row["patrols"], row["workers"]) == (2, 2)
    assert row["own_grid_share"] == pytest.approx(2 / 3, abs=0.01)
    only = await by_grid(commander, within=EAST_GRID, worker="W2")
    assert only[EAST_GRID]["valid_mileage_m"] == pytest.approx(500, rel=0.05)
    with psycopg.connect(people_url) as conn:
        conn.execute("update grid_worker set valid_to = %s where worker_id = 1", ["2020-02-01"])
    assert (await by_grid(commander))[EAST_GRID]["own_grid_share"] == 0.0


async def test_of_a_grid_that_is_asked_for_no_other_is_told(signed_in: Client) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await tell(gateway, walk(MORNING, WAY_M, lon=BEGIN))
    await listed(commander, worker="W1")
    assert set(await by_grid(commander, within=WEST_GRID)) == {WEST_GRID}
