"""Fill in the H3 cells of points that were written by others than us (QGIS, psql)."""

from typing import Any

import numpy as np
from psycopg import AsyncConnection, sql

from gis_gov.db.pool import Pool
from gis_gov.geo.cells import cells_of

PLACED = ("address", "resource", "event", "position")
BATCH = 10_000

_FIND = sql.SQL("""
    select id, st_x(geom), st_y(geom) from {table}
    where cell is null and geom is not null
    order by id limit %(batch)s for update skip locked
""")
_FILL = sql.SQL("""
    update {table} as t set cell = f.cell
    from unnest(%(ids)s::bigint[], %(cells)s::bigint[]) as f (id, cell)
    where t.id = f.id
""")


async def fill_missing_cells(conn: AsyncConnection[Any], table: str) -> int:
    """Compute the H3 cell of every point of `table` that has none; return how many there were."""
    name = sql.Identifier(table)
    filled = 0
    while True:
        async with conn.transaction():
            cursor = await conn.execute(_FIND.format(table=name), {"batch": BATCH})
            rows = await cursor.fetchall()
            if not rows:
                return filled
            ids, lons, lats = zip(*rows, strict=True)
            cells = cells_of(np.asarray(lons, dtype=float), np.asarray(lats, dtype=float))
            await conn.execute(
                _FILL.format(table=name), {"ids": list(ids), "cells": cells.tolist()}
            )
        filled += len(rows)


class CellFiller:
    """Fill cells as the database asks for them, on a connection of the pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def __call__(self, payload: str) -> None:
        """Serve one announcement: the table's name, or nothing for all tables."""
        wanted = [payload] if payload in PLACED else list(PLACED)
        async with self._pool.connection() as conn:
            for table in wanted:
                await fill_missing_cells(conn, table)
