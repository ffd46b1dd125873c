"""Cameras along a patrol, a worker's way and a line: in order, with times, view and rights."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from tests.accounts.people import slug
from tests.patrols.test_passing import place
from tests.patrols.test_patrols import MORNING, PACE_MPS, YESTERDAY, listed, tell, walk
from tests.registry.conftest import EAST, WEST, entries
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

CODE = f"W1-{YESTERDAY:%Y%m%d}-1"
# Code, metres east and north of where the walk begins, azimuth, field of view, range.
CAMERAS = (
    ("far", 700, 200, 180, 60, 50),
    ("last", 800, 30, 180, 60, 60),
    ("first", 200, -40, 180, 60, 100),  # it looks away
    ("second", 400, 20, None, None, 50),  # all around
    ("unknown", 600, 10, 90, 60, None),
)
ADD = """
    insert into resource (code, kind, name, class, azimuth_deg, field_of_view_deg, range_m, geom)
    values (%s, 'camera', %s, 'bullet', %s, %s, %s, st_point(%s, %s, 4490))
"""


@pytest.fixture
def people_url(people_url: str) -> str:
    with psycopg.connect(people_url) as conn:
        for code, east_m, north_m, *view in CAMERAS:
            conn.execute(ADD, [code, code, *view, *place(east_m, north_m)])
        conn.execute("update resource set class = '人脸' where code = 'second'")
    return people_url


@pytest.fixture
async def walked(signed_in: Client) -> None:
    await tell(await signed_in("gateway"), walk(MORNING, 1000))
    await listed(await signed_in("commander"), worker="W1")


async def along(client: httpx.AsyncClient, body: Any, **asked: str) -> list[dict[str, Any]]:
    answer = await client.post("/cameras/along", json=body, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()["cameras"]


@pytest.mark.usefixtures("walked")
async def test_along_a_patrol(signed_in: Client, people_url: str) -> None:
    commander = await signed_in("commander")
    cameras = await along(commander, {"patrol": CODE})
    assert [each["code"] for each in cameras] == ["first", "second", "unknown", "last"]
    assert [each["sees"] for each in cameras] == [False, True, None, True]
    for camera, (east_m, north_m) in zip(
        cameras, [(200, 40), (400, 20), (600, 10), (800, 30)], strict=True
    ):
        (once,) = camera["passages"]
        passed = MORNING + timedelta(seconds=east_m / PACE_MPS)
        assert abs((datetime.fromisoformat(once["closest_at"]) - passed).total_seconds()) < 10
        assert camera["distance_m"] == pytest.approx(north_m, abs=6)
        assert once["closest_m"] == pytest.approx(camera["distance_m"], abs=0.02)
    # 30 m before it, 60° wide: it sees 35 m of the way.
    (view,) = cameras[3]["in_view"]
    seen = datetime.fromisoformat(view["ends_at"]) - datetime.fromisoformat(view["begins_at"])
    assert seen.total_seconds() == pytest.approx(2 * 30 * 0.577 / PACE_MPS, abs=8)
    wide = await along(commander, {"patrol": CODE, "radius_m": 250})
    assert {each["code"] for each in wide} == {code for code, *_ in CAMERAS}
    assert await along(commander, {"patrol": CODE, "classes": ["dome"]}) == []
    assert entries(people_url, "track.cameras")[0][1] == CODE


@pytest.mark.usefixtures("walked")
async def test_along_a_worker_s_way_in_a_time(signed_in: Client) -> None:
    commander = await signed_in("commander")
    until = MORNING + timedelta(seconds=500 / PACE_MPS)
    asked = {"datetime": f"{MORNING.isoformat()}/{until.isoformat()}"}
    cameras = await along(commander, {"worker": "W1"}, **asked)
    assert [each["code"] for each in cameras] == ["first", "second"]
    answer = await commander.post("/cameras/along", json={"worker": "W1"})
    assert (answer.status_code, slug(answer)) == (400, "invalid-request")


async def test_along_a_line(signed_in: Client) -> None:
    client = await signed_in("screen", "analyst", "supervisor")
    line = {"type": "LineString", "coordinates": [place(900, 0), place(0, 0)]}
    cameras = await along(client, {"geometry": line})
    assert [each["code"] for each in cameras] == ["last", "unknown", "first"]
    assert [each["passages"][0]["at_m"] for each in cameras] == pytest.approx(
        [100, 300, 700], abs=1
    )
    assert cameras[0]["in_view"][0]["from_m"] == pytest.approx(100 - 30 * 0.577, abs=0.5)


@pytest.mark.usefixtures("walked")
async def test_for_whom(signed_in: Client) -> None:
    east = await signed_in("supervisor", area=EAST)
    # Cameras that tell faces are not a supervisor's to see.
    codes = [each["code"] for each in await along(east, {"patrol": CODE})]
    assert codes == ["first", "unknown", "last"]
    for client, body, status, problem in (
        (await signed_in("supervisor", area=WEST), {"patrol": CODE}, 404, "not-found"),
        (await signed_in("analyst"), {"patrol": CODE}, 403, "not-allowed"),
        (east, {"patrol": "nothing"}, 404, "not-found"),
        (east, {"patrol": CODE, "worker": "W1"}, 400, "invalid-request"),
        (east, {"geometry": {"type": "Point", "coordinates": [113, 22]}}, 400, "bad-shape"),
    ):
        answer = await client.post("/cameras/along", json=body)
        assert (answer.status_code, slug(answer)) == (status, problem), answer.text
