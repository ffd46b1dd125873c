"""What is around a point: order, rings, kinds, and what each kind tells."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import datetime

import httpx
import numpy as np
import psycopg
import pyogrio
import pytest

from gis_gov.geo.measure import GEOD
from tests.conftest import TestServer
from tests.resources.conftest import ask_nearby, serving

pytestmark = pytest.mark.anyio

HERE = (113.35, 22.95)
SECRET = "rtsp://user:secret@10.0.0.1/stream"


def there(bearing_deg: float, distance_m: float) -> tuple[float, float]:
    """Return the point at a bearing and a distance from HERE."""
    lon, lat, _ = GEOD.fwd(*HERE, bearing_deg, distance_m)
    return lon, lat


# kind, code, bearing, distance
THINGS = [
    ("camera", "C0", 0, 0),
    ("camera", "C1", 90, 100),
    ("centre", "Z1", 180, 100.01),
    ("poi", "P2", 270, 499.9),
    ("poi", "P1", 270, 500.1),
    ("camera", "C2", 359.999, 1000.1),
    ("centre", "Z2", 45, 1999.9),
    ("poi", "P3", 45, 2000.1),
    ("camera", "C3", 225, 2500),
]
WORKERS = [("W1", 10, 250), ("W2", 200, 1500), ("W3", 200, 9000)]


def write_things(url: str) -> None:
    with psycopg.connect(url) as conn, conn.cursor() as cursor:
        cursor.executemany(
            """
            insert into resource (code, kind, name, class, owner, azimuth_deg, field_of_view_deg,
            range_m, stream_url, geom)
            values (%s, %s, %s, 'bullet', '公安', 123.4, 60, 80, %s, st_point(%s, %s, 4490))
            """,
            [
                (code, kind, f"名{code}", SECRET, *there(bearing, distance))
                for kind, code, bearing, distance in THINGS
            ],
        )
        cursor.execute("insert into resource (code, kind, name) values ('N', 'camera', 'nowhere')")
        cursor.execute("insert into worker (code, name, kind) values ('W0', '无', '网格员')")
        cursor.executemany(
            """
            with w as (
                insert into worker (code, name, kind, phone_sealed, organisation)
                values (%s, %s, '网格员', '13800000000', '街道办') returning id
            )
            insert into position (device, time, worker_id, geom, accuracy_m, speed_mps, bearing_deg)
            select 'd' || w.id, now() - interval '90 s', w.id, st_point(%s, %s, 4490), 5, 1.5, 45
            from w
            """,
            [(code, f"员{code}", *there(bearing, m)) for code, bearing, m in WORKERS],
        )


@pytest.fixture(scope="module")
def things_url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as url:
        write_things(url)
        yield url


@pytest.fixture(scope="module")
async def site(things_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(things_url) as client:
        yield client


def codes(body: dict) -> list[str]:
    return [feature["properties"]["code"] for feature in body["features"]]


async def test_hits_come_by_distance_with_counts_and_rings(site: httpx.AsyncClient) -> None:
    body = await ask_nearby(site, *HERE, radius=2000)
    assert codes(body) == ["C0", "C1", "Z1", "W1", "P2", "P1", "C2", "W2", "Z2"]
    assert body["counts"] == {"camera": 3, "worker": 2, "centre": 2, "poi": 2}
    assert [(ring["from_m"], ring["to_m"]) for ring in body["rings"]] == [
        (0, 500),
        (500, 1000),
        (1000, 2000),
    ]
    assert [ring["counts"] for ring in body["rings"]] == [
        {"camera": 2, "worker": 1, "centre": 1, "poi": 1},
        {"camera": 0, "worker": 0, "centre": 0, "poi": 1},
        {"camera": 1, "worker": 1, "centre": 1, "poi": 0},
    ]


async def test_distances_and_bearings_are_geodesic(site: httpx.AsyncClient) -> None:
    body = await ask_nearby(site, *HERE, radius=2000)
    told = {each["properties"]["code"]: each for each in body["features"]}
    for _, code, bearing, distance in [*THINGS, *(("worker", *each) for each in WORKERS)]:
        if distance > 2000:
            assert code not in told
            continue
        found = told[code]
        assert found["properties"]["distance_m"] == pytest.approx(distance, abs=0.001)
        assert found["geometry"]["coordinates"] == pytest.approx(there(bearing, distance), abs=6e-8)
        if distance:
            turned = (found["properties"]["bearing_deg"] - bearing + 180) % 360 - 180
            assert turned == pytest.approx(0, abs=0.0051)
    assert told["C0"]["properties"]["bearing_deg"] is None


async def test_a_bearing_never_rounds_to_360(site: httpx.AsyncClient) -> None:
    body = await ask_nearby(site, *HERE, radius=2000, kinds="camera")
    (bearing,) = (
        each["properties"]["bearing_deg"] for each in body["features"] if each["id"] == "camera:C2"
    )
    assert bearing == 0


async def test_each_resource_tells_what_its_kind_has(site: httpx.AsyncClient) -> None:
    body = await ask_nearby(site, *HERE, radius=2000)
    told = {each["properties"]["code"]: each["properties"] for each in body["features"]}
    assert told["C1"] == {
        "id": "camera:C1",
        "kind": "camera",
        "code": "C1",
        "name": "名C1",
        "distance_m": 100,
        "bearing_deg": 90,
        "class": "bullet",
        "owner": "公安",
        "azimuth_deg": 123.4,
        "field_of_view_deg": 60,
        "range_m": 80,
        "covers": False,
    }
    only_cameras = {"azimuth_deg", "field_of_view_deg", "range_m", "covers"}
    assert set(told["Z1"]) == set(told["P1"]) == set(told["C1"]) - only_cameras


async def test_a_worker_tells_of_the_last_position(site: httpx.AsyncClient) -> None:
    body = await ask_nearby(site, *HERE, radius=2000, kinds="worker")
    worker = body["features"][0]["properties"]
    assert datetime.fromisoformat(worker.pop("time")).tzinfo is not None
    assert 90 <= worker.pop("age_s") < 900
    assert worker.pop("standing") in {"on_shift", "offline"}  # as slow as this module is
    assert worker == {
        "id": "worker:W1",
        "kind": "worker",
        "code": "W1",
        "name": "员W1",
        "distance_m": 250,
        "bearing_deg": 10,
        "worker_kind": "网格员",
        "organisation": "街道办",
        "accuracy_m": 5,
        "speed_mps": 1.5,
        "heading_deg": 45,
    }


async def test_neither_stream_nor_telephone_is_told(site: httpx.AsyncClient) -> None:
    answer = await site.get("/nearby", params={"lon": HERE[0], "lat": HERE[1], "radius": 2000})
    assert SECRET not in answer.text
    assert "13800000000" not in answer.text


async def test_only_the_asked_kinds_are_told_and_counted(site: httpx.AsyncClient) -> None:
    body = await ask_nearby(site, *HERE, radius=2000, kinds="worker,centre,worker")
    assert codes(body) == ["Z1", "W1", "W2", "Z2"]
    assert body["counts"] == {"worker": 2, "centre": 2}


async def test_counts_go_over_all_hits_and_not_the_page(site: httpx.AsyncClient) -> None:
    body = await ask_nearby(site, *HERE, radius=2000, limit=2)
    assert codes(body) == ["C0", "C1"]
    assert sum(body["counts"].values()) == 9


@pytest.mark.parametrize(
    ("radius", "edges", "found"),
    [
        (0, [0], ["C0"]),
        (50, [50], ["C0"]),
        (500, [500], ["C0", "C1", "Z1", "W1", "P2"]),
        (500.05, [500, 500.05], ["C0", "C1", "Z1", "W1", "P2"]),
        (700, [500, 700], ["C0", "C1", "Z1", "W1", "P2", "P1"]),
        (1500.5, [500, 1000, 1500.5], ["C0", "C1", "Z1", "W1", "P2", "P1", "C2", "W2"]),
    ],
)
async def test_rings_are_cut_at_the_radius(
    site: httpx.AsyncClient, radius: float, edges: list[float], found: list[str]
) -> None:
    body = await ask_nearby(site, *HERE, radius=radius)
    assert [ring["to_m"] for ring in body["rings"]] == edges
    assert [ring["from_m"] for ring in body["rings"]] == [0, *edges[:-1]]
    assert codes(body) == found


async def test_the_radius_itself_is_within(own_database_url: str) -> None:
    with psycopg.connect(own_database_url) as conn:
        conn.execute(
            "insert into resource (code, kind, name, geom)"
            " values ('E', 'poi', 'e', st_point(113.35, 22.954, 4490))"
        )
        row = conn.execute(
            "select st_distance(geom::geography, st_point(113.35, 22.95, 4490)::geography)"
            " from resource"
        ).fetchone()
    assert row
    async with serving(own_database_url) as client:
        assert (await ask_nearby(client, *HERE, radius=row[0]))["counts"]["poi"] == 1
        shorter = float(np.nextafter(row[0], 0))
        assert (await ask_nearby(client, *HERE, radius=shorter))["counts"]["poi"] == 0


async def test_equal_distances_go_by_kind_and_code(own_database_url: str) -> None:
    with psycopg.connect(own_database_url) as conn, conn.cursor() as cursor:
        cursor.executemany(
            "insert into resource (code, kind, name, geom)"
            " values (%s, %s, 'x', st_point(113.35, 22.951, 4490))",
            [("b", "poi"), ("a", "poi"), ("B", "poi"), ("z", "camera"), ("m", "centre")],
        )
    async with serving(own_database_url) as client:
        assert codes(await ask_nearby(client, *HERE)) == ["z", "m", "B", "a", "b"]


async def test_a_large_limit_is_cut_to_the_greatest(own_database_url: str) -> None:
    with psycopg.connect(own_database_url) as conn:
        conn.execute(
            "insert into resource (code, kind, name, geom) select n::text, 'poi', 'x',"
            " st_point(113.35 + n * 1e-6, 22.95, 4490) from generate_series(1, 1500) as n"
        )
    async with serving(own_database_url) as client:
        body = await ask_nearby(client, *HERE, limit=10**9)
    assert (len(body["features"]), body["counts"]["poi"]) == (1000, 1500)


async def test_nothing_around_is_an_answer(site: httpx.AsyncClient) -> None:
    body = await ask_nearby(site, 0, 0)
    assert body["features"] == []
    assert body["counts"] == {"camera": 0, "worker": 0, "centre": 0, "poi": 0}


@pytest.mark.parametrize(("lon", "lat"), [(180, 0), (-180, 0), (0, 90), (0, -90)])
async def test_the_ends_of_the_world_are_positions(
    site: httpx.AsyncClient, lon: float, lat: float
) -> None:
    assert (await ask_nearby(site, lon, lat, radius=2000))["features"] == []


async def test_coordinates_have_seven_digits_at_most(site: httpx.AsyncClient) -> None:
    answer = await site.get("/nearby", params={"lon": HERE[0], "lat": HERE[1], "radius": 2000})
    for feature in json.loads(answer.content, parse_float=str)["features"]:
        for number in feature["geometry"]["coordinates"]:
            assert len(number.partition(".")[2]) <= 7


async def test_gdal_reads_the_answer(site: httpx.AsyncClient) -> None:
    answer = await site.get("/nearby", params={"lon": HERE[0], "lat": HERE[1], "radius": 2000})
    frame = pyogrio.read_dataframe(answer.content)
    assert frame["code"].tolist() == codes(answer.json())
    assert frame.crs.to_epsg() == 4326
    assert frame.geometry.x.tolist() == [
        each["geometry"]["coordinates"][0] for each in answer.json()["features"]
    ]


@pytest.mark.parametrize(
    ("query", "slug", "said"),
    [
        ("radius=2000.1", "invalid-request", "query.radius"),
        ("radius=-1", "invalid-request", "query.radius"),
        ("radius=nan", "invalid-request", "query.radius"),
        ("limit=0", "invalid-request", "query.limit"),
        ("kinds=drone", "unknown-kind", "camera, worker, centre, poi"),
        ("kinds=camera,", "unknown-kind", "''"),
        ("kinds=", "unknown-kind", "''"),
        ("kind=camera", "unknown-parameter", "kinds"),
    ],
)
async def test_what_cannot_be_asked_is_refused(
    site: httpx.AsyncClient, query: str, slug: str, said: str
) -> None:
    answer = await site.get(f"/nearby?lon={HERE[0]}&lat={HERE[1]}&{query}")
    assert answer.status_code == 400
    assert answer.json()["type"] == f"urn:gis-gov:problem:{slug}"
    assert said in answer.json()["detail"]


async def test_swapped_coordinates_are_refused(site: httpx.AsyncClient) -> None:
    answer = await site.get(f"/nearby?lon={HERE[1]}&lat={HERE[0]}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["where"] == "query.lat"
