"""What is in and around points, roads, polygons and views: against PostGIS, and by right."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import numpy as np
import psycopg
import pytest
import shapely
from fastapi import FastAPI
from pyproj import Transformer
from shapely.geometry import LineString, MultiPoint, Point, Polygon, mapping

from gis_gov.app import create_app
from gis_gov.geo.measure import GEOD
from gis_gov.resources.schemas import ALL_KINDS, Nearby
from tests.conftest import TestServer
from tests.signed_in import bearer, client_of, make_key, unhurried

pytestmark = pytest.mark.anyio

WEST, SOUTH = 113.30, 22.94
EAST_AREA = "440199001001"
WORLD = """
    insert into area (id, code, name, level, geom) values
    (1, '440199001001', '东', 'community',
     st_multi(st_makeenvelope(113.32, 22.93, 113.36, 22.99, 4490))),
    (2, '440199001002', '西', 'community',
     st_multi(st_makeenvelope(113.28, 22.93, 113.32, 22.99, 4490)));
    insert into grid (id, code, name, area_id, geom)
    select id, code || '01', name, id, geom from area;
    insert into resource (code, kind, name, class, range_m, geom)
    select
        'R' || n, (array['camera', 'centre', 'poi'])[1 + n % 3], '物',
        (array['bullet', 'dome', 'face'])[1 + n % 9 % 4 % 3], 60, st_point(lon[n], lat[n], 4490)
    from (select %(lon)s::float8[] as lon, %(lat)s::float8[] as lat) as p,
        generate_series(1, 300) as n;
    insert into worker (code, name) select 'W' || n, '员' from generate_series(1, 40) as n;
    insert into position (device, time, worker_id, geom)
    select
        'd' || w.id, now() - make_interval(mins => (w.id %% 20)::int), w.id,
        st_point(lon[300 + w.id], lat[300 + w.id], 4490)
    from (select %(lon)s::float8[] as lon, %(lat)s::float8[] as lat) as p, worker as w;
    insert into address (code, full_text, level, geom)
    select 'A' || n, '路' || n || '号', 50, st_point(lon[340 + n], lat[340 + n], 4490)
    from (select %(lon)s::float8[] as lon, %(lat)s::float8[] as lat) as p,
        generate_series(1, 40) as n;
    insert into enterprise (code, name, category, risk_class, contact_name, address_id)
    select 'E' || id, '厂', '制造', (array['high', 'low'])[1 + id %% 2], '王某', id from address;
    insert into resource (code, kind, name, azimuth_deg, field_of_view_deg, range_m, geom) values
    ('V', 'camera', '看东', 90, 60, 100, st_point(113.33, 22.985, 4490)),
    ('V0', 'camera', '不知', 90, 60, null, st_point(113.33, 22.985, 4490));
"""
HOLED = Polygon(
    [(113.31, 22.945), (113.335, 22.945), (113.335, 22.97), (113.31, 22.97)],
    [[(113.318, 22.95), (113.33, 22.951), (113.324, 22.965)]],
)
SHAPES = {
    "point": Point(113.32, 22.96),
    "points": MultiPoint([(113.31, 22.95), (113.33, 22.97)]),
    "road": LineString([(113.30, 22.95), (113.318, 22.962), (113.34, 22.955)]),
    "hole": HOLED,
}
NEAR = """
    with asked as (
        select st_segmentize(st_setsrid(st_geomfromgeojson(%(shape)s), 4490), 0.001) as shape
    ),
    thing as (
        select kind, code, geom from resource where class is distinct from 'face'
        union all
        select 'worker', w.code, l.geom
        from last_position as l join worker as w on w.id = l.worker_id
        union all
        select 'enterprise', e.code, a.geom
        from enterprise as e join address as a on a.id = address_id
    )
    select kind, code, st_distance(geom::geography, shape::geography) from thing, asked
