"""What is around an event, who answers for it, and which cameras see it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import psycopg
import pytest

from gis_gov.app import create_app
from gis_gov.geo.measure import GEOD
from gis_gov.resources.schemas import NearbyEvent
from gis_gov.settings import Settings
from tests.accounts.people import slug
from tests.signed_in import bearer, client_of, make_key

pytestmark = pytest.mark.anyio

HERE = (113.315, 22.955)
WORLD = """
    insert into area (id, code, name, level, parent_id, geom) values
    (1, '440199000000', '测试区', 'district', null, null),
    (2, '440199001000', '东街道', 'street', 1, null),
    (3, '440199001001', '东社区', 'community', 2,
     st_multi(st_makeenvelope(113.31, 22.95, 113.32, 22.96, 4490))),
    (4, '440199001002', '西社区', 'community', 2,
     st_multi(st_makeenvelope(113.30, 22.95, 113.31, 22.96, 4490)));
    insert into grid (id, code, name, area_id, geom)
    select id, code || '101', name || '网格', id, geom from area where id > 2;
    insert into worker (id, code, name, area_id) values
    (1, 'W1', '陈一', 3), (2, 'W2', '林二', 3), (3, 'W3', '走了', 3);
    insert into grid_worker (grid_id, worker_id, role, valid_from, valid_to) values
    (3, 1, 'worker', '2024-01-01', null), (3, 2, 'chief', '2024-01-01', null),
    (3, 3, 'worker', '2020-01-01', '2021-01-01'), (4, 2, 'worker', '2024-01-01', null);
    insert into event (code, title, state, department, reported_at, geom) values
    ('V1', '占道', 'pending', '城管', now(), st_point(113.315, 22.955, 4490)),
    ('V2', '远处', 'pending', '城管', now(), st_point(113.305, 22.955, 4490)),
    ('V3', '何处', 'pending', '城管', now(), null);
"""
# code, bearing and metres from the event, direction, field of view, range, whether it sees it
CAMERAS: list[tuple[str, float, float, float | None, float | None, float | None, bool | None]] = [
    ("there", 0, 50, 180, 60, 80, True),
    ("away", 0, 50, 0, 60, 80, False),
    ("edge", 90, 50, 295, 50.2, 80, True),
    ("beyond the edge", 90, 50, 296, 50, 80, False),
    ("too far", 0, 90, 180, 60, 80, False),
    ("at its range", 45, 80, 225, 10, 80.001, True),
    ("all around", 200, 30, 10, 360, 80, True),
    ("turns", 200, 30, None, None, 80, True),
    ("unknown", 200, 30, 20, 60, None, None),
    ("over north", 180, 40, 350, 40, 80, True),
]


@pytest.fixture
async def give(own_database_url: str) -> AsyncIterator[Any]:
    with psycopg.connect(own_database_url) as conn:
        conn.execute(WORLD)
        for code, bearing, metres, azimuth, field, reach, _ in CAMERAS:
            lon, lat, _ = GEOD.fwd(*HERE, bearing, metres)
            conn.execute(
                "insert into resource"
                " (code, kind, name, azimuth_deg, field_of_view_deg, range_m, geom)"
                " values (%s, 'camera', '像', %s, %s, %s, st_point(%s, %s, 4490))",
                [code, azimuth, field, reach, lon, lat],
            )
    app = create_app(Settings().with_database(own_database_url))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))

        async def client(*roles: str, **limits: Any) -> httpx.AsyncClient:
            made = client_of(
                httpx.ASGITransport(app), bearer(make_key(own_database_url, *roles, **limits))
            )
            return await stack.enter_async_context(made)

        yield client


async def test_an_event_has_its_surroundings_and_who_answers_for_it(give: Any) -> None:
    client = await give("commander")
    answer = await client.get("/events/V1/nearby", params={"radius": 100})
    told = NearbyEvent.model_validate_json(answer.content, strict=True)
    assert told.event.title == "占道"
    assert told.counts["camera"] == len(CAMERAS)
    there = await client.get(f"/nearby?lon={HERE[0]}&lat={HERE[1]}&radius=100")
    assert there.json()["features"] == answer.json()["features"]
    assert answer.json()["responsible"] == {
        "grid": {"code": "440199001001101", "name": "东社区网格"},
        "community": {"code": "440199001001", "name": "东社区"},
        "street": {"code": "440199001000", "name": "东街道"},
        "district": {"code": "440199000000", "name": "测试区"},
        "workers": [
            {"code": "W2", "name": "林二", "role": "chief"},
            {"code": "W1", "name": "陈一", "role": "worker"},
        ],
    }


async def test_a_camera_tells_whether_it_sees_the_place(give: Any) -> None:
    body = (await (await give("commander")).get("/events/V1/nearby?radius=100")).json()
    told = {each["properties"]["code"]: each["properties"]["covers"] for each in body["features"]}
    assert told == {code: covers for code, *_, covers in CAMERAS}


async def test_others_events_are_not_there(give: Any) -> None:
    client = await give("supervisor", area="440199001001")
    assert (await client.get("/events/V1/nearby")).status_code == 200
    answers = [await client.get(f"/events/{code}/nearby") for code in ("V2", "V9")]
    assert [slug(answer) for answer in answers] == ["not-found", "not-found"]
    assert answers[0].text == answers[1].text
    department = await give("department_officer", department="水务")
    assert (await department.get("/events/V1/nearby")).status_code == 404
    nobody = await give("weather_officer")
    assert (await nobody.get("/events/V1/nearby")).status_code == 403


async def test_workers_are_told_to_who_may_know_of_them(give: Any) -> None:
    screen = await give("screen")
    body = (await screen.get("/events/V1/nearby")).json()
    assert body["responsible"]["workers"] == []
    assert "worker" not in body["counts"]


async def test_an_event_that_is_nowhere_has_nothing_around(give: Any) -> None:
    answer = await (await give("commander")).get("/events/V3/nearby")
    assert (answer.status_code, slug(answer)) == (409, "event-without-place")
