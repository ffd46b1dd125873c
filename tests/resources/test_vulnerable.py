"""How many vulnerable persons live around: exact by geodesics, and told only by right."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from typing import Any

import httpx
import numpy as np
import psycopg
import pytest
import shapely
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon, mapping

from gis_gov.app import create_app
from gis_gov.geo.measure import GEOD
from gis_gov.resources.schemas import Nearby
from tests.conftest import TestServer
from tests.signed_in import bearer, client_of, make_key, unhurried

pytestmark = pytest.mark.anyio

EAST = "440199001001"
COUNT = 200
CLASSES = ("service", "control", "rely", "other")
WORLD = """
    insert into area (id, code, name, level, geom) values
    (1, '440199001001', '东', 'community',
     st_multi(st_makeenvelope(113.32, 22.93, 113.36, 22.99, 4490))),
    (2, '440199001002', '西', 'community',
     st_multi(st_makeenvelope(113.28, 22.93, 113.32, 22.99, 4490)));
    insert into grid (id, code, name, area_id, geom)
    select id, code || '01', name, id, geom from area;
    insert into resource (code, kind, name, range_m, geom) values
    ('V', 'camera', '看', 800, st_point(113.318, 22.96, 4490));
    insert into event (code, title, state, reported_at, geom) values
    ('E', '占道', 'pending', now(), st_point(113.318, 22.96, 4490));
"""
PEOPLE = """
    with place as (
        insert into address (id, code, full_text, level, geom)
        select n, 'A' || n, '路' || n || '号', 50, st_point(x, y, 4490)
        from unnest(%(x)s::float8[], %(y)s::float8[]) with ordinality as p (x, y, n)
    )
    insert into person (code, name, person_class, address_id)
    select 'P' || n || '-' || m, '人', (%(classes)s::text[])[1 + n %% 4], n
    from generate_series(1, %(count)s) as n, generate_series(1, 1 + n %% 3) as m