"""


@pytest.fixture(scope="module")
def shapes_url(postgis: TestServer) -> Iterator[str]:
    lon, lat = np.random.default_rng(8).uniform((WEST, SOUTH), (113.34, 22.98), (380, 2)).T
    with postgis.database() as url:
        with psycopg.connect(url) as conn:
            world = WORLD.replace("n % 3", "n %% 3").replace("n % 9 % 4 % 3", "n %% 9 %% 4 %% 3")
            for statement in world.split(";")[:-1]:
                conn.execute(statement.encode(), {"lon": lon.tolist(), "lat": lat.tolist()})
        yield url


@pytest.fixture(scope="module")
async def app(shapes_url: str) -> AsyncIterator[FastAPI]:
    app = create_app(unhurried().with_database(shapes_url))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def client(app: FastAPI, shapes_url: str) -> AsyncIterator[Any]:
    async with AsyncExitStack() as stack:

        async def made(role: str, **limits: Any) -> httpx.AsyncClient:
            key = bearer(make_key(shapes_url, role, **limits))
            return await stack.enter_async_context(client_of(httpx.ASGITransport(app), key))

        yield made


async def ask(site: httpx.AsyncClient, shape: Any, query: str = "", **more: Any) -> Any:
    """Ask, and check the answer's form and that its rings add up."""
    body = {"geometry": mapping(shape), "limit": 1000, **more}
    answer = await site.post(f"/nearby{query}", json=body)
    assert answer.status_code == 200, answer.text
    Nearby.model_validate_json(answer.content, strict=True)
    told = answer.json()
    for kind, count in told["counts"].items():
        assert not told["rings"] or sum(ring["counts"][kind] for ring in told["rings"]) == count
    return told


def by_postgis(url: str, shape: Any) -> dict[tuple[str, str], float]:
    with psycopg.connect(url) as conn:
        rows = conn.execute(NEAR, {"shape": shapely.to_geojson(shape)}).fetchall()
    return {(kind, code): metres for kind, code, metres in rows}


def hits(told: Any) -> dict[tuple[str, str], float]:
    return {
        (each["properties"]["kind"], each["properties"]["code"]): each["properties"]["distance_m"]
        for each in told["features"]
    }


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("radius_m", [0.0, 600.0, 2000.0])
async def test_postgis_finds_the_same(
    client: Any, shapes_url: str, name: str, radius_m: float
) -> None:
    site = await client("supervisor")
    told = await ask(site, SHAPES[name], radius_m=radius_m, kinds=list(ALL_KINDS))
    every = by_postgis(shapes_url, SHAPES[name])
    found = hits(told)
    # PostGIS takes the place of the shape that is nearest on a sphere: there may be a nearer one.
    for key, metres in found.items():
        assert metres <= every[key] + 0.001
        assert metres == pytest.approx(every[key], rel=0.003, abs=0.001)
        assert name != "point" or metres == pytest.approx(every[key], abs=0.001)
    assert all(metres > radius_m for key, metres in every.items() if key not in found)
    assert list(found.values()) == sorted(found.values())
    counted = [sum(kind == each for each, _ in found) for kind in ALL_KINDS]
    assert [told["counts"][kind] for kind in ALL_KINDS] == counted
    assert [ring["to_m"] for ring in told["rings"]] == [
        *(edge for edge in (500.0, 1000.0, 2000.0) if edge < radius_m),
        radius_m,
    ]


async def test_a_point_is_answered_as_by_get(client: Any) -> None:
    site = await client("commander")
    point = SHAPES["point"]
    got = await site.get("/nearby", params={"lon": point.x, "lat": point.y, "limit": 1000})
    posted = await ask(site, point)
    for answer in (got.json(), posted):
        for feature in answer["features"]:
            feature["properties"].pop("age_s", None)
    assert posted == got.json() | {"features": posted["features"]}
    assert [each["id"] for each in posted["features"]] == [
        each["id"] for each in got.json()["features"]
    ]


async def test_the_nearest_of_each_kind(client: Any, shapes_url: str) -> None:
    site = await client("supervisor")
    every = by_postgis(shapes_url, HOLED)
    for k in (1, 7, 100):
        told = await ask(site, HOLED, k=k, kinds=["camera", "worker", "enterprise"])
        assert told["rings"] == []
        for kind in ("camera", "worker", "enterprise"):
            metres = sorted(each for (name, _), each in every.items() if name == kind)[:k]
            found = [each for (name, _), each in hits(told).items() if name == kind]
            assert found == pytest.approx(metres, rel=0.003, abs=0.001)
            assert told["counts"][kind] == len(metres)
    limited = await ask(site, HOLED, k=3, radius_m=100, kinds=["camera"])
    assert len(limited["features"]) == 3
    assert limited["counts"]["camera"] > 3
    got = await site.get("/nearby", params={"lon": 113.32, "lat": 22.96, "k": 2, "kinds": "poi"})
    assert got.json()["counts"] == {"poi": 2}


