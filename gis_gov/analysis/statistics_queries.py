"""Every query of the statistics."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Double,
    FromClause,
    Select,
    Table,
    and_,
    any_,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)

from gis_gov.analysis import fences
from gis_gov.analysis.statistics_parts import PLACING, Question, Scope, below, in_scope, parts_of
from gis_gov.areas.tables import area, grid
from gis_gov.db.run import rows_of
from gis_gov.db.snapshot import snapshot


@dataclass(frozen=True, slots=True)
class Unit:
    """A grid or an area that is a row of the answer."""

    id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Sum:
    """What a measure adds up to in a unit, None for what lies in no unit; see `threshold.Found`.

    `houses` come as `buildings` and `dwellings`. A value that no row tells is None.
    """

    unit_id: int | None
    measure: str
    value: float | None
    inexact: float
    content: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """The units of a level by code, and the sums, which may miss a unit or have None for one."""

    units: list[Unit]
    sums: list[Sum]


async def read_scope(conn: AsyncConnection[Any], code: str) -> Scope | None:
    """Find the area, else the grid, with a code."""
    found = await rows_of(
        conn, Scope, select(area.c.path, area.c.level_rank).where(area.c.code == code)
    )
    if not found:
        wanted = select(grid.c.id.label("grid_id")).where(grid.c.code == code)
        found = await rows_of(conn, Scope, wanted)
    return found[0] if found else None


async def read_statistics(conn: AsyncConnection[Any], asked: Question) -> Statistics:
    """Add up the measures over the units of a level, `grid` or one of AREA_LEVELS.

    Units are the current ones, and retired ones to which something still counts. The interval
    limits the events alone.
    """
    async with snapshot(conn):
        sums = await rows_of(conn, Sum, _sums(asked))
        counted = {row.unit_id for row in sums if row.unit_id is not None}
        units = await rows_of(conn, Unit, _units(asked, sorted(counted)))
    return Statistics(units, sums)


def _sums(asked: Question) -> Select[*tuple[Any, ...]]:
    placed = union_all(*parts_of(asked)).cte("placed")
    if asked.level == "grid":
        unit, source = grid.c.id, placed.outerjoin(grid, grid.c.id == placed.c.grid_id)
    else:
        above = _above(asked.level)
        unit, source = above.c.unit_id, placed.outerjoin(above, above.c.area_id == placed.c.area_id)
    return (
        select(
            unit.label("unit_id"),
            placed.c.measure,
            cast(func.sum(placed.c.value), Double).label("value"),
            cast(func.sum(placed.c.inexact), Double).label("inexact"),
            func.bit_xor(placed.c.content).label("content"),
        )
        .select_from(source)
        .group_by(unit, placed.c.measure)
    )


def _above(level: str) -> FromClause:
    """Make the table of areas and the one of the level in which, or as which, each lies."""
    unit = area.alias("unit")
    return (
        select(area.c.id.label("area_id"), unit.c.id.label("unit_id"))
        .select_from(unit.join(area, below(area, unit.c.path)))
        .where(unit.c.level == level)
        .cte("above")
    )


def _units(asked: Question, counted: Sequence[int]) -> Select[*tuple[Any, ...]]:
    table: Table = grid if asked.level == "grid" else area
    scope = asked.scope
    if asked.level == "grid":
        current = and_(PLACING, *in_scope(grid.c.area_id, grid.c.id, scope))
    else:
        current = and_(
            area.c.valid_to.is_(None),
            area.c.level == asked.level,
            *([] if scope.path is None else [below(area, literal(scope.path))]),
        )
    current = and_(current, fences.units(asked.actor, asked.level))
    return (
        select(table.c.id, table.c.code, table.c.name)
        .where(or_(current, table.c.id == any_(literal(list(counted), ARRAY(BigInteger)))))
        .order_by(table.c.code)
    )
