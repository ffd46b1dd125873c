"""Fill in the H3 cells of points that were written by others than us (QGIS, psql)."""

import asyncio
from typing import Any

import numpy as np
import psycopg
from psycopg import AsyncConnection, sql
from psycopg_pool import PoolClosed, PoolTimeout

from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.geo.cells import cells_of

PLACED = ("address", "resource", "event", "position")
BATCH = 10_000
RETRY_S = 0.2

FIND = sql.SQL("""
    select id, st_x(geom), st_y(geom) from {table}
    where cell is null and geom is not null
    order by id limit %(batch)s for no key update skip locked
""")
_FILL = sql.SQL("""
    update {table} as t set cell = f.cell
    from unnest(%(ids)s::bigint[], %(cells)s::bigint[]) as f (id, cell)
    where t.id = f.id and t.cell is null and t.geom is not null
""")
# Whoever moves an address holds this lock alone before its row; the triggers of any other update of
# one ask for it once they hold the row: in a circle, unless it is shared before.
_AWAIT_MOVES = "select pg_advisory_xact_lock_shared(7405005)"
MISSING = sql.SQL("""
    select exists (select 1 from {table} where cell is null and geom is not null)
""")


async def fill_missing_cells(conn: AsyncConnection[Any], table: str) -> int:
    """Compute the H3 cell of every point of `table` that has none; return how many there were.

    Rows that another writer holds are left out.
    """
    name = sql.Identifier(table)
    filled = 0
    while True:
        async with conn.transaction():
            if table == "address":
                await conn.execute(_AWAIT_MOVES)
            cursor = await conn.execute(FIND.format(table=name), {"batch": BATCH})
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
        self._retries: dict[str, asyncio.Task[None]] = {}

    async def __call__(self, payload: str) -> None:
        """Serve one announcement: the table's name, or nothing for all tables."""
        wanted = [payload] if payload in PLACED else list(PLACED)
        async with self._pool.connection(SYSTEM) as conn:
            for table in wanted:
                await fill_missing_cells(conn, table)
                cursor = await conn.execute(MISSING.format(table=sql.Identifier(table)))
                if await cursor.fetchone() == (True,):
                    self._retry(table)

    def _retry(self, table: str) -> None:
        """Come back for the rows that another writer holds: nobody announces them again."""
        if table not in self._retries:
            self._retries[table] = asyncio.create_task(self._later(table))

    async def _later(self, table: str) -> None:
        await asyncio.sleep(RETRY_S)
        del self._retries[table]
        try:
            await self(table)
        except (psycopg.OperationalError, PoolTimeout, PoolClosed):
            return  # the listener, which has lost its connection too, asks for all tables then
