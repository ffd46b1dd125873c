"""Every query of those who look how workers stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import ColumnElement, Double, and_, cast, exists, func, or_, select, true

from gis_gov.access.actor import Actor
from gis_gov.access.filters import one_of, within_reach
from gis_gov.access.permissions import Permission
from gis_gov.areas.tables import area, grid, grid_worker
from gis_gov.db.run import rows_of
from gis_gov.patrols.service import (
    holds_today,
    is_off_shift,
    is_outside,
    known_workers,
    told_place,
)
from gis_gov.patrols.tables import last_position, worker


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A worker, and where he was last as far as that may be told.

    `is_followed` says whether who asks may follow him where he is employed, or works.
    """

    code: str
    name: str
    kind: str | None
    area_code: str | None
    is_followed: bool
    is_off_shift: bool
    seen_at: datetime | None
    still_since: datetime | None
    is_outside: bool
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    speed_mps: float | None
    bearing_deg: float | None
    grid_code: str | None


async def read_workers(
    conn: AsyncConnection[Any],
    actor: Actor,
    area_ids: Sequence[int] | None,
    grid_id: int | None,
) -> list[WorkerRow]:
    """Read the workers of whom one may know, by code; of some areas or of a grid, if named."""
    there = last_position.c
    is_of = grid_worker.c.worker_id == worker.c.id
    query = (
        select(
            worker.c.code,
            worker.c.name,
            worker.c.kind,
            area.c.code.label("area_code"),
            _followed(actor).label("is_followed"),
            is_off_shift().label("is_off_shift"),
            there.time.label("seen_at"),
            there.still_since,
            is_outside().label("is_outside"),
            func.st_x(there.geom).label("lon"),
            func.st_y(there.geom).label("lat"),
            cast(there.accuracy_m, Double).label("accuracy_m"),
            cast(there.speed_mps, Double).label("speed_mps"),
            cast(there.bearing_deg, Double).label("bearing_deg"),
            grid.c.code.label("grid_code"),
        )
        .select_from(worker)
        .outerjoin(area, area.c.id == worker.c.area_id)
        .outerjoin(last_position, and_(there.worker_id == worker.c.id, told_place(actor)))
        .outerjoin(grid, grid.c.id == there.grid_id)
        .where(known_workers(actor))
        .order_by(worker.c.code)
    )
    if area_ids is not None:
        query = query.where(one_of(worker.c.area_id, area_ids))
    if grid_id is not None:
        query = query.where(exists().where(is_of, holds_today(), grid_worker.c.grid_id == grid_id))
    return await rows_of(conn, WorkerRow, query)


def _followed(actor: Actor) -> ColumnElement[bool]:
    """Hold for the workers whom one may follow where they are employed or work, and oneself."""
    reach = actor.reach(Permission.TRACK_READ)
    if reach.everywhere:
        return true()
    parts = [within_reach(reach, worker)]
    if actor.worker_id is not None:
        parts.append(worker.c.id == actor.worker_id)
    if reach.any.grids:
        parts.append(
            exists().where(
                grid_worker.c.worker_id == worker.c.id,
                holds_today(),
                one_of(grid_worker.c.grid_id, reach.any.grids),
            )
        )
    return or_(*parts)
