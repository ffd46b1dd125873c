"""The hexagons that the tile function counts itself, for whoever holds a key."""

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import mapbox_vector_tile
import psycopg
from psycopg.rows import tuple_row

from gis_gov.access.actor import Actor
from gis_gov.access.queries import read_grants, read_key
from gis_gov.access.tokens import token_hash
from gis_gov.db.hexagons import draw_missing_hexagons
from gis_gov.db.scope import bind
from gis_gov.geo.matrix_set import AnyTile
from tests.waiting import until

Conn = psycopg.AsyncConnection[Any]
Told = dict[str, dict[str, Any]]
ASK = "select tile_heat_hexagons(%s, %s, %s, %s::json)"


@asynccontextmanager
async def reading(url: str, key: str) -> AsyncIterator[Conn]:
    """Connect under the server's role, reaching what the holder of a key does."""
    async with await psycopg.AsyncConnection.connect(url, row_factory=tuple_row) as conn:
        found = await read_key(conn, token_hash(key))
        assert found
        grants = await read_grants(conn, key_id=found.key_id)
        await conn.execute("set role gis_gov_app")
        await bind(conn, Actor("test", tuple(grants), key_id=found.key_id).scope)
        yield conn


async def hexagons_in(conn: Conn, layer: str, tile: AnyTile) -> list[dict[str, Any]]:
    """Return what a tile tells of its hexagons, and of what has no cell yet."""
    query = json.dumps({"layer": layer, "matrix_set": tile.matrix_set})
    row = await (await conn.execute(ASK, [tile.z, tile.x, tile.y, query])).fetchone()
    assert row
    layers = mapbox_vector_tile.decode(bytes(row[0] or b"")).values()
    drawn = [each for layer in layers for each in layer["features"]]
    assert {each["geometry"]["type"] for each in drawn} <= {"Polygon"}
    return [each["properties"] for each in drawn]


async def by_cell(conn: Conn, layer: str, tile: AnyTile) -> Told:
    return {each["cell"]: each for each in await hexagons_in(conn, layer, tile)}


async def total(conn: Conn, layer: str, tiles: Iterable[AnyTile]) -> int:
    """Add up tiles side by side: a hexagon of several is told alike in each, and counts once."""
    cells: Told = {}
    without_cell = 0
    for tile in tiles:
        for each in await hexagons_in(conn, layer, tile):
            if "cell" in each:
                assert cells.setdefault(each["cell"], each) == each
            else:
                without_cell += each["count"]
    return sum(each.get("count", 0) for each in cells.values()) + without_cell


async def draw_hexagons(url: str) -> None:
    """Draw the shapes of all cells, as a running server does."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as conn:
        await conn.execute("set role gis_gov_app")
        await draw_missing_hexagons(conn)


async def every_hexagon_is_drawn(url: str) -> None:
    """Wait until a running server has drawn the hexagons of whatever is counted."""

    with psycopg.connect(url, autocommit=True) as conn:
        missing = (
            "select from tally as t where t.cell <> 0"
            " and not exists (select from hexagon as h where h.cell = t.cell) limit 1"
        )
        await until(lambda: conn.execute(missing).rowcount == 0)
