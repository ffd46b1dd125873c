"""Rooms and cameras that know faces are counted for those alone who may know of them."""

from typing import Any

import h3
import httpx
import mapbox_vector_tile
import psycopg
import pytest

from gis_gov.geo.tile import tile_at
from tests.signed_in import bearer, every_point_has_its_cell, make_key

pytestmark = pytest.mark.anyio

LON, LAT = 113.30, 22.95
LONELY = """
    insert into area (code, name, level, geom) values
    ('440199001001', '某社区', 'community',
     st_multi(st_makeenvelope(113.2, 22.9, 113.4, 23, 4490)));
    insert into address (code, full_text, level, geom) values
    ('B', '某路1号', 43, st_point(113.30, 22.95, 4490)),
    ('B-1', '某路1号101室', 62, st_point(113.30, 22.95, 4490)),
    ('B-2', '某路1号102室', 62, st_point(113.30, 22.95, 4490)),
    ('U', '某路1号后间', null, st_point(113.30, 22.95, 4490));
    insert into address (code, full_text, level, geom, valid_to) values
    ('old', '某路0号', 43, st_point(113.30, 22.95, 4490), '2020-01-01');
    insert into resource (code, kind, name, class, geom) values
    ('C1', 'camera', '路口', '枪机', st_point(113.31, 22.95, 4490)),
    ('C2', 'camera', '门口', '人脸', st_point(113.32, 22.95, 4490));
"""


@pytest.fixture
async def lonely(own_database_url: str, client: httpx.AsyncClient) -> str:
    with psycopg.connect(own_database_url) as conn:
        conn.execute(LONELY)
    await every_point_has_its_cell(own_database_url)
    return own_database_url


async def statistics(client: httpx.AsyncClient, key: str) -> dict[str, Any]:
    answer = await client.get(
        "/statistics", params={"measures": "addresses,cameras"}, headers=bearer(key)
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["total"]


async def cells(client: httpx.AsyncClient, key: str, layer: str) -> dict[str, int | None]:
    answer = await client.get(
        "/heatmap", params={"layer": layer, "resolution": 12, "f": "json"}, headers=bearer(key)
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["cells"]


async def test_rooms_are_under_the_threshold(lonely: str, client: httpx.AsyncClient) -> None:
    """Else the addresses of a building would tell how many live in it."""
    home = h3.latlng_to_cell(LAT, LON, 12)
    for role in ("weather_officer", "analyst", "screen"):
        key = make_key(lonely, role)
        assert await statistics(client, key) == {
            "addresses": None,
            "cameras": 1,
            "withheld": ["addresses"],
        }
        assert await cells(client, key, "addresses") == {home: None}


async def test_who_counts_exactly_counts_all_that_are_current(
    lonely: str, client: httpx.AsyncClient
) -> None:
    key = make_key(lonely, "commander")
    assert await statistics(client, key) == {"addresses": 4, "cameras": 2}
    assert await cells(client, key, "addresses") == {h3.latlng_to_cell(LAT, LON, 12): 4}


@pytest.mark.parametrize("role", ["supervisor", "screen", "analyst"])
async def test_cameras_that_know_faces_are_not_counted_for_all(
    lonely: str, client: httpx.AsyncClient, role: str
) -> None:
    key = make_key(lonely, role)
    assert (await statistics(client, key))["cameras"] == 1
    assert await cells(client, key, "cameras") == {h3.latlng_to_cell(LAT, 113.31, 12): 1}
    with psycopg.connect(lonely) as conn:
        conn.execute("update resource set class = '球机' where code = 'C2'")
    assert (await statistics(client, key))["cameras"] == 2


@pytest.mark.parametrize("role", ["commander", "supervisor", "screen"])
async def test_no_poi_knows_faces_whatever_its_class(
    lonely: str, client: httpx.AsyncClient, role: str
) -> None:
    """Counted, listed, near, and on the map: else the counts would tell of what is hidden."""
    lon = 113.33
    with psycopg.connect(lonely) as conn:
        conn.execute(
            "insert into resource (code, kind, name, class, geom)"
            " values ('P1', 'poi', '美容院', 'face', st_point(%s, %s, 4490))",
            [lon, LAT],
        )
    await every_point_has_its_cell(lonely)
    key = make_key(lonely, role)
    assert await cells(client, key, "pois") == {h3.latlng_to_cell(LAT, lon, 12): 1}
    for path, asked in (
        ("/collections/pois/items", {"f": "json"}),
        ("/nearby", {"lon": lon, "lat": LAT, "kinds": "poi"}),
        ("/nearby", {"lon": lon, "lat": LAT, "kinds": "poi", "filter": "class = 'face'"}),
    ):
        answer = await client.get(path, params=asked, headers=bearer(key))
        told = [feature["properties"]["code"] for feature in answer.json()["features"]]
        assert told == ["P1"], path
    tile = tile_at(lon, LAT, 15)
    drawn = await client.get(f"/tiles/pois/15/{tile.x}/{tile.y}.mvt", headers=bearer(key))
    (feature,) = mapbox_vector_tile.decode(drawn.content)["pois"]["features"]
    assert feature["properties"]["class"] == "face"
    # Become a camera, it knows them.
    with psycopg.connect(lonely) as conn:
        conn.execute("update resource set kind = 'camera' where code = 'P1'")
    listed = await client.get("/collections/cameras/items", headers=bearer(key))
    codes = {feature["properties"]["code"] for feature in listed.json()["features"]}
    assert ("P1" in codes) == (role == "commander")
