"""The hexagons of a heat map as a vector tile."""

import asyncio
from typing import Any

import shapely
from psycopg import AsyncConnection

from gis_gov.db.run import scalar, sql_file
from gis_gov.geo.cells import outlines, to_hex
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.heatmaps.hexagons import Hexagons


async def build_hexagon_tile(conn: AsyncConnection[Any], told: Hexagons, tile: AnyTile) -> bytes:
    """Return the tile of what is told of hexagons, as Mapbox Vector Tile bytes; maybe empty."""
    columns = await asyncio.to_thread(_columns, told)
    place = {"z": tile.z, "x": tile.x, "y": tile.y}
    built = await scalar(conn, sql_file(__package__, "hexagon_tile"), {**place, **columns})
    return bytes(built or b"")


def _columns(told: Hexagons) -> dict[str, list[Any]]:
    cells = list(told.counts)
    weights = [None] * len(cells) if told.weights is None else [told.weights[c] for c in cells]
    return {
        "cells": to_hex(cells),
        "counts": list(told.counts.values()),
        "weights": weights,
        "shapes": [bytes(shape) for shape in shapely.to_wkb(outlines(cells))],
    }
