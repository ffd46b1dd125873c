"""Rooms and cameras that know faces are counted for those alone who may know of them."""

from typing import Any

import h3
import httpx
import psycopg
import pytest

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
