"""Tiles of both matrix sets over HTTP: the same things, each in its own frame."""

from collections.abc import AsyncIterator, Iterator
from itertools import product
from typing import Any

import httpx
import mapbox_vector_tile
import numpy as np
import psycopg
import pytest

from gis_gov.app import create_app
from gis_gov.geo.cells import cells_of
from gis_gov.geo.geodetic_tile import GeodeticTile, geodetic_tile_at
from gis_gov.geo.tile import Tile, tile_at
from gis_gov.tiles.layers import LAYERS
from tests.conftest import TestServer
from tests.signed_in import bearer, client_of, make_key, unhurried
from tests.tiles.district import SOUTH, WEST, World, write_world

pytestmark = pytest.mark.anyio

EAST, NORTH = WEST + 0.03, SOUTH + 0.02


@pytest.fixture(scope="module")
def world(postgis: TestServer) -> Iterator[World]:
    with postgis.database() as url:
        yield write_world(url)


@pytest.fixture(scope="module")
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(unhurried().with_database(world.url))
    async with (
        app.router.lifespan_context(app),
        client_of(httpx.ASGITransport(app), bearer(make_key(world.url, "commander"))) as opened,
    ):
        yield opened


def geodetic_tiles(level: int) -> list[GeodeticTile]:
    first, last = geodetic_tile_at(WEST, NORTH, level), geodetic_tile_at(EAST, SOUTH, level)
    columns, rows = range(first.x, last.x + 1), range(first.y, last.y + 1)
    return [GeodeticTile(level, x, y) for x, y in product(columns, rows)]


def mercator_tiles(zoom: int) -> list[Tile]:
    first, last = tile_at(WEST, NORTH, zoom), tile_at(EAST, SOUTH, zoom)
    columns, rows = range(first.x, last.x + 1), range(first.y, last.y + 1)
    return [Tile(zoom, x, y) for x, y in product(columns, rows)]


async def features(
    client: httpx.AsyncClient, layer: str, tile: GeodeticTile | Tile
) -> list[dict[str, Any]]:
    path = f"/tiles/{tile.matrix_set}/{tile.z}/{tile.y}/{tile.x}"
    answer = await client.get(path, params={"collections": layer})
    if answer.status_code == 204:
        return []
    assert answer.status_code == 200, answer.text
    return mapbox_vector_tile.decode(answer.content)[layer]["features"]


@pytest.mark.parametrize("layer", LAYERS)
async def test_both_matrix_sets_tell_of_the_same_things(
    client: httpx.AsyncClient, layer: str
) -> None:
    """A level is as one zoom more of the other: things are gathered alike, and told alike."""
    for level in (5, 11, 13, 14):
        here = [f for each in geodetic_tiles(level) for f in await features(client, layer, each)]
        there = [
            f for each in mercator_tiles(level + 1) for f in await features(client, layer, each)
        ]
        assert bool(here) == (level + 1 >= LAYERS[layer].zoom_min)
        if all(each.get("id") for each in here):
            told = {each["id"]: each["properties"] for each in here}
            assert told == {each["id"]: each["properties"] for each in there}
        assert sum(each["properties"].get("count", 0) for each in once(here)) == sum(
            each["properties"].get("count", 0) for each in once(there)
        )


def once(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Take each feature once: what lies at the edge of a tile is in the next one, too."""
    named = {each["id"]: each for each in found if each.get("id")}
    return [*named.values(), *(each for each in found if not each.get("id"))]


async def test_single_points_are_in_place(world: World, client: httpx.AsyncClient) -> None:
    placed: dict[str, tuple[float, float]] = {}
    level = 15
    for tile in geodetic_tiles(level):
        box = tile.bounds()
        for feature in await features(client, "addresses", tile):
            x, y = feature["geometry"]["coordinates"]
            side = (box.east - box.west) / 4096
            placed[feature["properties"]["code"]] = (box.west + x * side, box.south + y * side)
    got = np.array([placed[f"A{n}"] for n in range(len(world.addresses))])
    assert np.abs(got - world.addresses).max() <= 180 / 2**level / 4096


async def test_the_poles_and_the_first_level_have_tiles(client: httpx.AsyncClient) -> None:
    for path, status in {
        "0/0/0": 204,
        "0/0/1": 204,  # too small to be drawn
        "5/11/52": 200,
        "3/0/13": 204,
        "3/7/13": 204,
        "21/0/0": 204,
        "0/0/2": 400,
        "0/1/0": 400,
        "22/0/0": 400,
        "5/-1/0": 400,
        "a/0/0": 400,
    }.items():
        answer = await client.get(f"/collections/areas/tiles/CGCS2000Quad/{path}")
        assert answer.status_code == status, path


async def test_the_row_goes_before_the_column(client: httpx.AsyncClient) -> None:
    tile = tile_at(WEST + 0.01, SOUTH + 0.01, 13)
    one = await client.get(f"/tiles/grids/{tile.z}/{tile.x}/{tile.y}.mvt")
    other = await client.get(f"/collections/grids/tiles/WebMercatorQuad/13/{tile.y}/{tile.x}")
    assert one.content == other.content
    assert one.headers["etag"] == other.headers["etag"]


AT_THE_EDGES = """
    insert into resource (code, kind, name, geom) values
    ('north', 'poi', '北极', st_point(110, 90, 4490)),
    ('south', 'poi', '南极', st_point(110, -90, 4490)),
    ('east', 'poi', '东', st_point(180, 10, 4490)),
    ('west', 'poi', '西', st_point(-180, 10, 4490)),
    ('middle', 'poi', '中', st_point(0, 0, 4490))
"""


@pytest.mark.parametrize("celled", [True, False])
@pytest.mark.parametrize(
    ("matrix_set", "columns", "total"), [("CGCS2000Quad", 2, 5), ("WebMercatorQuad", 1, 3)]
)
def test_what_lies_on_the_outer_edges_is_in_one_tile(
    own_database_url: str, matrix_set: str, columns: int, total: int, celled: bool
) -> None:
    """The poles are no part of the world of Web Mercator."""
    with psycopg.connect(own_database_url) as conn:
        conn.execute(AT_THE_EDGES)
        rows = conn.execute("select id, st_x(geom), st_y(geom) from resource").fetchall()
        for key, lon, lat in rows if celled else []:
            (cell,) = cells_of([lon], [lat]).tolist()
            conn.execute("update resource set cell = %s where id = %s", [cell, key])
        for kind in ("resource", "count"):
            conn.execute(
                "select set_config(%s, %s, true)", [f"gis_gov.reach_{kind}", '{"all": true}']
            )
        for zoom in range(4):
            found = conn.execute(
                "select tile_pois(%(z)s, x, y, json_build_object('matrix_set', %(set)s::text))"
                " from generate_series(0, (%(columns)s << %(z)s) - 1) as x,"
                " generate_series(0, (1 << %(z)s) - 1) as y",
                {"z": zoom, "set": matrix_set, "columns": columns},
            ).fetchall()
            counted = sum(
                feature["properties"]["count"]
                for (tile,) in found
                for layer in mapbox_vector_tile.decode(bytes(tile or b"")).values()
                for feature in layer["features"]
            )
            assert counted == total, zoom
