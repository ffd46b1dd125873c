"""Which grids a worker serves, written as a load does: terms begin today, and end today."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import ARRAY, Text, any_, literal, select

from gis_gov.access.actor import Actor
from gis_gov.access.permissions import Permission
from gis_gov.access.problems import NotAllowed
from gis_gov.areas.tables import TERM_GOES_ON, grid, grid_worker
from gis_gov.db.run import rows_of, sql_file
from gis_gov.patrols.tables import worker
from gis_gov.problems import InvalidRequest

_WHERE = "body.properties.grid_codes"


@dataclass(frozen=True, slots=True)
class _Grid:
    id: int
    code: str
    area_id: int


async def keep_terms(
    conn: AsyncConnection[Any], actor: Actor, code: str, wanted: Collection[str]
) -> None:
    """Let a worker, whose row is locked, serve the grids with the `wanted` codes and no others.

    Raises:
        InvalidRequest: there is no such grid today.
        NotAllowed: a grid that begins or ends to be served lies where who writes may not.

    """
    served = await _served(conn, code)
    begun = await _found(conn, set(wanted) - {each.code for each in served})
    ended = [each for each in served if each.code not in wanted]
    _check_reach(actor, (*begun, *ended))
    for name, grids in (("end_terms", ended), ("begin_terms", begun)):
        if grids:
            params = {"code": code, "grids": [each.id for each in grids]}
            await conn.execute(sql_file(__package__ or "", name), params)


async def forget_terms(conn: AsyncConnection[Any], code: str) -> None:
    """Take away the terms of a worker that held on no day before today."""
    await conn.execute(sql_file(__package__ or "", "forget_terms"), {"code": code})


async def _served(conn: AsyncConnection[Any], code: str) -> list[_Grid]:
    query = (
        select(grid.c.id, grid.c.code, grid.c.area_id)
        .distinct()
        .join(grid_worker, grid_worker.c.grid_id == grid.c.id)
        .join(worker, worker.c.id == grid_worker.c.worker_id)
        .where(worker.c.code == literal(code), TERM_GOES_ON)
    )
    return await rows_of(conn, _Grid, query)


async def _found(conn: AsyncConnection[Any], codes: set[str]) -> list[_Grid]:
    """Find the grids of today with these codes."""
    if not codes:
        return []
    query = select(grid.c.id, grid.c.code, grid.c.area_id).where(
        grid.c.code == any_(literal(sorted(codes), ARRAY(Text))), grid.c.valid_to.is_(None)
    )
    found = await rows_of(conn, _Grid, query)
    unknown = codes - {each.code for each in found}
    if unknown:
        raise InvalidRequest.at(_WHERE, f"there is no grid {min(unknown)[:80]!r} today")
    return found


def _check_reach(actor: Actor, grids: Iterable[_Grid]) -> None:
    right = Permission.WORKER_WRITE
    for each in grids:
        if not actor.reach(right).holds(each.area_id, each.id):
            raise NotAllowed(f"Grid {each.code} lies where you have not {right}.", right=str(right))