async def test_attributes_limit_what_is_found(client: Any) -> None:
    site = await client("commander")
    told = await ask(site, HOLED, radius_m=2000, classes=["dome"])
    classes = {each["properties"].get("class", "dome") for each in told["features"]}
    assert classes == {"dome"}
    told = await ask(
        site, HOLED, radius_m=2000, kinds=["enterprise", "worker"], risk_classes=["high"],
        on_shift=True,
    )  # fmt: skip
    firms = [each for each in told["features"] if each["properties"]["kind"] == "enterprise"]
    assert firms
    assert {each["properties"]["risk_class"] for each in firms} == {"high"}
    ages = [each["properties"].get("age_s", 0) for each in told["features"]]
    assert 60 < max(ages) <= 300
    assert told["counts"]["worker"] < 40
    assert "王某" not in json.dumps(told, ensure_ascii=False)


async def test_any_declared_crs(client: Any) -> None:
    site = await client("commander")
    plane = Transformer.from_crs(4490, 4547, always_xy=True)
    flat = shapely.transform(HOLED, lambda xy: np.column_stack(plane.transform(xy[:, 0], xy[:, 1])))
    expected = await ask(site, HOLED, radius_m=300)
    told = await ask(site, flat, "?crs=EPSG:4547", radius_m=300)
    # An edge that is straight in metres is a little bent in degrees.
    assert told["counts"].keys() == expected["counts"].keys()
    for key, metres in hits(told).items():
        assert metres == pytest.approx(hits(expected).get(key, 300), abs=0.5)


async def test_a_camera_s_view(client: Any, shapes_url: str) -> None:
    seen = [GEOD.fwd(113.33, 22.985, bearing, metres) for bearing, metres in ((90, 50), (119, 99))]
    beside = [
        GEOD.fwd(113.33, 22.985, bearing, metres) for bearing, metres in ((90, 101), (125, 50))
    ]
    with psycopg.connect(shapes_url) as conn:
        for n, (lon, lat, _) in enumerate([*seen, *beside]):
            conn.execute(
                "insert into resource (code, kind, name, class, geom)"
                " values (%s, 'poi', '点', 'view', st_point(%s, %s, 4490))",
                [f"N{n}", lon, lat],
            )
    site = await client("commander")
    codes: set[str] = set()
    for _ in range(100):
        answer = await site.post("/nearby", json={"camera": "V", "radius_m": 0, "kinds": ["poi"]})
        codes = {each["properties"]["code"] for each in answer.json()["features"]}
        if codes:
            break
        await asyncio.sleep(0.02)
    assert codes == {"N0", "N1"}
    beyond = await ask(
        site, Point(*GEOD.fwd(113.33, 22.985, 90, 90)[:2]).buffer(1e-5), radius_m=200
    )
    by_code = {each["properties"]["code"]: each["properties"] for each in beyond["features"]}
    assert by_code["V"]["covers"] is True
    assert by_code["V0"]["covers"] is None
    without = (await site.post("/nearby", json={"camera": "V0"})).json()
    assert without["type"] == "urn:gis-gov:problem:camera-without-view"
    nobody = (await site.post("/nearby", json={"camera": "none"})).json()
    assert nobody["type"] == "urn:gis-gov:problem:not-found"


async def test_who_may_see_the_east_finds_nothing_else(client: Any, shapes_url: str) -> None:
    site = await client("supervisor", area=EAST_AREA)
    told = await ask(site, HOLED, radius_m=2000, kinds=list(ALL_KINDS))
    assert told["features"]
    assert min(each["geometry"]["coordinates"][0] for each in told["features"]) >= 113.32
    near = [metres for metres in by_postgis(shapes_url, HOLED).values() if metres < 2000]
    assert sum(told["counts"].values()) == len(told["features"]) < len(near)
    nearest = await ask(site, Point(113.301, 22.96), k=2, kinds=list(ALL_KINDS))
    assert min(each["geometry"]["coordinates"][0] for each in nearest["features"]) >= 113.32
    west = await client("commander", area="440199001002")
    assert (await west.post("/nearby", json={"camera": "V"})).status_code == 404


@pytest.mark.parametrize(
    ("role", "kind", "right"),
    [
        ("analyst", "worker", "track.read"),
        ("weather_officer", "enterprise", "enterprise.read"),
        ("weather_officer", "camera", "resource.read"),
    ],
)
async def test_each_kind_needs_its_right(client: Any, role: str, kind: str, right: str) -> None:
    site = await client(role)
    body = {"geometry": mapping(HOLED), "kinds": [kind]}
    answer = await site.post("/nearby", json=body)
    assert (answer.status_code, answer.json()["right"]) == (403, right)


async def test_who_may_see_no_kind_is_told_of_none(client: Any) -> None:
    site = await client("weather_officer")
    for told in (await ask(site, HOLED), await ask(site, HOLED, k=3)):
        assert (told["features"], told["counts"]) == ([], {})


