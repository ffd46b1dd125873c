"""Every query of the live stream."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import select

from gis_gov.areas.tables import area, grid
from gis_gov.db.run import rows_of, sql_file, tuples


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event as it is told of; department and ids are for the rights."""

    id: int
    code: str
    title: str | None
    state: str
    level: str | None
    class_code: str | None
    class_name: str | None
    reported_at: datetime
    lon: float | None
    lat: float | None
    department: str | None
    area_id: int | None
    grid_id: int | None
    area_code: str | None
    grid_code: str | None


async def read_events(conn: AsyncConnection[Any], ids: Collection[int]) -> dict[int, EventRow]:
    """Return those of the events that are there, by id."""
    rows = await rows_of(conn, EventRow, sql_file(__package__, "events"), {"ids": sorted(ids)})
    return {row.id: row for row in rows}


@dataclass(frozen=True, slots=True)
class Place:
    """An area, by its path in the tree, or a grid."""

    path: str | None = None
    grid_id: int | None = None


async def read_place(conn: AsyncConnection[Any], code: str) -> Place | None:
    """Find the area, else the grid, with a code."""
    for wanted in (
        select(area.c.path).where(area.c.code == code),
        select(grid.c.id.label("grid_id")).where(grid.c.code == code),
    ):
        if found := await rows_of(conn, Place, wanted):
            return found[0]
    return None


async def read_areas_below(conn: AsyncConnection[Any], path: str) -> frozenset[int]:
    """Return the ids of the area of a path in the tree, and of all below it."""
    below = select(area.c.id).where(area.c.path >= path, area.c.path < path + "Z")
    return frozenset(number for (number,) in await tuples(conn, below))
