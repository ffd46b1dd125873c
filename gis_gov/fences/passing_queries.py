"""Every query of those who read crossings and alarms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import AsyncConnection
from sqlalchemy import ColumnElement, FromClause, Select, and_, func, or_, select, tuple_

from gis_gov.access.actor import Actor
from gis_gov.access.filters import one_of, visible
from gis_gov.access.permissions import Permission
from gis_gov.access.reach import Extent
from gis_gov.areas.tables import area, grid
from gis_gov.db.run import dicts
from gis_gov.fences.fence_queries import known_fences
from gis_gov.fences.tables import alarm, crossing, fence
from gis_gov.geo.bbox import BBox
from gis_gov.patrols.service import known_workers
from gis_gov.patrols.tables import worker

_other: Final = worker.alias()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which are asked for; those from `since` up to, and without, `until`."""

    fence: str | None = None
    worker: str | None = None
    kind: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    area_ids: Sequence[int] | None = None
    grid_id: int | None = None
    bbox: BBox | None = None


def followed(actor: Actor, table: FromClause) -> ColumnElement[bool]:
    """Hold for what one may know: where one may follow workers, or of all of the fence; one's own.

    As the row policies do.
    """
    extent = actor.reach(Permission.TRACK_READ).any
    own = visible(actor, Permission.TRACK_READ, table)
    found = or_(own, _in_fence(extent, table))
    if actor.worker_id is not None:
        found = or_(found, table.c.worker_id == actor.worker_id)
    return found


def _in_fence(extent: Extent, table: FromClause) -> ColumnElement[bool]:
    return or_(
        one_of(table.c.fence_area_id, extent.areas), one_of(table.c.fence_grid_id, extent.grids)
    )


async def read_crossings(
    conn: AsyncConnection[Any],
    actor: Actor,
    wanted: Wanted,
    *,
    withdrawn: bool,
    before: tuple[datetime, int] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Read crossings, the newest first; `before` is where the last page ended."""
    names = ("id", "kind", "at", "until", "known_at", "withdrawn_at")
    query = _placed(actor, crossing, names).where(crossing.c.is_told)
    if not withdrawn:
        query = query.where(crossing.c.withdrawn_at.is_(None))
    query = _narrowed(query, crossing, crossing.c.at, wanted)
    rows = await dicts(conn, _page(query, crossing.c.at, crossing.c.id, before, limit))
    return [_told(row) for row in rows]


async def read_alarms(
    conn: AsyncConnection[Any],
    actor: Actor,
    wanted: Wanted,
    *,
    is_open: bool | None,
    before: tuple[datetime, int] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Read alarms, the newest first; those that are closed or not, if that is asked for."""
    query = _narrowed(_alarms(actor), alarm, alarm.c.opened_at, wanted)
    if is_open is not None:
        query = query.where(
            alarm.c.closed_at.is_(None) if is_open else alarm.c.closed_at.is_not(None)
        )
    rows = await dicts(conn, _page(query, alarm.c.opened_at, alarm.c.id, before, limit))
    return [_alarm_told(row) for row in rows]


async def read_alarm(
    conn: AsyncConnection[Any], actor: Actor, number: int
) -> dict[str, Any] | None:
    """Read one alarm."""
    rows = await dicts(conn, _alarms(actor).where(alarm.c.id == number))
    return _alarm_told(rows[0]) if rows else None


def _alarms(actor: Actor) -> Select[Any]:
    names = (
        "id",
        "kind",
        "since",
        "last_at",
        "opened_at",
        "closed_at",
        "acknowledged_at",
        "acknowledged_by",
        "note",
        "withdrawn_at",
    )
    known = _other.c.id.in_(select(worker.c.id).where(known_workers(actor)))
    return (
        _placed(actor, alarm, names)
        .add_columns(
            alarm.c.fence_id,
            alarm.c.other_id,
            _other.c.code.label("other_code"),
            _other.c.name.label("other_name"),
        )
        .outerjoin(_other, and_(_other.c.id == alarm.c.other_id, known))
    )


def _placed(actor: Actor, table: Any, names: Sequence[str]) -> Select[Any]:
    columns: list[ColumnElement[Any]] = [table.c[name] for name in names]
    return (
        select(
            *columns,
            worker.c.code.label("worker_code"),
            worker.c.name.label("worker_name"),
            fence.c.code.label("fence_code"),
            fence.c.name.label("fence_name"),
            area.c.code.label("area_code"),
            grid.c.code.label("grid_code"),
            func.st_x(table.c.geom).label("lon"),
            func.st_y(table.c.geom).label("lat"),
        )
        .select_from(table)
        .outerjoin(worker, and_(worker.c.id == table.c.worker_id, known_workers(actor)))
        .outerjoin(fence, and_(fence.c.id == table.c.fence_id, known_fences(actor)))
        .outerjoin(area, area.c.id == table.c.area_id)
        .outerjoin(grid, grid.c.id == table.c.grid_id)
        .where(followed(actor, table))
    )


def _narrowed(query: Select[Any], table: Any, moment: Any, wanted: Wanted) -> Select[Any]:
    if wanted.fence is not None:
        query = query.where(fence.c.code == wanted.fence)
    if wanted.worker is not None:
        query = query.where(worker.c.code == wanted.worker)
    if wanted.kind is not None:
        query = query.where(table.c.kind == wanted.kind)
    if wanted.since is not None:
        query = query.where(moment >= wanted.since)
    if wanted.until is not None:
        query = query.where(moment < wanted.until)
    if wanted.area_ids is not None:
        ids = wanted.area_ids
        query = query.where(or_(one_of(table.c.area_id, ids), one_of(table.c.fence_area_id, ids)))
    if wanted.grid_id is not None:
        number = wanted.grid_id
        query = query.where(or_(table.c.grid_id == number, table.c.fence_grid_id == number))
    if wanted.bbox is not None:
        box = wanted.bbox
        envelope = func.st_makeenvelope(box.west, box.south, box.east, box.north, 4490)
        query = query.where(table.c.geom.op("&&")(envelope))
    return query


def _page(
    query: Select[Any],
    moment: ColumnElement[Any],
    number: ColumnElement[Any],
    before: tuple[datetime, int] | None,
    limit: int,
) -> Select[Any]:
    if before is not None:
        query = query.where(tuple_(moment, number) < tuple_(*before))
    return query.order_by(moment.desc(), number.desc()).limit(limit)


def _told(row: dict[str, Any]) -> dict[str, Any]:
    for name in ("worker", "fence"):
        row[name] = {"code": row.pop(f"{name}_code"), "name": row.pop(f"{name}_name")}
    for name in ("lon", "lat"):
        row[name] = None if row[name] is None else round(row[name], 7)
    return row


def _alarm_told(row: dict[str, Any]) -> dict[str, Any]:
    told = _told(row)
    other = {"code": told.pop("other_code"), "name": told.pop("other_name")}
    is_of_two, is_of_fence = told.pop("other_id") is not None, told.pop("fence_id") is not None
    return told | {
        "other": other if is_of_two else None,
        "fence": told["fence"] if is_of_fence else None,
    }
