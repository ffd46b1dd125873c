"""Positions are taken in: whose, how often, in which order, and what is refused."""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from tests.accounts.people import slug
from tests.registry.conftest import EAST
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
STORED = """
    select p.device, p.time, w.code, st_x(p.geom), st_y(p.geom), p.accuracy_m, p.grid_id
    from position as p inner join worker as w on w.id = p.worker_id order by p.device, p.time
"""


def fix(number: int, **more: Any) -> dict[str, Any]:
    time = START + timedelta(seconds=10 * number)
    return {"time": time.isoformat(), "lon": 113.15 + number / 1e5, "lat": 22.05, **more}


async def tell(client: httpx.AsyncClient, fixes: Sequence[Any], **more: Any) -> dict[str, Any]:
    answer = await client.post("/positions", json={"worker": "W1", "positions": fixes, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def stored(url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as conn:
        return conn.execute(STORED).fetchall()


async def test_a_fix_is_stored_once_with_its_place(signed_in: Client, people_url: str) -> None:
    client = await signed_in("gateway")
    assert await tell(client, [fix(0, accuracy_m=8.5)]) == {
        "stored": 1,
        "repeated": 0,
        "off_shift": 0,
        "refused": [],
    }
    assert await tell(client, [fix(0, accuracy_m=8.5)]) == {
        "stored": 0,
        "repeated": 1,
        "off_shift": 0,
        "refused": [],
    }
    assert stored(people_url) == [("W1", START, "W1", 113.15, 22.05, 8.5, 1)]
    with psycopg.connect(people_url) as conn:
        partition = conn.execute("select tableoid::regclass::text, cell from position").fetchone()
        assert partition
        assert partition[0].startswith("position_20")
        assert partition[1] is not None


async def test_any_order_and_any_batching_store_the_same(
    signed_in: Client, people_url: str
) -> None:
    client = await signed_in("gateway")
    fixes = [fix(number, accuracy_m=float(number % 7 + 3)) for number in range(60)]
    # Of some moments something else is told, too: the better one counts, whichever comes first.
    fixes += [fix(number, accuracy_m=2.0) | {"lon": 113.16} for number in range(0, 60, 5)]
    seen = []
    for seed in range(4):
        chance = random.Random(seed)  # noqa: S311 - no secret
        shuffled = chance.sample([*fixes, *fixes[:20]], len(fixes) + 20)
        while shuffled:
            size = chance.randint(1, 25)
            batches = [shuffled[:size], shuffled[size : 2 * size]]
            shuffled = shuffled[2 * size :]
            await asyncio.gather(*(tell(client, batch) for batch in batches if batch))
        seen.append(stored(people_url))
        with psycopg.connect(people_url) as conn:
            conn.execute("delete from position")
    assert len(seen[0]) == 60
    assert sum(row[3] == 113.16 for row in seen[0]) == 12
    assert seen[1:] == seen[:1] * 3


async def test_who_may_tell_of_whom(signed_in: Client, people_url: str) -> None:
    east = await signed_in("gateway", area=EAST)
    assert (await tell(east, [fix(0)]))["stored"] == 1
    for worker in ("W2", "W9"):
        answer = await east.post("/positions", json={"worker": worker, "positions": [fix(1)]})
        assert (answer.status_code, slug(answer)) == (403, "not-allowed")
    answer = await east.post("/positions", json={"device": "B7", "positions": [fix(1)]})
    assert answer.status_code == 403
    for role in ("commander", "grid_worker"):
        client = await signed_in(role)
        answer = await client.post("/positions", json={"worker": "W1", "positions": [fix(1)]})
        assert (answer.status_code, slug(answer)) == (403, "not-allowed"), role
    everywhere = await signed_in("gateway")
    answer = await everywhere.post("/positions", json={"device": "B7", "positions": [fix(1)]})
    assert answer.json()["stored"] == 1
    assert [row[:3] for row in stored(people_url)] == [
        ("B7@W2", START + timedelta(seconds=10), "W2"),
        ("W1", START, "W1"),
    ]
    answer = await everywhere.post("/positions", json={"device": "B8", "positions": [fix(1)]})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["where"] == "body.worker"


async def test_nobody_takes_the_fixes_of_another_device(signed_in: Client, people_url: str) -> None:
    client = await signed_in("gateway")
    first = fix(0, accuracy_m=9.0)
    better = fix(0, accuracy_m=1.0) | {"lon": 113.03}
    await tell(client, [first])
    # W1's own device is named after him, and B7 is registered with W2.
    assert (await tell(client, [better], worker="W2", device="W1"))["stored"] == 1
    answer = await client.post(
        "/positions", json={"worker": "W1", "device": "B7", "positions": [better]}
    )
    assert (answer.status_code, slug(answer)) == (400, "invalid-request")
    assert [(row[0], row[2], row[5]) for row in stored(people_url)] == [
        ("W1", "W1", 9.0),
        ("W1@W2", "W2", 1.0),
    ]
    # Not even if somebody has written it so.
    with psycopg.connect(people_url) as conn:
        conn.execute("update position set worker_id = 2 where device = 'W1'")
    assert (await tell(client, [better]))["repeated"] == 1
    assert stored(people_url)[0][2:6] == ("W2", 113.15, 22.05, 9.0)


async def test_a_worker_is_known_as_soon_as_he_is_written(
    signed_in: Client, people_url: str
) -> None:
    client = await signed_in("gateway", area=EAST)
    await tell(client, [fix(0)])
    with psycopg.connect(people_url) as conn:
        conn.execute("insert into worker (id, code, name, area_id) values (3, 'W3', '新', 2)")
        conn.execute("update worker set area_id = 3 where id = 1")
    of_new = {"worker": "W3", "positions": [fix(1)]}
    for _ in range(100):
        if (await client.post("/positions", json=of_new)).status_code == 200:
            break
        await asyncio.sleep(0.05)
    assert len(stored(people_url)) == 2
    answer = await client.post("/positions", json={"worker": "W1", "positions": [fix(2)]})
    assert answer.status_code == 403


async def test_what_can_be_no_position_is_named_and_the_rest_stored(signed_in: Client) -> None:
    client = await signed_in("gateway")
    late = START - timedelta(days=91)
    soon = START + timedelta(days=2)
    told = await tell(
        client,
        [
            fix(0, lat=95.0),
            fix(1, accuracy_m=-1, speed_mps=-1, bearing_deg=-1),
            fix(2) | {"lon": 0, "lat": 0},
            fix(3) | {"time": late.isoformat()},
            fix(4) | {"time": soon.isoformat()},
            fix(5, bearing_deg=360.0),
        ],
    )
    assert told == {
        "stored": 2,
        "repeated": 0,
        "off_shift": 0,
        "refused": [
            {"index": 0, "reason": "out_of_range"},
            {"index": 2, "reason": "zero_coordinates"},
            {"index": 3, "reason": "too_old"},
            {"index": 4, "reason": "too_new"},
        ],
    }


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"worker": "W1", "positions": []}, "body.positions"),
        ({"worker": "W1"}, "body.positions"),
        ({"worker": "W1", "positions": [fix(0) | {"time": "2026-01-05T08:30"}]}, "time"),
        ({"worker": "W1", "positions": [{"lon": 1, "lat": 2}]}, "time"),
        ({"worker": "W1", "positions": [fix(0, altitude=3)]}, "altitude"),
        ({"worker": "", "positions": [fix(0)]}, "body.worker"),
    ],
)
async def test_what_is_no_report_is_refused_whole(
    signed_in: Client, people_url: str, body: dict[str, Any], where: str
) -> None:
    client = await signed_in("gateway")
    answer = await client.post("/positions", json=body)
    assert (answer.status_code, slug(answer)) == (400, "invalid-request")
    assert where in answer.json()["errors"][0]["where"]
    assert stored(people_url) == []


async def test_one_that_the_database_refuses_hurts_no_other(
    signed_in: Client, people_url: str
) -> None:
    with psycopg.connect(people_url) as conn:
        conn.execute("alter table position add constraint position_low check (altitude_m < 9000)")
    client = await signed_in("gateway")
    bodies = [{"worker": "W1", "positions": [fix(n, altitude_m=n * 1000.0)]} for n in range(5, 13)]
    answers = await asyncio.gather(*(client.post("/positions", json=body) for body in bodies))
    assert [each.status_code for each in answers] == [200] * 4 + [400] * 4
    assert len(stored(people_url)) == 4
