"""Every query of those who read patrols."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import AsyncConnection
from sqlalchemy import ColumnElement, Select, Text, cast, func, or_, select, true, tuple_

from gis_gov.access.actor import Actor
from gis_gov.access.filters import one_of, visible
from gis_gov.access.permissions import Permission
from gis_gov.areas.tables import grid, grid_worker
from gis_gov.db.metadata import SRID
from gis_gov.db.run import dicts, rows_of, scalar, sql_file
from gis_gov.geo.bbox import BBox
from gis_gov.patrols.record import FixTold
from gis_gov.patrols.service import known_workers, require_following
from gis_gov.patrols.tables import patrol, patrol_grid, patrol_version, worker
from gis_gov.problems import NotFound

_PACKAGE: Final = __package__ or ""

_COLUMNS: Final[list[ColumnElement[Any]]] = [
    patrol.c.id,
    patrol.c.code,
    patrol.c.worker_id,
    worker.c.code.label("worker_code"),
    worker.c.name.label("worker_name"),
    patrol.c.kind,
    patrol.c.is_detected,
    patrol.c.is_open,
    patrol.c.begins_at,
    patrol.c.ends_at,
    patrol.c.day,
    patrol.c.mileage_m,
    patrol.c.valid_mileage_m,
    patrol.c.duration_s,
    patrol.c.stay_s,
    patrol.c.gap_s,
    patrol.c.fixes,
    patrol.c.rejected,
    patrol.c.own_grid_share,
    patrol.c.version,
    patrol.c.computed_at,
]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which patrols are asked for; those that began from `since` up to, and without, `until`.

    Those that went through `box` have a part of their line in it or on its edge.
    """

    worker: str | None = None
    kind: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    area_ids: Sequence[int] | None = None
    grid_id: int | None = None
    box: BBox | None = None


def followed(actor: Actor) -> ColumnElement[bool]:
    """Hold for the patrols that one may know of: where one may follow workers, and one's own."""
    grids = actor.reach(Permission.TRACK_READ).any.grids
    found = visible(actor, Permission.TRACK_READ, patrol)
    if actor.worker_id is not None:
        found = or_(found, patrol.c.worker_id == actor.worker_id)
    if grids:
        of_grids = select(grid_worker.c.worker_id).where(
            one_of(grid_worker.c.grid_id, grids),
            grid_worker.c.valid_from <= patrol.c.day,
            or_(grid_worker.c.valid_to.is_(None), grid_worker.c.valid_to >= patrol.c.day),
        )
        found = or_(found, patrol.c.worker_id.in_(of_grids))
    return found


def _patrols(actor: Actor | None) -> Select[Any]:
    """Select the patrols that somebody may know of; all of them for the server itself."""
    known = true() if actor is None else known_workers(actor)
    return (
        select(*_COLUMNS)
        .select_from(patrol)
        .outerjoin(worker, (worker.c.id == patrol.c.worker_id) & known)
        .where(true() if actor is None else followed(actor))
    )