async def test_without_the_right_a_view_is_not_told_either(client: Any) -> None:
    site = await client("weather_officer")
    answer = await site.post("/nearby", json={"camera": "V"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("geometry", "said"),
    [
        (
            {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]},
            "not valid",
        ),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0]]]}, "a ring"),
        ({"type": "Polygon", "coordinates": []}, "empty"),
        ({"type": "Point", "coordinates": [22.9, 113.3]}, "swapped"),
        ({"type": "LineString", "coordinates": [[170, 0], [-179.9, 0]]}, "antimeridian"),
        ({"type": "LineString", "coordinates": [[-170, 0], [170, 0]]}, "too long"),
        ({"type": "GeometryCollection", "geometries": []}, "GeometryCollection"),
        ({"type": "Feature", "geometry": None, "properties": None}, "alone"),
        ({"type": "Circle"}, "Circle"),
        ({"type": "Point", "coordinates": [10**30, 1]}, "body.geometry"),
        ({}, "type"),
    ],
)
async def test_bad_shapes_are_refused(client: Any, geometry: Any, said: str) -> None:
    site = await client("commander")
    answer = await site.post("/nearby", json={"geometry": geometry})
    body = answer.json()
    assert (answer.status_code, body["type"]) == (400, "urn:gis-gov:problem:bad-shape"), body
    assert said in body["detail"]


async def test_a_geometry_may_state_its_crs_itself(client: Any) -> None:
    site = await client("commander")
    plane = Transformer.from_crs(4490, 4526, always_xy=True).transform(113.32, 22.96)
    stated = {
        **mapping(Point(plane)),
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4526"}},
    }
    wanted = {"geometry": mapping(Point(113.32, 22.96)), "radius_m": 900}
    found = (await site.post("/nearby", json=wanted)).json()["features"]
    for query in ("", "?crs=EPSG:4526"):
        answer = await site.post(f"/nearby{query}", json={"geometry": stated, "radius_m": 900})
        features = answer.json()["features"]
        assert [each["id"] for each in features] == [each["id"] for each in found]
    answer = await site.post("/nearby?crs=EPSG:4490", json={"geometry": stated})
    assert answer.json()["type"] == "urn:gis-gov:problem:bad-shape"
    assert "states" in answer.json()["detail"]


async def test_a_polygon_far_off_its_projection_is_refused(client: Any) -> None:
    site = await client("commander")
    far = {
        "type": "Polygon",
        "coordinates": [[[1e300, 1], [-1e300, 7e299], [3, -1e300], [1e300, 1]]],
    }
    answer = await site.post("/nearby?crs=EPSG:4549", json={"geometry": far})
    assert answer.json()["type"] == "urn:gis-gov:problem:bad-shape"


async def test_a_camera_that_sees_round_the_world_has_no_view(client: Any, shapes_url: str) -> None:
    with psycopg.connect(shapes_url) as conn:
        conn.execute(
            "insert into resource (code, kind, name, range_m, geom)"
            " values ('FAR', 'camera', 'x', 1e7, st_point(113.3, 22.9, 4490))"
        )
    site = await client("commander")
    answer = await site.post("/nearby", json={"camera": "FAR"})
    with psycopg.connect(shapes_url) as conn:
        conn.execute("delete from resource where code = 'FAR'")
    assert answer.json()["type"] == "urn:gis-gov:problem:camera-without-view", answer.text


@pytest.mark.parametrize(
    "body", [{}, {"geometry": mapping(Point(113.3, 22.9)), "camera": "V"}, {"camera": "V", "k": 0}]
)
async def test_the_question_is_one(client: Any, body: Any) -> None:
    site = await client("commander")
    answer = await site.post("/nearby", json=body)
    assert answer.json()["type"] == "urn:gis-gov:problem:invalid-request"


async def test_crs_that_are_not_taken(client: Any) -> None:
    site = await client("commander")
    for crs in ("gcj02", "EPSG:1", "EPSG:4978"):
        answer = await site.post(f"/nearby?crs={crs}", json={"geometry": mapping(HOLED)})
        assert answer.json()["type"] == "urn:gis-gov:problem:unusable-datum", crs


async def test_reading_workers_around_a_shape_is_recorded(client: Any, shapes_url: str) -> None:
    site = await client("commander")
    await ask(site, HOLED, radius_m=10, kinds=["worker"])
    with psycopg.connect(shapes_url) as conn:
        row = conn.execute(
            "select object_kind, detail from audit where action = 'nearby.read'"
            " order by number desc limit 1"
        ).fetchone()
    assert row
    assert row[0] == "worker"
    assert row[1]["bbox"] == [113.31, 22.945, 113.335, 22.97]
