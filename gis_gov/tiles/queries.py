"""Every query of the tiles: the tile itself, and the extent of a layer."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from psycopg import AsyncConnection, sql

from gis_gov.areas.service import district_extent
from gis_gov.db.run import sql_file, tuples
from gis_gov.geo.matrix_set import AnyTile


def tile_query(layers: Sequence[str]) -> sql.Composed:
    """Compose the query of a tile, its layers one after the other; see `tile_parameters`."""
    parts = [
        sql.SQL("{}(%(z)s::integer, %(x)s::integer, %(y)s::integer, %(query)s::json)").format(
            sql.Identifier(f"tile_{layer}")
        )
        for layer in layers
    ]
    return sql.SQL("select {}").format(sql.SQL(" || ").join(parts))


@lru_cache(maxsize=256)
def _tile_query(layers: tuple[str, ...]) -> bytes:
    return tile_query(layers).as_bytes()


def tile_parameters(tile: AnyTile, query: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Make the parameters of a tile's query; `query` is what its layers take besides."""
    return {
        "z": tile.z,
        "x": tile.x,
        "y": tile.y,
        "query": orjson.dumps({**(query or {}), "matrix_set": tile.matrix_set}).decode(),
    }


async def read_tile(
    conn: AsyncConnection[Any],
    layers: Sequence[str],
    tile: AnyTile,
    query: Mapping[str, Any] | None = None,
) -> bytes:
    """Return the tile as Mapbox Vector Tile bytes, the layers one after the other; maybe empty.

    `query` is what its layers take besides.
    """
    cursor = conn.cursor(binary=True)
    await cursor.execute(_tile_query(tuple(layers)), tile_parameters(tile, query))
    row = await cursor.fetchone()
    return bytes(row[0]) if row and row[0] else b""


async def read_extent(conn: AsyncConnection[Any]) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north of the district, or without one of what is counted."""
    district = await district_extent(conn)
    if district is not None:
        return district.west, district.south, district.east, district.north
    ((west, south, east, north),) = await tuples(conn, sql_file(__package__, "extent_of_things"))
    return None if west is None else (west, south, east, north)