async def read_patrols(
    conn: AsyncConnection[Any],
    actor: Actor,
    wanted: Wanted,
    before: tuple[datetime, int] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Read patrols, the newest first; `before` is where the last page ended."""
    query = narrowed(_patrols(actor), wanted)
    key = tuple_(patrol.c.begins_at, patrol.c.id)
    if before is not None:
        query = query.where(key < tuple_(*before))
    query = query.order_by(patrol.c.begins_at.desc(), patrol.c.id.desc()).limit(limit)
    return await dicts(conn, query)


def narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    """Leave in a query of patrols, with their workers, those that are wanted."""
    if wanted.worker is not None:
        query = query.where(worker.c.code == wanted.worker)
    if wanted.kind is not None:
        query = query.where(patrol.c.kind == wanted.kind)
    if wanted.since is not None:
        query = query.where(patrol.c.begins_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(patrol.c.begins_at < wanted.until)
    if wanted.area_ids is not None:
        query = query.where(one_of(patrol.c.area_id, wanted.area_ids))
    if wanted.grid_id is not None:
        entered = select(patrol_grid.c.patrol_id).where(patrol_grid.c.grid_id == wanted.grid_id)
        query = query.where(patrol.c.id.in_(entered))
    if wanted.box is not None:
        box = wanted.box
        envelope = func.st_makeenvelope(box.west, box.south, box.east, box.north, SRID)
        # The first is by index, also for whom a policy holds.
        query = query.where(patrol.c.geom.op("&&")(envelope))
        query = query.where(func.st_intersects(patrol.c.geom, envelope))
    return query


async def read_patrol(
    conn: AsyncConnection[Any], actor: Actor | None, code: str
) -> dict[str, Any] | None:
    """Read one patrol with its line."""
    query = _patrols(actor).where(patrol.c.code == code)
    line = cast(func.st_asgeojson(patrol.c.geom, 7, 0), Text).label("line")
    found = await dicts(conn, query.add_columns(patrol.c.stays, patrol.c.gaps, line))
    return next(iter(found), None)


async def existing(conn: AsyncConnection[Any], actor: Actor, code: str) -> dict[str, Any]:
    """Read one patrol that there is.

    Raises:
        NotAllowed: who asks may follow nobody.
        NotFound: there is none of that code, or it is not his to see.

    """
    require_following(actor)
    row = await read_patrol(conn, actor, code)
    if row is None:
        raise NotFound("There is no such patrol, or it is not yours to see.")
    return row


async def read_fixes(conn: AsyncConnection[Any], row: Mapping[str, Any]) -> list[FixTold]:
    """Read the fixes of a patrol that whoever asks may see, in the order of time."""
    asked = {
        "worker_id": row["worker_id"],
        "since": row["begins_at"],
        "until": row["ends_at"] or row["begins_at"],
    }
    return await rows_of(conn, FixTold, sql_file(_PACKAGE, "fixes_of_patrol"), asked)


async def are_dropped(conn: AsyncConnection[Any], row: Mapping[str, Any]) -> bool:
    """Say whether the fixes of the day on which a patrol began are not kept any more."""
    asked = {"since": row["day"], "until": row["day"]}
    return bool(await dicts(conn, sql_file(_PACKAGE, "dropped_days"), asked))


async def read_grids(conn: AsyncConnection[Any], number: int) -> list[dict[str, Any]]:
    """Read the grids that a patrol entered, in the order in which it entered them first."""
    query = (
        select(
            grid.c.code,
            grid.c.name,
            patrol_grid.c.entered_at,
            patrol_grid.c.left_at,
            patrol_grid.c.duration_s,
        )
        .select_from(patrol_grid)
        .outerjoin(grid, grid.c.id == patrol_grid.c.grid_id)
        .where(patrol_grid.c.patrol_id == number)
        .order_by(patrol_grid.c.entered_at, patrol_grid.c.grid_id)
    )
    return await dicts(conn, query)


async def read_versions(conn: AsyncConnection[Any], number: int) -> list[dict[str, Any]]:
    """Read what a patrol's figures were before, the newest first."""
    columns = [each for each in patrol_version.c if each.name != "patrol_id"]
    query = (
        select(*columns)
        .where(patrol_version.c.patrol_id == number)
        .order_by(patrol_version.c.version.desc())
    )
    return await dicts(conn, query)


async def read_due_days(conn: AsyncConnection[Any], worker_id: int) -> list[Any]:
    """Read on which days a worker's patrols are due."""
    return list(await scalar(conn, sql_file(_PACKAGE, "due_of_worker"), {"worker_id": worker_id}))


async def start_patrol(conn: AsyncConnection[Any], values: dict[str, Any]) -> None:
    """Start a patrol of a worker in a transaction; those that began earlier end with it.

    Raises:
        UniqueViolation: one of his began at that second.

    """
    await conn.execute(sql_file(_PACKAGE, "hold_worker"), values)
    await conn.execute(sql_file(_PACKAGE, "end_open"), values)
    await conn.execute(sql_file(_PACKAGE, "start"), values)


async def stop_patrol(conn: AsyncConnection[Any], values: dict[str, Any]) -> bool:
    """End a patrol that is open; say whether it was."""
    return bool((await conn.execute(sql_file(_PACKAGE, "stop"), values)).rowcount)
