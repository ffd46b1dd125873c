"""Every query of the statistics."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import AsyncConnection
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
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

from gis_gov.areas.tables import area, grid
from gis_gov.counting import unit_fences
from gis_gov.db.run import rows_of, scalar, tuples
from gis_gov.db.snapshot import snapshot
from gis_gov.statistics.parts import PLACING, Question, Scope, below, in_scope, parts_of

OUTLINE_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Unit:
    """A grid or an area that is a row of the answer, and whether there still is one."""

    id: int
    code: str
    name: str
    current: bool


class Sums(NamedTuple):
    """What a measure adds up to, by unit: columns of one length; see `threshold.Counted`.

    Columns, since there are tens of thousands of sums. The unit None is what lies in no unit.
    `houses` come as `buildings` and `dwellings`. A value that no row tells is None.
    """

    measure: str
    units: list[int | None]
    values: list[float | None]
    inexact: list[float]
    contents: list[int]


@dataclass(frozen=True, slots=True)
class Statistics:
    """The units of a level by code, and the sums, which may miss a unit or have None for one.

    They are true for the moment `at`. `outlines` are GeoJSON (CRS84) by code, where there is one.
    """

    units: list[Unit]
    sums: list[Sums]
    at: datetime
    outlines: dict[str, str]


async def read_scope(conn: AsyncConnection[Any], code: str) -> Scope | None:
    """Find the area, else the grid, with a code."""
    found = await rows_of(
        conn, Scope, select(area.c.path, area.c.level_rank).where(area.c.code == code)
    )
    if not found:
        wanted = select(grid.c.id.label("grid_id")).where(grid.c.code == code)
        found = await rows_of(conn, Scope, wanted)
    return found[0] if found else None


async def read_statistics(
    conn: AsyncConnection[Any], asked: Question, *, outlined: bool = False
) -> Statistics:
    """Add up the measures over the units of a level, `grid` or one of AREA_LEVELS.

    Units are the current ones, and retired ones to which something still counts. The interval
    limits the events alone. The outlines are read where they are asked for.
    """
    async with snapshot(conn):
        sums = await read_sums(conn, asked)
        counted = {unit for each in sums for unit in each.units if unit is not None}
        units = await read_units(conn, asked, sorted(counted))
        at = await scalar(conn, select(func.now()))
        outlines = dict(await tuples(conn, outlines_of(asked.level, units))) if outlined else {}
    return Statistics(units, sums, at, outlines)


async def read_sums(conn: AsyncConnection[Any], asked: Question) -> list[Sums]:
    """Add up the measures by unit; see `read_statistics`."""
    return list(map(Sums._make, await tuples(conn, _sums(asked), binary=True)))


async def read_units(
    conn: AsyncConnection[Any], asked: Question, counted: Sequence[int] = ()
) -> list[Unit]:
    """Read the current units of the level that who asks may count in, and those of some ids."""
    return await rows_of(conn, Unit, _units(asked, counted))


def unit_of(level: str, placed: FromClause) -> tuple[ColumnElement[Any], FromClause]:
    """Return the unit in which a `place_id` lies, a grid's or an area's, and what to read it of."""
    if level == "grid":  # kept counts have 0 for what lies in none
        return func.nullif(placed.c.place_id, 0), placed
    areas = above(level)
    return areas.c.unit_id, placed.outerjoin(areas, areas.c.area_id == placed.c.place_id)


def _sums(asked: Question) -> Select[*tuple[Any, ...]]:
    placed = union_all(*parts_of(asked)).cte("placed")
    unit, source = unit_of(asked.level, placed)
    total = (
        select(
            unit.label("unit_id"),
            placed.c.measure,
            cast(func.sum(placed.c.value), Double).label("value"),
            cast(func.sum(placed.c.inexact), Double).label("inexact"),
            func.bit_xor(placed.c.content).label("content"),
        )
        .select_from(source)
        .group_by(unit, placed.c.measure)
        .subquery("total")
    )
    columns = (total.c.unit_id, total.c.value, total.c.inexact, total.c.content)
    return select(total.c.measure, *map(func.array_agg, columns)).group_by(total.c.measure)


async def units_named(conn: AsyncConnection[Any], level: str, numbers: Sequence[int]) -> list[Unit]:
    """Read the units of a level with these ids, by code."""
    table: Table = grid if level == "grid" else area
    wanted = table.c.id == any_(literal(list(numbers), ARRAY(BigInteger)))
    query = select(*_unit(table)).where(wanted).order_by(table.c.code)
    return await rows_of(conn, Unit, query)


def outlines_of(level: str, units: Sequence[Unit]) -> Select[*tuple[Any, ...]]:
    """Make the query of the outlines of units of a level: code, and GeoJSON (CRS84)."""
    table = grid if level == "grid" else area
    wanted = table.c.id == any_(literal([unit.id for unit in units], ARRAY(BigInteger)))
    shape = func.st_asgeojson(table.c.geom, OUTLINE_DIGITS, 0)
    return select(table.c.code, shape).where(wanted, table.c.geom.is_not(None))


def above(level: str) -> FromClause:
    """Make the table of areas and the one of the level in which, or as which, each lies."""
    unit = area.alias("unit")
    return (
        select(area.c.id.label("area_id"), unit.c.id.label("unit_id"))
        .select_from(unit.join(area, below(area, unit.c.path)))
        .where(unit.c.level == level)
        .cte("above")
    )


def _unit(table: Table) -> list[ColumnElement[Any]]:
    current = table.c.valid_to.is_(None).label("current")
    return [table.c.id, table.c.code, table.c.name, current]


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
    current = and_(current, unit_fences.units(asked.actor, asked.level))
    return (
        select(*_unit(table))
        .where(or_(current, table.c.id == any_(literal(list(counted), ARRAY(BigInteger)))))
        .order_by(table.c.code)
    )
