"""Who passed a place: by shape, line, circle, grid, whose rights, and what late fixes change."""

import random
from datetime import datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from tests.accounts.people import slug
from tests.patrols.test_patrols import ACROSS_M, ALONG_M, MORNING, PACE_MPS, tell, walk
from tests.registry.conftest import EAST, WEST, entries
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

HOURS = {"datetime": f"{MORNING.isoformat()}/{(MORNING + timedelta(hours=2)).isoformat()}"}
LON, LAT = 113.11, 22.05


def place(east_m: float, north_m: float) -> list[float]:
    return [LON + east_m / ACROSS_M, LAT + north_m / ALONG_M]


def box(west_m: float, south_m: float, east_m: float, north_m: float) -> dict[str, Any]:
    corners = [
        (west_m, south_m),
        (east_m, south_m),
        (east_m, north_m),
        (west_m, north_m),
        (west_m, south_m),
    ]
    return {"type": "Polygon", "coordinates": [[place(*corner) for corner in corners]]}


GATE = {"type": "LineString", "coordinates": [place(500, -100), place(500, 100)]}
CIRCLE = {"type": "Point", "coordinates": place(500, 30)}


async def passed(client: httpx.AsyncClient, body: dict[str, Any], **asked: str) -> list[Any]:
    answer = await client.post("/passing", json=body, params=HOURS | asked)
    assert answer.status_code == 200, answer.text
    return answer.json()["movers"]


@pytest.fixture
async def commander(signed_in: Client) -> httpx.AsyncClient:
    return await signed_in("commander")


async def test_a_walker_by_polygon_line_and_circle(
    signed_in: Client, commander: httpx.AsyncClient
) -> None:
    await tell(await signed_in("gateway"), walk(MORNING, 1000))
    (one,) = await passed(commander, {"geometry": box(400, -50, 520, 50)})
    assert (one["worker"]["code"], one["devices"], one["closest_m"]) == ("W1", ["W1"], 0)
    (only,) = one["passages"]
    begin = (MORNING + timedelta(seconds=400 / PACE_MPS)).timestamp()
    assert moment(only["begins_at"]) == pytest.approx(begin, abs=6)
    assert moment(only["ends_at"]) == pytest.approx(begin + 100, abs=6)
    assert one["fixes"] == only["fixes"] == pytest.approx(10, abs=1)
    (one,) = await passed(commander, {"geometry": GATE})
    assert [each["direction"] for each in one["passages"]] == ["to_right"]
    (one,) = await passed(commander, {"geometry": CIRCLE, "radius_m": 100})
    assert one["closest_m"] == pytest.approx(30, abs=6)
    assert one["passages"][0]["direction"] is None
    assert await passed(commander, {"geometry": CIRCLE, "radius_m": 10}) == []
    (one,) = await passed(commander, {"within": f"{EAST}101"})
    assert one["fixes"] == len(walk(MORNING, 1000))
    assert await passed(commander, {"within": WEST}) == []


async def test_a_fast_one_has_no_fix_inside(
    signed_in: Client, commander: httpx.AsyncClient, people_url: str
) -> None:
    with psycopg.connect(people_url) as conn:
        conn.execute("insert into device (code, kind, mode) values ('B9', 'vehicle', 'car')")
        drive(conn, "B9", [(30.0 * n, 600 * n, 0) for n in range(5)])
    (one,) = await passed(commander, {"geometry": box(250, -20, 300, 20)})
    assert (one["worker"], one["devices"], one["fixes"]) == (None, ["B9"], 0)
    (only,) = one["passages"]
    assert moment(only["begins_at"]) - MORNING.timestamp() == pytest.approx(12.5, abs=0.1)
    # Rejected fixes lead nowhere.
    with psycopg.connect(people_url) as conn:
        conn.execute("update position set rejected_for = 'jump' where time < %s", [MORNING_20])
    assert await passed(commander, {"geometry": box(250, -20, 300, 20)}) == []


MORNING_20 = MORNING + timedelta(seconds=20)


