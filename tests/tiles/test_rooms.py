"""Rooms are drawn for those who may see them; others get the buildings.

An address whose level nobody told may be a room.
"""

from typing import Any

import h3
import httpx
import mapbox_vector_tile
import psycopg
import pytest

from gis_gov.app import create_app
from gis_gov.geo.tile import tile_at
from gis_gov.settings import Settings
from tests.signed_in import bearer, client_of, make_key
from tests.tiles.district import World

pytestmark = pytest.mark.anyio

WEST_CORNER = (113.302, 22.942)
CELL = h3.str_to_int(h3.latlng_to_cell(WEST_CORNER[1], WEST_CORNER[0], 12))
BUILDING = """
    insert into house (code, name, kind, address_id)
    select 'tower', '1幢', 'building', id from address where code = 'B'
"""
ROOMS = """
    insert into address (code, full_text, level, elements, geom) values
    ('B', '学院路12号', 43, '[]', st_point(%(lon)s, %(lat)s, 4490)),
    ('R', '学院路12号301室', 62, '[]', st_point(%(lon)s, %(lat)s, 4490)),
    ('U', '学院路14号3幢501', null, '[]', st_point(%(lon)s, %(lat)s, 4490));
    insert into house (code, name, kind, address_id)
    select 'lone', '501室', 'dwelling', id from address where code = 'U';
"""


async def drawn(world: World, token: str, layer: str) -> dict[str, str | None]:
    """What a key's tile tells of each code."""
    tile = tile_at(*WEST_CORNER, 16)
    app = create_app(Settings().with_database(world.url))
    async with (
        app.router.lifespan_context(app),
        client_of(httpx.ASGITransport(app), bearer(token)) as client,
    ):
        answer = await client.get(f"/tiles/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt")
    if answer.status_code == 204:
        return {}
    features: list[dict[str, Any]] = mapbox_vector_tile.decode(answer.content)[layer]["features"]
    told = [feature["properties"] for feature in features]
    return {each["code"]: each.get("full_text", each.get("name")) for each in told}


async def counted(client: httpx.AsyncClient, token: str, zoom: int) -> int:
    """How many houses the clusters around the corner tell of."""
    tile = tile_at(*WEST_CORNER, zoom)
    path = f"/tiles/houses/{tile.z}/{tile.x}/{tile.y}.mvt"
    answer = await client.get(path, headers=bearer(token))
    if answer.status_code == 204:
        return 0
    features = mapbox_vector_tile.decode(answer.content)["houses"]["features"]
    return sum(feature["properties"]["count"] for feature in features)


@pytest.fixture
def rooms(world: World) -> World:
    with psycopg.connect(world.url) as conn:
        conn.execute("delete from person")
        conn.execute("delete from house")
        conn.execute("delete from enterprise")
        conn.execute("delete from address")
    with psycopg.connect(world.url) as conn, psycopg.ClientCursor(conn) as cursor:
        cursor.execute(ROOMS, {"lon": WEST_CORNER[0], "lat": WEST_CORNER[1]})
    return world


async def test_rooms_are_drawn_for_those_who_may_see_them(rooms: World) -> None:
    for token in (
        make_key(rooms.url, "commander"),
        make_key(rooms.url, "supervisor", area="440199000000"),
        make_key(rooms.url, "grid_worker", grid="4401990010011003"),
    ):
        assert await drawn(rooms, token, "addresses") == {
            "B": "学院路12号",
            "R": "学院路12号301室",
            "U": "学院路14号3幢501",
        }
        assert await drawn(rooms, token, "houses") == {"lone": "501室"}


async def test_others_get_the_buildings(rooms: World) -> None:
    token = make_key(rooms.url, "department_officer")
    assert await drawn(rooms, token, "addresses") == {"B": "学院路12号"}
    assert await drawn(rooms, token, "houses") == {}


@pytest.mark.parametrize("zoom", [8, 12, 13])
async def test_dwellings_are_in_clusters_for_those_who_may_see_rooms(
    rooms: World, fresh_client: httpx.AsyncClient, zoom: int
) -> None:
    with psycopg.connect(rooms.url) as conn:
        conn.execute("update address set cell = %s", [CELL])
    commander = make_key(rooms.url, "commander")
    officer = make_key(rooms.url, "department_officer")
    here = make_key(rooms.url, "grid_worker", grid="4401990010011003")
    elsewhere = make_key(rooms.url, "grid_worker", grid="4401990010011001")
    seen = [await counted(fresh_client, key, zoom) for key in (commander, here, officer, elsewhere)]
    assert seen == [1, 1, 0, 0]
    with psycopg.connect(rooms.url) as conn:
        conn.execute(BUILDING)
    seen = [await counted(fresh_client, key, zoom) for key in (commander, here, officer, elsewhere)]
    assert seen == [2, 2, 1, 0]


async def test_dwellings_that_no_cluster_tells_are_counted_in_statistics(
    rooms: World, fresh_client: httpx.AsyncClient
) -> None:
    """The kept counts stay open to the right to count, under the threshold."""
    asked = {"measures": "dwellings"}
    for role, told in (("department_officer", 1), ("screen", None)):
        answer = await fresh_client.get(
            "/statistics", params=asked, headers=bearer(make_key(rooms.url, role))
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["total"]["dwellings"] == told
