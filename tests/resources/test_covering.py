"""Which cameras cover a place, however far they are: by every way to ask, against geodesics."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import numpy as np
import psycopg
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon, mapping

from gis_gov.app import create_app
from gis_gov.geo.surroundings import Surroundings
from gis_gov.resources.memory import ResourceMemory
from gis_gov.resources.near import find_near
from gis_gov.resources.schemas import Nearby
from gis_gov.resources.sought import Selection, Sought
from gis_gov.state import state_of
from tests.conftest import TestServer
from tests.resources.shapes import written
from tests.resources.views import ELLIPSOID, View
from tests.signed_in import Client, clients_of, make_key, unhurried
from tests.waiting import WITHIN_S, until

pytestmark = pytest.mark.anyio

EAST = "440199001001"
WORLD = """
    insert into area (id, code, name, level, geom) values
    (1, '440199001001', '东', 'community',
     st_multi(st_makeenvelope(113.32, 22.8, 113.6, 23.1, 4490))),
    (2, '440199001002', '西', 'community',
     st_multi(st_makeenvelope(113.0, 22.8, 113.32, 23.1, 4490)));
    insert into grid (id, code, name, area_id, geom)
    select id, code || '01', name, id, geom from area;
    insert into resource (code, kind, name, geom) values
    ('P', 'poi', '店', st_point(113.32, 22.96, 4490));
"""
ADD = """
    insert into resource
    (code, kind, name, class, azimuth_deg, field_of_view_deg, range_m, geom)
    values (%s, 'camera', '像', %s, %s, %s, %s, st_point(%s, %s, 4490))
