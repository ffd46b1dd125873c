"""The hexagons of a heat map as a vector tile."""

from typing import Any

import shapely
from psycopg import AsyncConnection

from gis_gov.db.run import scalar, sql_file
from gis_gov.geo.cells import outlines, to_hex
from gis_gov.geo.tile import Tile
from gis_gov.heatmaps.hexagons import Hexagons


async def build_hexagon_tile(conn: AsyncConnection[Any], told: Hexagons, tile: Tile) -> bytes:
    """Return the tile of what is told of hexagons, as Mapbox Vector Tile bytes; maybe empty."""
    cells = list(told.counts)
    weights = [None] * len(cells) if told.weights is None else [told.weights[c] for c in cells]
    built = await scalar(
        conn,
        sql_file(__package__, "hexagon_tile"),
        {
            "z": tile.z,
            "x": tile.x,
            "y": tile.y,
            "cells": to_hex(cells),
            "counts": list(told.counts.values()),
            "weights": weights,
            "shapes": [bytes(shape) for shape in shapely.to_wkb(outlines(cells))],
        },
    )
    return bytes(built or b"")
