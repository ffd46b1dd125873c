"""Draw the hexagons in which something is counted: PostGIS knows no H3, tiles need their shapes."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from psycopg import AsyncConnection

from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.geo.cells import FINE_RESOLUTION, outlines, parents, stored_among

CHANNEL: Final = "hexagon_missing"
BATCH: Final = 5000

_TAKE: Final = """
    delete from hexagon_missing
    where ctid = any(array(
        select m.ctid from hexagon_missing as m limit %s for no key update skip locked
    ))
    returning cell
"""
_DRAWN: Final = "select cell from hexagon where cell = any(%s::bigint[])"
# In order, so that two servers never wait for each other in a circle.
_DRAW: Final = """
    insert into hexagon (cell, geom)
    select d.cell, st_geomfromwkb(d.shape, 4490)
    from unnest(%s::bigint[], %s::bytea[]) as d (cell, shape)
    order by d.cell
    on conflict do nothing
"""


async def draw_missing_hexagons(conn: AsyncConnection[Any]) -> None:
    """Draw the cells that are asked for, and their parents; what is no cell has no shape.

    Those that another server draws at the moment are left to it.
    """
    while True:
        async with conn.transaction():
            cursor = await conn.execute(_TAKE, [BATCH])
            taken = [cell for (cell,) in await cursor.fetchall()]
            if not taken:
                return
            cells = await asyncio.to_thread(_with_parents, taken)
            cursor = await conn.execute(_DRAWN, [cells])
            drawn = {cell for (cell,) in await cursor.fetchall()}
            cells = [cell for cell in cells if cell not in drawn]
            await conn.execute(_DRAW, [cells, await asyncio.to_thread(_shapes, cells)])


class HexagonFiller:
    """Draw hexagons as the database asks for them, on a connection of the pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def __call__(self, _payload: str) -> None:
        """Serve one announcement; it does not tell which cells are asked for."""
        async with self._pool.connection(SYSTEM) as conn:
            await draw_missing_hexagons(conn)


def _with_parents(taken: Sequence[int]) -> list[int]:
    cells = stored_among(taken)
    levels = [parents(cells, resolution) for resolution in range(FINE_RESOLUTION + 1)]
    return np.unique(np.concatenate(levels)).tolist()


def _shapes(cells: Sequence[int]) -> list[bytes]:
    return shapely.to_wkb(outlines(cells)).tolist()
