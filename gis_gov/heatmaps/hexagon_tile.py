"""The hexagons of a heat map as a vector tile."""

import asyncio
from typing import Any

import orjson
import shapely
from psycopg import AsyncConnection

from gis_gov.geo.cells import outlines, to_hex
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.heatmaps.hexagons import Hexagons
from gis_gov.tiles.service import read_tile

LAYER = "heat_hexagons"
"""The function below `tiles/` that draws them. It is no layer to be asked for by name."""


async def build_hexagon_tile(conn: AsyncConnection[Any], told: Hexagons, tile: AnyTile) -> bytes:
    """Return the tile of what is told of hexagons, as Mapbox Vector Tile bytes; maybe empty."""
    query = {"hexagons": orjson.Fragment(await asyncio.to_thread(_drawn, told))}
    return await read_tile(conn, [LAYER], tile, query)


def _drawn(told: Hexagons) -> bytes:
    cells = list(told.counts)
    shapes = shapely.to_wkb(outlines(cells), hex=True)
    return orjson.dumps(
        [
            {
                "cell": name,
                "count": told.counts[cell],
                "weight": None if told.weights is None else told.weights[cell],
                "shape": shape,
            }
            for cell, name, shape in zip(cells, to_hex(cells), shapes.tolist(), strict=True)
        ]
    )
