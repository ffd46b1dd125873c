"""Every query of the live stream."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from gis_gov.db.run import rows_of, sql_file


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