"""
HOLED = Polygon(
    [(113.304, 22.944), (113.336, 22.946), (113.33, 22.972), (113.31, 22.97)],
    [[(113.31, 22.95), (113.326, 22.951), (113.318, 22.965)]],
)
HERE = Point(113.318, 22.96)
ROAD = LineString([(113.30, 22.95), (113.32, 22.965), (113.34, 22.96)])


def homes() -> np.ndarray:
    random = np.random.default_rng(11)
    return random.uniform((113.295, 22.935), (113.345, 22.985), (COUNT, 2)).round(7)


HOMES = homes()
NUMBERS = np.arange(1, COUNT + 1)
VULNERABLE = np.where(NUMBERS % 4 == 0, 1 + NUMBERS % 3, 0)
"""How many vulnerable persons live at each of the homes."""


def away_m(home: Sequence[float]) -> float:
    lon, lat = home
    return float(GEOD.inv(lon, lat, HERE.x, HERE.y)[2])


@pytest.fixture(scope="module")
def homes_url(postgis: TestServer) -> Iterator[str]:
    x, y = HOMES.T
    with postgis.database() as url:
        with psycopg.connect(url) as conn:
            conn.execute(WORLD)
            told = {"x": x.tolist(), "y": y.tolist(), "count": COUNT, "classes": list(CLASSES)}
            conn.execute(PEOPLE, told)
        yield url


@pytest.fixture(scope="module")
async def app(homes_url: str) -> AsyncIterator[FastAPI]:
    app = create_app(unhurried().with_database(homes_url))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture(scope="module")
async def client(app: FastAPI, homes_url: str) -> AsyncIterator[Any]:
    known: dict[str, httpx.AsyncClient] = {}
    async with AsyncExitStack() as stack:

        async def made(role: str, **limits: Any) -> httpx.AsyncClient:
            name = f"{role} {limits}"
            if name not in known:
                key = bearer(make_key(homes_url, role, **limits))
                site = client_of(httpx.ASGITransport(app), key)
                known[name] = await stack.enter_async_context(site)
            return known[name]

        yield made


async def ask(site: httpx.AsyncClient, shape: Any, radius_m: float = 0, **more: Any) -> Any:
    """Ask for the counts around a shape, and check their form and that the rings add up."""
    body = {"geometry": mapping(shape), "radius_m": radius_m, "vulnerable": True, **more}
    return checked(await site.post("/nearby", json=body))


def checked(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    Nearby.model_validate_json(answer.content)
    told = answer.json()["vulnerable_persons"]
    if told is not None:
        assert sum(ring["count"] for ring in told["rings"]) == told["count"]
    return told


def expected(shape: Any, edges_m: list[float], among: Any = True) -> list[int]:
    """Count by ring with geodesics to points laid close along the shape."""
    inside = np.asarray(shapely.covers(shape, shapely.points(HOMES)))
    away = np.where(inside, 0, np.inf)
    if edges_m[-1]:
        lines = shapely.boundary(shape) if shape.geom_type == "Polygon" else shape
        x, y = shapely.get_coordinates(shapely.segmentize(lines, 0.00005)).T
        for home in np.flatnonzero(~inside & (VULNERABLE > 0)):
            lon, lat = (np.full(x.size, each) for each in HOMES[home])
            away[home] = GEOD.inv(lon, lat, x, y)[2].min()
    within = [int(np.sum(VULNERABLE[(away <= edge) & among])) for edge in edges_m]
    return [outer - inner for inner, outer in zip([0, *within], within, strict=False)]


@pytest.mark.parametrize(
    ("shape", "radius_m", "edges_m"),
    [
        (HERE, 300.0, [300.0]),
        (HERE, 2000.0, [500.0, 1000.0, 2000.0]),
        (ROAD, 700.0, [500.0, 700.0]),
        (HOLED, 0.0, [0.0]),
        (HOLED, 120.0, [120.0]),
        (HERE.buffer(0.2), 0.0, [0.0]),
    ],
    ids=["point", "rings", "road", "hole", "around it", "everything"],
)
async def test_they_are_counted_by_ring(
    client: Any, shape: Any, radius_m: float, edges_m: list[float]
) -> None:
    told = await ask(await client("commander"), shape, radius_m)
    assert [ring["to_m"] for ring in told["rings"]] == edges_m
    assert [ring["count"] for ring in told["rings"]] == expected(shape, edges_m)
    # As what is affected by the same shape is told.
    site = await client("commander")
    body = {"geometry": mapping(shape), "radius_m": radius_m}
    if radius_m or shape.geom_type == "Polygon":
        affected = await site.post("/affected", json=body)
        assert affected.json()["counts"]["vulnerable_persons"] == told["count"]


@settings(max_examples=25)
@given(lon=st.floats(113.29, 113.35), lat=st.floats(22.93, 22.99), radius_m=st.floats(0, 2000))
async def test_any_circle_holds_whom_geodesics_say(
    client: Any, lon: float, lat: float, radius_m: float
) -> None:
    site = await client("commander")
    asked = {"lon": lon, "lat": lat, "radius": radius_m, "vulnerable": True, "kinds": "poi"}
    told = checked(await site.get("/nearby", params=asked))
    away = GEOD.inv(np.full(COUNT, lon), np.full(COUNT, lat), *HOMES.T)[2]
    assert told["count"] == VULNERABLE[away <= radius_m].sum()


async def test_by_point_camera_and_event_the_same(client: Any) -> None:
    site = await client("commander")
    query = {"radius": 900, "vulnerable": True}
    point = checked(await site.get("/nearby", params={"lon": HERE.x, "lat": HERE.y, **query}))
    event = await site.get("/events/E/nearby", params=query)
    assert event.json()["vulnerable_persons"]["rings"] == point["rings"]
    assert point["count"] > 0
    # A camera that looks all around sees a circle of its range, made of chords.
    camera = {"camera": "V", "radius_m": 0, "vulnerable": True}
    seen = checked(await site.post("/nearby", json=camera))
    within = checked(
        await site.get(
            "/nearby", params={"lon": HERE.x, "lat": HERE.y, "radius": 800, "vulnerable": True}
        )
    )
    assert 0 < seen["count"] <= within["count"]


async def test_who_does_not_ask_is_not_told(client: Any) -> None:
    site = await client("commander")
    answer = await site.get("/nearby", params={"lon": HERE.x, "lat": HERE.y})
    assert "vulnerable_persons" not in answer.json()


async def test_the_nearest_have_no_radius_to_count_in(client: Any) -> None:
    site = await client("commander")
    asked = {"lon": HERE.x, "lat": HERE.y, "k": 3, "vulnerable": True}
    answer = await site.get("/nearby", params=asked)
    assert (answer.status_code, answer.json()["type"]) == (
        400,
        "urn:gis-gov:problem:invalid-request",
    )
    assert checked(await site.get("/nearby", params={**asked, "radius": 900}))["count"] > 0


@pytest.mark.parametrize("lat", [85.0, 89.99])
async def test_near_a_pole_nobody_is_counted(client: Any, lat: float) -> None:
    site = await client("commander")
    answer = await site.get("/nearby", params={"lon": 113, "lat": lat, "vulnerable": True})
    assert answer.status_code == 400


async def test_of_another_area_nobody_is_counted(client: Any) -> None:
    site = await client("supervisor", area=EAST)
    told = await ask(site, HOLED, 500)
    east = HOMES[:, 0] >= 113.32
    assert [ring["count"] for ring in told["rings"]] == expected(HOLED, [500.0], east)
    west = Point(113.3, 22.96)
    assert (await ask(site, west, 1000))["count"] == 0
    assert (await ask(await client("commander"), west, 1000))["count"] > 0


async def test_a_reader_of_some_classes_counts_what_he_may_read(client: Any) -> None:
    whole = sum(expected(HOLED, [300.0]))
    service = await client("grid_worker", classes=["service"])
    assert (await ask(service, HOLED, 300))["count"] == whole
    assert (await ask(await client("grid_worker", classes=["rely"]), HOLED, 300))["count"] == 0


@pytest.mark.parametrize(
    ("role", "limits"),
    [
        ("department_officer", {}),
        ("department_officer", {"classes": ["service"]}),
        ("department_officer", {"area": EAST}),
        ("editor", {}),
        ("analyst", {}),
        ("screen", {}),
        ("weather_officer", {}),
    ],
    ids=str,
)
async def test_who_may_not_know_each_of_them_subtracts_no_circles(
    client: Any, role: str, limits: dict[str, Any]
) -> None:
    """Circles that differ by one home tell who lives there, were there any number to subtract."""
    site = await client(role, **limits)
    lon, lat = min(HOMES[VULNERABLE > 0].tolist(), key=away_m)
    away = away_m((lon, lat))
    for radius_m in (0.0, away - 0.01, away + 0.01, 2000.0):
        assert await ask(site, HERE, radius_m) is None
        assert await ask(site, Point(lon, lat), radius_m) is None
    assert await ask(site, HOLED, 0) is None


async def test_masked_in_one_place_is_masked_in_all(client: Any, homes_url: str) -> None:
    """Who is told the middle of the grid there would learn by the difference to here."""
    site = await client("department_officer", area="440199001002")
    with psycopg.connect(homes_url) as conn:
        conn.execute(
            "insert into role_grant (key_id, role, area_id) select max(id), 'commander', 1"
            " from api_key"
        )
    told = [await ask(site, shape, 500) for shape in (HOLED, Point(113.34, 22.96))]
    assert told == [None, None]


async def test_what_is_told_is_recorded(client: Any, homes_url: str) -> None:
    def entries() -> list[tuple[Any, ...]]:
        with psycopg.connect(homes_url) as conn:
            return conn.execute(
                "select object_kind, detail from audit where action = 'nearby.read'"
                " and object_kind = 'persons' order by number"
            ).fetchall()

    before = len(entries())
    await ask(await client("analyst"), HOLED, 100)
    assert len(entries()) == before
    site = await client("commander")
    await ask(site, HOLED, 100)
    await site.get("/events/E/nearby", params={"radius": 100, "vulnerable": True, "kinds": "poi"})
    box = [round(degrees, 5) for degrees in HOLED.bounds]
    assert entries()[before:] == [
        ("persons", {"bbox": box, "radius": 100}),
        ("persons", {"bbox": [HERE.x, HERE.y, HERE.x, HERE.y], "radius": 100}),
    ]
