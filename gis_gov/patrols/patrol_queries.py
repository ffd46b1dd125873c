"""Every statement that makes patrols anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from numpy.typing import NDArray
from psycopg import AsyncConnection

from gis_gov.db.run import rows_of, scalar, sql_file, tuples
from gis_gov.geo.bbox import BBox
from gis_gov.patrols.figures import GridTime
from gis_gov.patrols.found import Found, Reported
from gis_gov.patrols.sessions import Started
from gis_gov.patrols.worker_day import WorkerFixes

_PACKAGE: Final = __package__ or ""


@dataclass(frozen=True, slots=True)
class Walker:
    """A worker, where he is employed, and the grids that are his on a day."""

    code: str
    area_id: int | None
    own_grids: list[int]


@dataclass(frozen=True, slots=True)
class Known:
    """The figures of a patrol that is there."""

    id: int
    code: str
    fixes: int
    rejected: int
    mileage_m: float
    valid_mileage_m: float
    duration_s: float

    @property
    def told(self) -> tuple[float, ...]:
        """Return what a new version is made for."""
        return (
            self.fixes,
            self.rejected,
            self.mileage_m,
            self.valid_mileage_m,
            self.duration_s,
        )


async def read_due(conn: AsyncConnection[Any], after_s: float, most: int) -> list[tuple[int, date]]:
    """Return the days of workers that are due for so long."""
    asked = {"after_s": after_s, "most": most}
    rows = await tuples(conn, sql_file(_PACKAGE, "due_days"), asked)
    return [(worker_id, day) for worker_id, day in rows]


async def hold_worker(conn: AsyncConnection[Any], worker_id: int) -> None:
    """Wait until nobody else makes a worker's patrols anew, until the transaction's end."""
    await conn.execute(sql_file(_PACKAGE, "hold_worker"), {"worker_id": worker_id})


async def take_due(conn: AsyncConnection[Any], worker_id: int, day: date) -> bool:
    """Take a day as no longer due, but for what is written from now on; say whether it was."""
    asked = {"worker_id": worker_id, "day": day}
    return bool((await conn.execute(sql_file(_PACKAGE, "take_due"), asked)).rowcount)


async def read_dropped(conn: AsyncConnection[Any], since: date, until: date) -> set[date]:
    """Read the days from one up to and with another whose positions were dropped."""
    asked = {"since": since, "until": until}
    return {day for (day,) in await tuples(conn, sql_file(_PACKAGE, "dropped_days"), asked)}


async def read_walker(conn: AsyncConnection[Any], worker_id: int, day: date) -> Walker | None:
    """Read who a worker is; None if he is gone."""
    asked = {"worker_id": worker_id, "day": day}
    found = await rows_of(conn, Walker, sql_file(_PACKAGE, "worker_of_patrols"), asked)
    return next(iter(found), None)


async def read_started(
    conn: AsyncConnection[Any], worker_id: int, since: datetime, until: datetime
) -> list[Started]:
    """Read the patrols that a worker started and that have part of a time, in its order."""
    asked = {"worker_id": worker_id, "since": since, "until": until}
    return await rows_of(conn, Started, sql_file(_PACKAGE, "started"), asked)


async def put_reasons(
    conn: AsyncConnection[Any],
    told: WorkerFixes,
    reasons: NDArray[Any],
    rows: NDArray[Any],
) -> None:
    """Store why some fixes do not count; an empty reason where they do."""
    values = {
        "device": told.device[rows].tolist(),
        "time_s": told.fixes.time_s[rows].tolist(),
        "rejected_for": [reason or None for reason in reasons[rows].tolist()],
    }
    await conn.execute(sql_file(_PACKAGE, "reject"), values)


async def read_known(
    conn: AsyncConnection[Any], worker_id: int, day: date, codes: Sequence[str]
) -> dict[str, Known]:
    """Lock and return the patrols that there are: those detected on a day, and some others."""
    asked = {"worker_id": worker_id, "day": day, "codes": list(codes)}
    found = await rows_of(conn, Known, sql_file(_PACKAGE, "known_patrols"), asked)
    return {each.code: each for each in found}


async def keep_version(conn: AsyncConnection[Any], number: int) -> None:
    """Keep what a patrol's figures are, before they change."""
    await conn.execute(sql_file(_PACKAGE, "keep_version"), {"id": number})


async def put_patrol(conn: AsyncConnection[Any], values: dict[str, Any]) -> int | None:
    """Insert a patrol, or write its figures; return its id, None if it is somebody else's."""
    return await scalar(conn, sql_file(_PACKAGE, "put_patrol"), values)


async def put_grids(conn: AsyncConnection[Any], number: int, grids: Sequence[GridTime]) -> None:
    """Write how long a patrol was in which grids."""
    values = {
        "patrol_id": number,
        "grid_id": [each.grid_id for each in grids],
        "entered_s": [each.entered_s for each in grids],
        "left_s": [each.left_s for each in grids],
        "duration_s": [each.duration_s for each in grids],
        "valid_mileage_m": [each.valid_mileage_m for each in grids],
    }
    await conn.execute(sql_file(_PACKAGE, "put_grids"), values)


async def read_events_near(
    conn: AsyncConnection[Any], box: BBox, since_s: float, until_s: float
) -> list[Reported]:
    """Read the events in a box that were reported in a time."""
    asked = {
        "west": box.west,
        "south": box.south,
        "east": box.east,
        "north": box.north,
        "since_s": since_s,
        "until_s": until_s,
    }
    return await rows_of(conn, Reported, sql_file(_PACKAGE, "events_near"), asked)


async def put_found(conn: AsyncConnection[Any], number: int, found: Sequence[Found]) -> None:
    """Write which events a patrol found."""
    values = {
        "patrol_id": number,
        "event_id": [each.event_id for each in found],
        "distance_m": [each.distance_m for each in found],
    }
    await conn.execute(sql_file(_PACKAGE, "put_found"), values)


async def drop_detected(
    conn: AsyncConnection[Any], worker_id: int, day: date, codes: Sequence[str]
) -> None:
    """Delete what was detected on a day and is not among the codes."""
    values = {"worker_id": worker_id, "day": day, "codes": list(codes)}
    await conn.execute(sql_file(_PACKAGE, "drop_detected"), values)


async def put_walked(
    conn: AsyncConnection[Any], worker_id: int, day: date, cells: Sequence[int]
) -> None:
    """Write which cells a worker came through on a day.

    Make it the last of the transaction: until its end, others in these cells wait.
    """
    values = {"worker_id": worker_id, "day": day, "cells": list(cells)}
    await conn.execute(sql_file(_PACKAGE, "put_walked" if cells else "drop_walked"), values)
