"""What the rest asks of patrols: whom one may know or follow, and which way somebody went."""

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import BigInteger, ColumnElement, and_, exists, func, literal, or_, select

from gis_gov.access.actor import Actor
from gis_gov.access.filters import one_of, within_reach
from gis_gov.access.permissions import Permission
from gis_gov.areas.tables import grid_worker
from gis_gov.db.run import dicts, scalar
from gis_gov.geo.track.fixes import Fixes
from gis_gov.patrols.arrival import OLDEST_DAYS
from gis_gov.patrols.standing import Standing, StandingLimits, limits_of, standing
from gis_gov.patrols.tables import last_position, off_shift, worker
from gis_gov.patrols.way_queries import read_span, read_way
from gis_gov.problems import NotFound

__all__ = [
    "OLDEST_DAYS",
    "Standing",
    "StandingLimits",
    "holds_today",
    "is_known",
    "is_off_shift",
    "is_outside",
    "known_workers",
    "limits_of",
    "read_way",
    "require_following",
    "span_of_patrol",
    "standing",
    "told_place",
    "way_of_worker",
]


async def is_known(conn: AsyncConnection[Any], actor: Actor, worker_id: int) -> bool:
    """Say whether one may know of a worker."""
    query = select(worker.c.id).where(worker.c.id == worker_id, known_workers(actor))
    return bool(await dicts(conn, query))


def told_place(actor: Actor) -> ColumnElement[bool]:
    """Hold for the last positions that one may be told: of those on shift there, and one's own."""
    own = last_position.c.worker_id
    is_off = exists().where(off_shift.c.worker_id == own)
    found = and_(within_reach(actor.reach(Permission.TRACK_READ), last_position), ~is_off)
    if actor.worker_id is None or not actor.may(Permission.TRACK_READ):
        return found
    return or_(found, own == literal(actor.worker_id, BigInteger))


def is_off_shift() -> ColumnElement[bool]:
    """Hold for a worker who is off shift at the moment."""
    return exists().where(off_shift.c.worker_id == worker.c.id)


def holds_today() -> ColumnElement[bool]:
    """Hold for an assignment of a worker to a grid that is true today."""
    return and_(
        grid_worker.c.valid_from <= func.local_today(),
        or_(grid_worker.c.valid_to.is_(None), grid_worker.c.valid_to >= func.local_today()),
    )


def is_outside() -> ColumnElement[bool]:
    """Hold for a worker who has grids today, and was last in none of them."""
    is_of = grid_worker.c.worker_id == worker.c.id
    is_there = exists().where(
        is_of, holds_today(), grid_worker.c.grid_id == last_position.c.grid_id
    )
    return and_(exists().where(is_of, holds_today()), ~is_there)


def require_following(actor: Actor) -> None:
    """Refuse who may follow nobody, and is no worker himself.

    Raises:
        NotAllowed: naming the right.

    """
    if actor.worker_id is None:
        actor.require(Permission.TRACK_READ)


def known_workers(actor: Actor) -> ColumnElement[bool]:
    """Hold for the workers of whom one may know: of one's areas, of one's grids, and oneself."""
    grids = actor.reach(Permission.WORKER_READ).any.grids
    found = within_reach(actor.reach(Permission.WORKER_READ), worker)
    if actor.worker_id is not None:
        found = or_(found, worker.c.id == literal(actor.worker_id, BigInteger))
    if grids:
        in_grids = select(grid_worker.c.worker_id).where(one_of(grid_worker.c.grid_id, grids))
        found = or_(found, worker.c.id.in_(in_grids))
    return found


async def span_of_patrol(conn: AsyncConnection[Any], code: str) -> tuple[int, datetime, datetime]:
    """Return the worker of a patrol, when it began, and the first moment after it.

    Raises:
        NotFound: there is no such patrol, or it is not his to see.

    """
    span = await read_span(conn, code)
    if span is None:
        raise NotFound("There is no such patrol, or it is not yours to see.")
    return span


async def way_of_worker(
    conn: AsyncConnection[Any], actor: Actor, code: str, since: datetime, until: datetime
) -> Fixes:
    """Return the fixes of a worker, from `since` up to, and without, `until`, as `read_way`.

    Raises:
        NotFound: there is no such worker, or it is not his to know.

    """
    found = await scalar(
        conn, select(worker.c.id).where(worker.c.code == code, known_workers(actor))
    )
    if found is None:
        raise NotFound("There is no such worker, or it is not yours to know.")
    return await read_way(conn, found, since, until)
