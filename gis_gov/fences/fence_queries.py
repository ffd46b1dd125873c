"""Every query of fences as they are drawn and told."""

from collections.abc import Sequence
from typing import Any, Final

import orjson
from psycopg import AsyncConnection
from sqlalchemy import ColumnElement, Select, Text, any_, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from gis_gov.access.actor import Actor
from gis_gov.access.filters import one_of, visible, within_reach
from gis_gov.access.permissions import Permission
from gis_gov.areas.tables import area, grid
from gis_gov.db.run import dicts, sql_file
from gis_gov.fences.fence_schemas import FenceSent
from gis_gov.fences.tables import fence
from gis_gov.patrols.service import known_workers
from gis_gov.patrols.tables import worker

_PACKAGE: Final = __package__ or ""
_SAME: Final = (
    "code",
    "name",
    "width_m",
    "tells",
    "dwell_s",
    "hysteresis_m",
    "windows",
    "valid_from",
    "valid_to",
    "away_s",
    "alone_s",
    "near_m",
    "near_s",
    "is_active",
    "updated_at",
)
_home, _watched = area.alias(), area.alias()


def known_fences(actor: Actor) -> ColumnElement[bool]:
    """Hold for the fences of which one may know, as the row policy does."""
    found = or_(
        visible(actor, Permission.TRACK_READ, fence),
        within_reach(actor.reach(Permission.FENCE_WRITE), fence),
    )
    if actor.worker_id is None:
        return found
    return or_(found, literal(actor.worker_id) == any_(fence.c.for_workers))


def _fences(actor: Actor) -> Select[Any]:
    named = (
        select(func.array_agg(aggregate_order_by(worker.c.code, worker.c.code)))
        .where(worker.c.id == any_(fence.c.for_workers), known_workers(actor))
        .scalar_subquery()
    )
    return (
        select(
            *(fence.c[name] for name in _SAME),
            fence.c.for_workers.label("for_ids"),
            grid.c.code.label("grid"),
            area.c.code.label("area"),
            _home.c.code.label("area_code"),
            _watched.c.code.label("for_area"),
            cast(func.st_asgeojson(fence.c.geom, 7, 0), Text).label("geometry"),
            named.label("named"),
        )
        .select_from(fence)
        .outerjoin(grid, grid.c.id == fence.c.of_grid_id)
        .outerjoin(area, area.c.id == fence.c.of_area_id)
        .outerjoin(_home, _home.c.id == fence.c.area_id)
        .outerjoin(_watched, _watched.c.id == fence.c.for_area_id)
        .where(fence.c.retired_at.is_(None), known_fences(actor))
    )


async def read_fences(
    conn: AsyncConnection[Any],
    actor: Actor,
    area_ids: Sequence[int] | None,
    grid_id: int | None,
    after: str | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Read fences by code; those that lie in some areas, or are of a grid."""
    query = _fences(actor)
    if area_ids is not None:
        query = query.where(one_of(fence.c.area_id, area_ids))
    if grid_id is not None:
        query = query.where(fence.c.of_grid_id == grid_id)
    if after is not None:
        query = query.where(fence.c.code > after)
    rows = await dicts(conn, query.order_by(fence.c.code).limit(limit))
    return [_told(row) for row in rows]


async def read_fence(conn: AsyncConnection[Any], actor: Actor, code: str) -> dict[str, Any] | None:
    """Read one fence."""
    rows = await dicts(conn, _fences(actor).where(fence.c.code == code))
    return _told(rows[0]) if rows else None


async def read_references(
    conn: AsyncConnection[Any], actor: Actor, sent: FenceSent
) -> dict[str, Any]:
    """Find the ids of what a fence names; None for what is not there, or not known to who asks."""
    workers = select(worker.c.code, worker.c.id).where(
        worker.c.code == any_(literal(sent.for_workers or [], fence.c.tells.type)),
        known_workers(actor),
    )
    ids = {row["code"]: row["id"] for row in await dicts(conn, workers)}
    named = sent.for_workers and [ids[code] for code in sent.for_workers if code in ids]
    return {
        "of_grid_id": await _id(conn, grid, sent.grid),
        "of_area_id": await _id(conn, area, sent.area),
        "for_area_id": await _id(conn, area, sent.for_area),
        "for_workers": named,
    }


async def read_unseen(conn: AsyncConnection[Any], actor: Actor, code: str) -> list[int]:
    """Read the ids of those whom a fence watches and of whom who asks may not know."""
    rows = await dicts(conn, select(fence.c.for_workers).where(fence.c.code == code))
    ids = list[int](rows[0]["for_workers"] or ()) if rows else []
    known = select(worker.c.id).where(one_of(worker.c.id, ids), known_workers(actor))
    seen = {row["id"] for row in await dicts(conn, known)} if ids else set[int]()
    return [number for number in ids if number not in seen]


async def put_fence(conn: AsyncConnection[Any], values: dict[str, Any]) -> None:
    """Write a new fence.

    Raises:
        UniqueViolation: there is, or was, one of that code.
        InsufficientPrivilege: it does not lie where who asks may draw fences.

    """
    await conn.execute(sql_file(_PACKAGE, "put_fence"), _written(values))


async def change_fence(conn: AsyncConnection[Any], values: dict[str, Any]) -> bool:
    """Write what a fence is from now on; say whether it is there, and who asks may change it.

    Raises:
        InsufficientPrivilege: it would not lie where who asks may draw fences.

    """
    return bool((await conn.execute(sql_file(_PACKAGE, "change_fence"), _written(values))).rowcount)


async def lock_fence(conn: AsyncConnection[Any], code: str) -> None:
    """Let nobody else change a fence, nor look at fixes by any, until the transaction ends."""
    await conn.execute(sql_file(_PACKAGE, "lock_versions"))
    await conn.execute(sql_file(_PACKAGE, "lock_fence"), {"code": code})


async def retire_fence(conn: AsyncConnection[Any], code: str) -> bool:
    """Retire a fence; say whether it was there, and who asks may."""
    return bool((await conn.execute(sql_file(_PACKAGE, "retire_fence"), {"code": code})).rowcount)


async def _id(conn: AsyncConnection[Any], table: Any, code: str | None) -> int | None:
    if code is None:
        return None
    rows = await dicts(conn, select(table.c.id).where(table.c.code == code))
    return rows[0]["id"] if rows else None


def _written(values: dict[str, Any]) -> dict[str, Any]:
    windows = values["windows"]
    return values | {"windows": windows if windows is None else orjson.dumps(windows).decode()}


def _told(row: dict[str, Any]) -> dict[str, Any]:
    named, ids = row.pop("named"), row.pop("for_ids")
    geometry = row["geometry"]
    return row | {
        "for_workers": None if ids is None else named or [],
        "geometry": None if geometry is None else orjson.Fragment(geometry),
    }
