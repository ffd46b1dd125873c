"""Every query of the live stream."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from gis_gov.db.run import rows_of, scalar, sql_file


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


@dataclass(frozen=True, slots=True)
class PassingRow:
    """A crossing or an alarm; ids are for the rights, `told` is what is said of it."""

    kind: str
    id: int
    worker_id: int
    worker_area_id: int | None
    fence_id: int | None
    area_id: int | None
    grid_id: int | None
    fence_area_id: int | None
    fence_grid_id: int | None
    fence_now_area_id: int | None
    fence_now_grid_id: int | None
    for_workers: Sequence[int] | None
    other_id: int | None
    other_area_id: int | None
    lon: float | None
    lat: float | None
    worker_grids: Sequence[int]
    other_grids: Sequence[int]
    told: dict[str, Any]


Key = tuple[str, int]
"""A kind, and the id of a thing of it."""
Single = EventRow | PassingRow


async def read_singles(conn: AsyncConnection[Any], wanted: Collection[Key]) -> dict[Key, Single]:
    """Return those of the events, crossings and alarms that are there."""
    ids = {kind: sorted(each for of, each in wanted if of == kind) for kind, _ in wanted}
    found: dict[Key, Single] = {}
    if "event" in ids:
        query = sql_file(__package__, "events")
        events = await rows_of(conn, EventRow, query, {"ids": ids["event"]})
        found |= {("event", row.id): row for row in events}
    for kind, name in (("crossing", "crossings"), ("alarm", "alarms")):
        if kind in ids:
            query = sql_file(__package__, name)
            rows = await rows_of(conn, PassingRow, query, {"ids": ids[kind]})
            found |= {(kind, row.id): row for row in rows}
    return found


async def read_fence(conn: AsyncConnection[Any], code: str) -> int | None:
    """Return the id of a fence of which may be known on a connection."""
    return await scalar(conn, sql_file(__package__, "fence"), {"code": code})
