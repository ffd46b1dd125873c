"""The hexagons of a heat map as a vector tile."""

import asyncio
from dataclasses import replace
from math import sqrt
from typing import Any, Final

import orjson
import shapely
from h3.api import basic_int as h3
from psycopg import AsyncConnection

from gis_gov.counting.question import Question
from gis_gov.counting.threshold import Threshold
from gis_gov.geo.cell_ranges import around
from gis_gov.geo.cells import outlines, to_hex
from gis_gov.geo.matrix_set import MATRIX_SETS, AnyTile
from gis_gov.heatmaps.hexagons import Hexagons
from gis_gov.heatmaps.service import COARSEST, FINEST
from gis_gov.heatmaps.told import read_fitting
from gis_gov.tiles.service import read_tile

LAYER = "heat_hexagons"
"""The function below `tiles/` that draws them. It is no layer to be asked for by name."""


CELLS_MAX: Final = 20_000
"""How many hexagons a tile has at most."""

# About as many hexagons to a tile's side as the layers that gather things have.
_HEXAGONS_TO_A_SIDE: Final = 24
_EQUATOR_M: Final = 40_075_016.7


def resolution_of(tile: AnyTile) -> int:
    """Return the resolution of which some 24 hexagons fill a tile's side."""
    columns = MATRIX_SETS[tile.matrix_set].columns * 2**tile.z
    width_m = _EQUATOR_M / columns / _HEXAGONS_TO_A_SIDE
    for resolution in range(FINEST, COARSEST, -1):
        if sqrt(3) * h3.average_hexagon_edge_length(resolution, "m") >= width_m:
            return resolution
    return COARSEST


async def read_hexagon_tile(
    conn: AsyncConnection[Any],
    asked: Question,
    threshold: Threshold,
    coarsest: int,
    tile: AnyTile,
) -> bytes:
    """Return the tile of the hexagons that meet it, as Mapbox Vector Tile bytes; maybe empty.

    What is asked says neither where nor how many. Coarser ones are taken where they are too many.

    Raises:
        TooManyCells: they are too many even at the coarsest that may be.

    """
    reached = replace(asked, bbox=around(tile.bounds(), asked.resolution), limit=CELLS_MAX)
    told = await read_fitting(conn, reached, threshold, coarsest, whole=True)
    return await _build(conn, told, tile)


async def _build(conn: AsyncConnection[Any], told: Hexagons, tile: AnyTile) -> bytes:
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