"""


def cameras() -> list[View]:
    """Return cameras that see from 20 m to 30 km, and one that is said to see 150 km."""
    random = np.random.default_rng(4)
    made: list[View] = []
    for number in range(150):
        lon, lat = random.uniform((113.2, 22.85), (113.44, 23.07)).round(7).tolist()
        azimuth, field = random.integers(0, 360), random.choice([20, 70, 181, 250, 300, 360])
        reach = float(np.round(20 * 1500 ** random.random()))
        made.append(
            View(
                f"C{number}",
                lon,
                lat,
                None if number % 11 == 0 else float(azimuth),
                None if number % 13 == 0 else float(field),
                None if number % 7 == 0 else reach,
                "face" if number % 10 == 9 else ("dome" if number % 2 else None),
            )
        )
    return [*made, View("FAR", 113.5, 22.95, 270.0, 90.0, 150_000.0)]


CAMERAS = cameras()


@pytest.fixture(scope="module")
def url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as made:
        with psycopg.connect(made) as conn, conn.cursor() as cursor:
            cursor.execute(WORLD)
            cursor.executemany(
                ADD,
                [
                    (
                        each.code,
                        each.resource_class,
                        each.azimuth_deg,
                        each.field_of_view_deg,
                        each.range_m,
                        each.lon,
                        each.lat,
                    )
                    for each in CAMERAS
                ],
            )
        yield made


@pytest.fixture(scope="module")
async def app(url: str) -> AsyncIterator[FastAPI]:
    made = create_app(unhurried().with_database(url))
    async with made.router.lifespan_context(made):
        await until(lambda: state_of(made).resources.kept() is not None)
        yield made


@pytest.fixture
async def client(app: FastAPI, url: str) -> AsyncIterator[Client]:
    async with clients_of(app, url) as give:
        yield give


def told(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    Nearby.model_validate_json(answer.content, strict=True)
    found: dict[str, Any] = answer.json()
    return found


def codes(found: dict[str, Any]) -> list[str]:
    return [each["properties"]["code"] for each in found["features"]]


def seeing(lon: float, lat: float, among: list[View] = CAMERAS) -> list[str]:
    """Return the codes of those who see a point, the nearest first."""
    found = [each for each in among if each.sees(lon, lat) and each.away_m(lon, lat) <= 50_000]
    return [each.code for each in sorted(found, key=lambda each: each.away_m(lon, lat))]


SLOW = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
ASKED = {"kinds": "camera", "covers": True, "limit": 1000}


@SLOW
@given(
    lon=st.floats(113.15, 113.5),
    lat=st.floats(22.8, 23.1),
    radius_m=st.sampled_from([0.0, 400.0, 2000.0]),
)
async def test_every_way_to_ask_finds_whom_geodesics_say(
    client: Any, lon: float, lat: float, radius_m: float
) -> None:
    """Whatever the radius: by GET, by POST, and by a filter, which the database answers."""
    assume(not any(each.is_near_an_edge(lon, lat) for each in CAMERAS))
    site = await client("commander")
    where = {"lon": lon, "lat": lat, "radius": radius_m}
    got = told(await site.get("/nearby", params={**where, **ASKED}))
    picked = told(
        await site.get("/nearby", params={**where, **ASKED, "filter": "NOT code = 'none'"})
    )
    body = {"geometry": mapping(Point(lon, lat)), "radius_m": radius_m, "limit": 1000}
    posted = told(await site.post("/nearby", json={**body, "kinds": ["camera"], "covers": True}))
    assert got == picked == posted
    assert codes(got) == seeing(lon, lat)
    assert all(each["properties"]["covers"] is True for each in got["features"])
    assert got["counts"] == {"camera": len(got["features"])}
    within = [each["properties"]["distance_m"] <= radius_m for each in got["features"]]
    assert sum(ring["counts"]["camera"] for ring in got["rings"]) == sum(within)


@SLOW
@given(lon=st.floats(113.2, 113.44), lat=st.floats(22.85, 23.07))
async def test_each_camera_says_whether_it_covers_the_point(
    client: Any, lon: float, lat: float
) -> None:
    assume(not any(each.is_near_an_edge(lon, lat) for each in CAMERAS))
    site = await client("commander")
    expected = {each.code: each.sees(lon, lat) for each in CAMERAS}
    asked = {"lon": lon, "lat": lat, "kinds": "camera", "k": 100}
    body = {"geometry": mapping(Point(lon, lat)), "kinds": ["camera"], "k": 100}
    for answer in (await site.get("/nearby", params=asked), await site.post("/nearby", json=body)):
        properties = [each["properties"] for each in told(answer)["features"]]
        assert len(properties) == 100
        assert all(each["covers"] is expected[each["code"]] for each in properties)


@SLOW
@given(seed=st.integers(0, 2**32 - 1), form=st.sampled_from(["road", "polygon"]))
async def test_a_road_and_a_polygon_are_covered_by_whose_view_meets_them(
    client: Any, seed: int, form: str
) -> None:
    random = np.random.default_rng(seed)
    corners = random.uniform((113.2, 22.85), (113.44, 23.07)) + random.normal(0, 0.01, (3, 2))
    shape = LineString(corners) if form == "road" else Polygon(corners)
    assume(shape.is_valid)
    body = {
        "geometry": mapping(shape), "radius_m": 0, "limit": 1000, "kinds": ["camera"],
        "covers": True,
    }  # fmt: skip
    site = await client("commander")
    found = told(await site.post("/nearby", json=body))
    picked = await site.post("/nearby", json=body, params={"filter": "NOT code = 'none'"})
    assert found == told(picked)
    surely = {each.code for each in CAMERAS if each.surely_sees(shape)}
    maybe = {each.code for each in CAMERAS if each.may_see(shape)}
    assert surely <= set(codes(found)) <= maybe
    assert surely


MIDDLE = (113.32, 22.96)


async def test_memory_and_the_database_find_the_same(app: FastAPI, url: str) -> None:
    """One that was told nothing of the resources asks the database for them."""
    state = state_of(app)
    unread = ResourceMemory(state.pool, state.changes)
    sought = Sought(
        Surroundings(Point(MIDDLE)), Selection(("camera", "poi"), 100.0, 1000, covers=True)
    )
    for role, limits in (("commander", {}), ("supervisor", {"area": EAST})):
        actor = await state.actors.of_key(make_key(url, role, **limits))
        assert actor
        by_memory = await find_near(sought, actor, state.resources, state.pool, [100.0])
        by_database = await find_near(sought, actor, unread, state.pool, [100.0])
        assert [hit[:4] for hit in by_database.hits] == [hit[:4] for hit in by_memory.hits]
        assert by_database.beyond == by_memory.beyond != {}
        assert by_memory.within_edges[0, "poi"] == 1


async def test_the_radius_holds_for_the_others(client: Client) -> None:
    site = await client("commander")
    lon, lat, _ = ELLIPSOID.fwd(*MIDDLE, 90, 300)
    where = {"lon": lon, "lat": lat, "covers": True, "limit": 1000}
    for radius_m, pois in ((200, 0), (400, 1)):
        found = told(await site.get("/nearby", params={**where, "radius": radius_m}))
        assert found["counts"]["poi"] == pois
        assert found["counts"]["camera"] == len(seeing(lon, lat)) > 5
        assert [ring["to_m"] for ring in found["rings"]] == [radius_m]


async def test_the_nearest_that_cover(client: Client) -> None:
    site = await client("commander")
    where = {"lon": MIDDLE[0], "lat": MIDDLE[1], "kinds": "camera,poi", "covers": True, "k": 3}
    found = told(await site.get("/nearby", params=where))
    assert [code for code in codes(found) if code != "P"] == seeing(*MIDDLE)[:3]
    assert found["counts"] == {"camera": 3, "poi": 1}


async def test_of_the_classes_asked_for(client: Client) -> None:
    site = await client("commander")
    where = {"lon": MIDDLE[0], "lat": MIDDLE[1], **ASKED, "classes": "dome"}
    domes = [each for each in CAMERAS if each.resource_class == "dome"]
    assert codes(told(await site.get("/nearby", params=where))) == seeing(*MIDDLE, domes)


async def test_nobody_is_told_of_others_cameras(client: Client) -> None:
    """A camera of the west sees into the east; who may know of the east alone is not told of it."""
    where = {"lon": MIDDLE[0], "lat": MIDDLE[1], **ASKED}
    told_all = seeing(*MIDDLE)
    plain = [each for each in CAMERAS if each.resource_class != "face"]
    east = [each for each in plain if each.lon >= 113.32]
    for limits, among in (({}, plain), ({"area": EAST}, east)):
        site = await client("supervisor", **limits)
        found = codes(told(await site.get("/nearby", params=where)))
        assert found == seeing(*MIDDLE, among)
        assert set(found) < set(told_all)
    nobody = await client("weather_officer")
    assert (await nobody.get("/nearby", params=where)).status_code == 403


async def test_a_camera_that_is_told_to_see_farther_is_found_then(client: Client, url: str) -> None:
    site = await client("commander")
    lon, lat, _ = ELLIPSOID.fwd(*MIDDLE, 0, 49_000)
    where = {"lon": lon, "lat": lat, **ASKED}

    async def told_of(expected: bool) -> None:
        async with asyncio.timeout(WITHIN_S):
            while True:
                if ("FARTHER" in codes(told(await site.get("/nearby", params=where)))) == expected:
                    break
                await asyncio.sleep(0.02)

    await written(url, ADD, "FARTHER", None, 0, 10, 48_000, *MIDDLE)
    await told_of(False)
    await written(url, "update resource set range_m = 49500 where code = 'FARTHER'")
    await told_of(True)
    await written(url, "delete from resource where code = 'FARTHER'")
    await told_of(False)
