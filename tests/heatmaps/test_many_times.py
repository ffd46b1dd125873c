"""Who asks for hexagons of other times at once is told of his own."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pandas as pd
import psycopg
import pytest

from gis_gov.app import create_app
from tests.conftest import TestServer
from tests.counting.granted import Grant, cells_at
from tests.counting.tiling import SIDE, SOUTH, WEST, World
from tests.counting.village import DISTRICT, Village, write_village
from tests.signed_in import client_of, every_point_has_its_cell, unhurried
from tests.statistics.test_many_times import some_times, written

BOX = (WEST + SIDE / 5, SOUTH + SIDE / 4, WEST + SIDE / 2, SOUTH + SIDE)


@pytest.mark.parametrize("resolution", [7, 9, 11])
async def test_each_is_told_of_his_own_time(
    client: httpx.AsyncClient, world: World, resolution: int
) -> None:
    times = some_times(resolution)
    events = world.things[world.things["layer"] == "events"].dropna(subset="lon")
    local = events["time"].dt.tz_convert("Asia/Shanghai")

    async def asked(number: int) -> dict[str, Any]:
        where = {"bbox": ",".join(map(str, BOX))} if number % 3 == 0 else {}
        when = {"hours": "22-6"} if number % 2 == 0 else {}
        answer = await client.get(
            "/heatmap",
            params={
                "layer": "events",
                "f": "json",
                "resolution": resolution,
                "datetime": written(times[number]),
                **where,
                **when,
            },
        )
        assert answer.status_code == 200, answer.text
        counts: dict[str, int] = answer.json()["cells"]
        return counts

    found = await asyncio.gather(*map(asked, range(len(times))))
    assert len({str(each) for each in found}) > 20
    for number, told in enumerate(found):
        interval = times[number]
        picked = pd.Series(data=True, index=events.index)
        if interval.since is not None:
            picked &= events["time"] >= pd.Timestamp(interval.since)
        if interval.until is not None:
            picked &= events["time"] < pd.Timestamp(interval.until)
        if number % 2 == 0:
            picked &= (local.dt.hour >= 22) | (local.dt.hour < 6)
        if number % 3 == 0:
            west, south, east, north = BOX
            picked &= events["lon"].between(west, east) & events["lat"].between(south, north)
        points = events[picked][["lat", "lon"]].to_numpy().tolist()
        assert told == cells_at(points, resolution), interval


@pytest.fixture
def own_village(postgis: TestServer) -> Iterator[Village]:
    with postgis.database() as url:
        yield write_village(url, 3)


@pytest.fixture
async def asking(own_village: Village) -> AsyncIterator[httpx.AsyncClient]:
    """Ask a server of a village of which some events have no cell, and are given none."""
    app = create_app(unhurried().with_database(own_village.url))
    async with (
        app.router.lifespan_context(app),
        client_of(httpx.ASGITransport(app)) as opened,
    ):
        await every_point_has_its_cell(own_village.url)
        with psycopg.connect(own_village.url) as conn:
            conn.execute("set session_replication_role = replica")  # so nobody is told
            assert conn.execute("update event set cell = null where id % 3 = 0").rowcount > 5
        yield opened


async def test_what_has_no_cell_yet_counts_and_nobody_counts_what_another_may_read(
    own_village: Village, asking: httpx.AsyncClient
) -> None:
    grants = [
        Grant("commander"),
        Grant("supervisor", f"{DISTRICT}001"),
        Grant("department_officer", "", None, "fire"),
    ]
    keys = [grant.key(own_village.url) for grant in grants]
    events = own_village.things[own_village.things["layer"] == "events"]
    events = events[events["lon"].notna()]
    middle = events["time"].sort_values().iloc[len(events) // 2].to_pydatetime().astimezone(UTC)
    moment = datetime.fromtimestamp(int(middle.timestamp()), UTC)

    async def asked(key: dict[str, str], when: str) -> dict[str, int]:
        answer = await asking.get(
            f"/heatmap?layer=events&f=json&resolution=8&datetime={when}", headers=key
        )
        assert answer.status_code == 200, answer.text
        counts: dict[str, int] = answer.json()["cells"]
        return counts

    since, until = f"{moment:%Y-%m-%dT%H:%M:%SZ}/..", f"../{moment:%Y-%m-%dT%H:%M:%SZ}"
    pairs = [(number, when) for when in (since, until) for number in range(len(keys))]
    found = await asyncio.gather(*(asked(keys[number], when) for number, when in pairs))
    for (number, when), told in zip(pairs, found, strict=True):
        own = grants[number].counted(events)
        times = own["time"]
        picked = own[times >= moment] if when == since else own[times <= moment]
        assert told == cells_at(picked[["lat", "lon"]].to_numpy().tolist(), 8)
        assert 0 < sum(told.values()) < len(events)