def drive(
    conn: psycopg.Connection[Any], device: str, rows: list[tuple[float, float, float]]
) -> None:
    conn.execute("select position_days(array[%s]::date[])", [MORNING.date()])
    for at_s, east_m, north_m in rows:
        conn.execute(
            "insert into position (device, time, worker_id, geom) values"
            " (%s, %s, (select worker_id from device where code = %s), st_point(%s, %s, 4490))",
            [device, MORNING + timedelta(seconds=at_s), device, *place(east_m, north_m)],
        )


async def test_nothing_lies_between_fixes_that_are_no_neighbours(
    commander: httpx.AsyncClient, people_url: str
) -> None:
    """Out of the box that is read, far away for ten minutes, and back: that is no stay."""
    away = [(20.0 * n, 40.0 * n + 400, 0) for n in range(1, 200)]
    with psycopg.connect(people_url) as conn:
        drive(conn, "B7", [(0, 0, 0), *away, (20.0 * 200, 10, 0)])
        conn.execute("update position set worker_id = 1")
    (one,) = await passed(commander, {"geometry": box(-50, -50, 50, 50)})
    assert [each["fixes"] for each in one["passages"]] == [1, 1]
    # Silence on the spot is.
    with psycopg.connect(people_url) as conn:
        conn.execute(
            "delete from position where not (geom && st_expand(st_point(%s, %s, 4490), %s))",
            [LON, LAT, 60 / ACROSS_M],
        )
    (one,) = await passed(commander, {"geometry": box(-50, -50, 50, 50)})
    assert [each["fixes"] for each in one["passages"]] == [2]


async def test_any_order_gives_the_same_and_each_time_is_told_apart(
    signed_in: Client, commander: httpx.AsyncClient
) -> None:
    gateway = await signed_in("gateway")
    again = MORNING + timedelta(hours=1)
    fixes = [*walk(MORNING, 800), *walk(again, 800)]
    random.Random(3).shuffle(fixes)  # noqa: S311 - no secret
    await tell(gateway, fixes)
    (one,) = await passed(commander, {"geometry": GATE})
    first, second = one["passages"]
    assert moment(second["begins_at"]) - moment(first["begins_at"]) == pytest.approx(3600, abs=10)
    assert (one["first_at"], one["last_at"]) == (first["begins_at"], second["ends_at"])
    late = {"datetime": f"{again.isoformat()}/.."}
    answer = await commander.post("/passing", json={"geometry": GATE}, params=late)
    assert (answer.status_code, slug(answer)) == (400, "invalid-request")


async def test_who_may_know(signed_in: Client, people_url: str) -> None:
    gateway = await signed_in("gateway")
    await tell(gateway, walk(MORNING, 500))
    await tell(gateway, walk(MORNING, 500, lon=113.05), "W2")
    everywhere = {
        "type": "Polygon",
        "coordinates": [[[113.0, 22], [113.2, 22], [113.2, 22.1], [113.0, 22.1], [113.0, 22]]],
    }
    for limits, codes in (({}, {"W1", "W2"}), ({"area": WEST}, {"W2"}), ({"area": EAST}, {"W1"})):
        client = await signed_in("supervisor", **limits)
        found = await passed(client, {"geometry": everywhere})
        assert {each["worker"]["code"] for each in found} == codes
    assert entries(people_url, "passing.read")[0][3]["rows"] == 2
    for role in ("analyst", "screen"):
        client = await signed_in(role)
        answer = await client.post("/passing", json={"geometry": everywhere}, params=HOURS)
        assert (answer.status_code, slug(answer)) == (403, "not-allowed")


async def test_what_is_refused(commander: httpx.AsyncClient) -> None:
    week = {"datetime": "2026-01-01/2026-03-01"}
    for body, asked, status, problem in (
        ({"geometry": GATE}, {}, 400, "invalid-request"),
        ({"geometry": GATE}, week, 400, "invalid-request"),
        ({"geometry": GATE, "within": WEST}, HOURS, 400, "invalid-request"),
        ({"within": "nowhere"}, HOURS, 404, "not-found"),
        ({"geometry": {"type": "Point", "coordinates": ["a"]}}, HOURS, 400, "bad-shape"),
    ):
        answer = await commander.post("/passing", json=body, params=asked)
        assert (answer.status_code, slug(answer)) == (status, problem), answer.text


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
