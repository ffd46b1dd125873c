"""Positions as a collection: whose are told to whom, of what time, and as what files."""

import csv
import io

import psycopg
import pytest

from tests.accounts.people import slug
from tests.ogc.listing import ids
from tests.registry.conftest import EAST, entries
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

MORE = """
    insert into position (device, time, worker_id, accuracy_m, geom)
    select 'd1', '2026-01-05 10:00+08'::timestamptz + n * interval '10 s', 1, n,
        st_point(113.151 + n / 1e5, 22.051, 4490)
    from generate_series(1, 40) as n;
    insert into position (device, time, geom) values
    ('d9', '2026-01-06 00:00+08', st_point(113.152, 22.051, 4490));
"""


async def test_a_position_is_told_with_its_worker_and_place(signed_in: Client) -> None:
    client = await signed_in("commander")
    told = (await client.get("/collections/positions/items/1")).json()
    assert told["geometry"] == {"type": "Point", "coordinates": [113.151, 22.051]}
    properties = told["properties"]
    assert properties["received_at"] is not None
    assert properties | {"received_at": None} == {
        "code": "1",
        "device": "d1",
        "worker_code": "W1",
        "time": "2026-01-05T01:00:00+00:00",
        "accuracy_m": None,
        "speed_mps": None,
        "bearing_deg": None,
        "altitude_m": None,
        "source": None,
        "rejected_for": None,
        "received_at": None,
        "grid_code": f"{EAST}101",
        "area_code": EAST,
    }


async def test_they_are_told_to_who_may_know_tracks_there(signed_in: Client) -> None:
    supervisor = await signed_in("supervisor", area=EAST)
    assert await ids(supervisor, "positions") == ["1"]
    assert (await supervisor.get("/collections/positions/items/2")).status_code == 404
    for role in ("analyst", "grid_worker", "screen", "editor"):
        client = await signed_in(role)
        answer = await client.get("/collections/positions/items")
        assert (answer.status_code, slug(answer)) == (403, "not-allowed"), role
        listed = (await client.get("/collections")).json()["collections"]
        assert "positions" not in {each["id"] for each in listed}


async def test_of_a_worker_whom_one_may_not_know_nothing_is_told(
    signed_in: Client, people_url: str
) -> None:
    """His device may bear his code, so neither lists, nor filters, files and heat maps have it."""
    with psycopg.connect(people_url) as conn:
        conn.execute("""
            insert into position (device, time, worker_id, cell, geom)
            values ('worker-W2', '2026-01-05 11:00+08', 2, 0, st_point(113.152, 22.051, 4490))
        """)
    supervisor, commander = await signed_in("supervisor", area=EAST), await signed_in("commander")
    assert await ids(commander, "positions", filter="device LIKE 'worker-%'") == ["3"]
    assert await ids(supervisor, "positions") == ["1"]
    assert await ids(supervisor, "positions", sortby="-device") == ["1"]
    assert await ids(supervisor, "positions", filter="device LIKE 'worker-%'") == []
    assert (await supervisor.get("/collections/positions/items/3")).status_code == 404
    answer = await supervisor.get("/collections/positions/items", params={"f": "csv"})
    assert "worker-W2" not in answer.text
    heat = {"layer": "positions", "resolution": "7", "f": "json", "filter": "device <> ''"}
    told = (await supervisor.get("/heatmap", params=heat)).json()
    assert sum(told["cells"].values()) == 1
    assert sum((await commander.get("/heatmap", params=heat)).json()["cells"].values()) == 3


async def test_by_time_worker_and_measure(signed_in: Client, people_url: str) -> None:
    with psycopg.connect(people_url) as conn:
        conn.execute(MORE)
    client = await signed_in("commander")
    newest = [str(42 - n) for n in range(40)]
    assert await ids(client, "positions", sortby="-time", worker_code="W1") == [*newest, "1"]
    assert await ids(client, "positions", datetime="2026-01-06") == ["43"]
    hour = "2026-01-05T02:00:10Z/2026-01-05T02:00:30Z"
    assert await ids(client, "positions", datetime=hour) == ["3", "4", "5"]
    told = await ids(client, "positions", filter="accuracy_m BETWEEN 38 AND 39")
    assert told == ["40", "41"]
    assert await ids(client, "positions", filter="worker_code IS NULL") == ["43"]
    near = "S_DWITHIN(geometry, POINT(113.151 22.051), 3)"
    assert await ids(client, "positions", filter=near) == ["1", "3", "4"]


async def test_speeds_are_weighed(signed_in: Client, people_url: str) -> None:
    with psycopg.connect(people_url) as conn:
        conn.execute("update position set speed_mps = id * 1.5")
    client = await signed_in("commander")
    asked = {"layer": "positions", "resolution": "0", "weight": "speed_mps", "f": "json"}
    told = (await client.get("/heatmap", params=asked)).json()
    assert sum(told["cells"].values()) == 2
    assert sum(told["weights"].values()) == 4.5


async def test_what_is_read_is_on_record(signed_in: Client, people_url: str) -> None:
    client = await signed_in("commander")
    await client.get("/collections/positions/items/1")
    await ids(client, "positions", datetime="2026-01-05")
    assert entries(people_url, "position.read")[0][:2] == ("ok", "1")
    assert entries(people_url, "position.list")[0][3]["codes"] == ["1", "2"]


async def test_a_file_has_those_that_one_may_take_out(signed_in: Client) -> None:
    client = await signed_in("supervisor", area=EAST)
    answer = await client.get("/collections/positions/items", params={"f": "csv"})
    assert answer.status_code == 200
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["code"], row["device"]) for row in rows] == [("1", "d1")]


async def test_nobody_writes_one_here(signed_in: Client) -> None:
    client = await signed_in("editor", "registrar", "commander")
    for method in ("PUT", "PATCH", "DELETE"):
        answer = await client.request(method, "/collections/positions/items/1", json={})
        assert answer.status_code == 405
        assert "PUT" not in answer.headers["allow"]
    allowed = (await client.options("/collections/positions/items/1")).headers["allow"]
    assert set(allowed.split(", ")) == {"GET", "HEAD", "OPTIONS"}
