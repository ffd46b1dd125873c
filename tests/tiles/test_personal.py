"""What tiles tell of homes and faces hangs on the same rights as lists do."""

from typing import Any

import h3
import httpx
import mapbox_vector_tile
import psycopg
import pytest

from gis_gov.geo.tile import tile_at
from tests.signed_in import bearer, make_key
from tests.tiles.district import World

pytestmark = pytest.mark.anyio

HOME = (113.302, 22.942)
GRID = "4401990010011003"
LIVING = """
    delete from person;
    delete from house;
    insert into address (code, full_text, level, geom, cell) values
    ('R1', '学院路12号301室', 62, st_point(%(lon)s, %(lat)s, 4490), %(cell)s),
    ('R2', '学院路12号302室', 62, st_point(%(lon)s, %(lat)s, 4490), %(cell)s);
    insert into person (code, name, person_class, address_id)
    select 'P' || a.code || n, '某', c.name, a.id
    from address as a
    cross join (values (1, 'control'), (2, 'service')) as c (n, name)
    where a.code in ('R1', 'R2');
    insert into house (code, name, kind, address_id) select 'tower', '1幢', 'building', id
    from address where code = 'A3';
    insert into house (code, name, kind, parent_id, address_id)
    select 'part', '1幢A座', 'building', h.id, a.id
    from house as h, address as a where h.code = 'tower' and a.code = 'R1';
    insert into house (code, name, kind, parent_id, address_id, geom)
    select 'flat', '301室', 'dwelling', h.id, a.id, st_multi(st_buffer(a.geom, 0.0001))
    from house as h, address as a where h.code = 'part' and a.code = 'R1';
"""


@pytest.fixture
def living(world: World) -> World:
    lon, lat = HOME
    cell = h3.str_to_int(h3.latlng_to_cell(lat, lon, 12))
    with psycopg.connect(world.url) as conn, psycopg.ClientCursor(conn) as cursor:
        cursor.execute(LIVING, {"lon": lon, "lat": lat, "cell": cell})
    return world


async def features(
    client: httpx.AsyncClient, key: str, layer: str, zoom: int, at: tuple[float, float] = HOME
) -> list[dict[str, Any]]:
    tile = tile_at(*at, zoom)
    path = f"/tiles/{layer}/{zoom}/{tile.x}/{tile.y}.mvt"
    answer = await client.get(path, headers=bearer(key))
    if answer.status_code == 204:
        return []
    assert answer.status_code == 200, answer.text
    return mapbox_vector_tile.decode(answer.content)[layer]["features"]


def count(found: list[dict[str, Any]]) -> list[int]:
    return sorted(feature["properties"]["count"] for feature in found)


async def test_persons_are_drawn_at_home_for_those_who_may_know_it(
    living: World, client: httpx.AsyncClient
) -> None:
    key = make_key(living.url, "commander")
    found = await features(client, key, "persons", 16)
    assert count(found) == [2, 2]
    assert all("id" in feature for feature in found), "each room is told apart"


async def test_others_get_them_at_the_middle_of_the_grid(
    living: World, client: httpx.AsyncClient
) -> None:
    key = make_key(living.url, "department_officer", classes=["control"])
    assert await features(client, key, "persons", 17) == []
    with psycopg.connect(living.url) as conn:
        middle = conn.execute(
            "select st_x(c), st_y(c) from"
            " (select st_centroid(geom) as c from grid where code = %s) as g",
            [GRID],
        ).fetchone()
    assert middle
    (found,) = await features(client, key, "persons", 17, middle)
    assert found["properties"] == {"count": 2}
    assert found.get("id", 0) == 0
    lon, lat = middle
    tile = tile_at(lon, lat, 17)
    part = tile_at(lon, lat, 22)  # one of 32 times 32
    x, y = found["geometry"]["coordinates"]
    assert (x // 128, (4096 - y) // 128) == (part.x - tile.x * 32, part.y - tile.y * 32)


def test_without_rooms_a_building_has_its_persons_together(living: World) -> None:
    with psycopg.connect(living.url) as conn:
        for kind in ("person", "place", "address"):  # a scope that no role has as yet
            conn.execute(
                "select set_config(%s, %s, true)", [f"gis_gov.reach_{kind}", '{"all":true}']
            )
        tile = tile_at(*HOME, 16)
        row = conn.execute("select tile_persons(16, %s, %s)", [tile.x, tile.y]).fetchone()
        conn.rollback()
    assert row
    (found,) = mapbox_vector_tile.decode(row[0])["persons"]["features"]
    assert found["properties"] == {"count": 4}
    assert found.get("id", 0) == 0


async def test_every_house_is_drawn_once(living: World, client: httpx.AsyncClient) -> None:
    """A building in a building, and a dwelling with a footprint of its own."""
    key = make_key(living.url, "commander")
    lon, lat = (float(part) for part in living.addresses[3])
    drawn = {
        feature["properties"]["code"]: feature["properties"]["count"]
        for at in (HOME, (lon, lat))
        for feature in await features(client, key, "houses", 16, at)
    }
    assert drawn == {"tower": 1, "part": 2}


async def test_cameras_that_know_faces_are_in_no_cluster_of_others(
    living: World, client: httpx.AsyncClient
) -> None:
    with psycopg.connect(living.url) as conn:
        conn.execute("update resource set class = '人脸' where code = 'C1'")
    for zoom in (5, 11, 14):
        at = (113.305, 22.945)
        seen = await features(client, make_key(living.url, "commander"), "cameras", zoom, at)
        assert count(seen) == [1]
        for role in ("supervisor", "screen"):
            assert await features(client, make_key(living.url, role), "cameras", zoom, at) == []


async def test_what_has_no_place_is_in_no_cluster(living: World, client: httpx.AsyncClient) -> None:
    """Things without a point share a row of the kept counts with one that has no cell yet."""
    with psycopg.connect(living.url) as conn:
        conn.execute("delete from event")
        conn.execute(
            "insert into event (code, reported_at) select 'N' || n, now()"
            " from generate_series(1, 50) as n"
        )
        conn.execute(
            "insert into event (code, reported_at, geom)"
            " values ('far', now(), st_point(114.5, 23.5, 4490))"
        )
        cell = h3.str_to_int(h3.latlng_to_cell(23.5, 114.5, 12))
        conn.execute("update event set cell = %s where code = 'far'", [cell])
    key = make_key(living.url, "commander")
    for zoom in (8, 11):
        assert count(await features(client, key, "events", zoom, (114.5, 23.5))) == [1]
