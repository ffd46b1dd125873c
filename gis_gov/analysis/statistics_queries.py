"""Every query of the statistics."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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
    collate,
    func,
    literal,
    or_,
    select,
    union_all,
)

from gis_gov.analysis.layers import tallies
from gis_gov.analysis.tables import tally
from gis_gov.areas.tables import area, grid
from gis_gov.db.run import rows_of
from gis_gov.db.snapshot import snapshot
from gis_gov.events.tables import event
from gis_gov.interval import Interval
from gis_gov.patrols.tables import last_position
from gis_gov.resources.tables import worker

TALLIED = (
    "persons",
    "houses",
    "buildings",
    "dwellings",
    "enterprises",
    "addresses",
    "events",
    "cameras",
    "centres",
    "pois",
)
OF_GRIDS: dict[str, ColumnElement[Any]] = {
    "grids": literal(1),
    "households": grid.c.households,
    "area_m2": grid.c.area_m2,
}
MEASURES = (*TALLIED, "workers", *OF_GRIDS)

# Those that things are placed in; the second tier and micro-grids lie within them.
_PLACING = and_(grid.c.valid_to.is_(None), grid.c.layer.in_(["base", "exclusive"]))


@dataclass(frozen=True, slots=True)
class Scope:
    """The area (by its path in the tree) or the grid that a question is limited to."""

    path: str | None = None
    level_rank: int | None = None
    grid_id: int | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A grid or an area that is a row of the answer."""

    id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Sum:
    """What a measure adds up to in a unit, None for what lies in no unit.

    `houses` come as `buildings` and `dwellings`. A value that no row tells is None.
    """

    unit_id: int | None
    measure: str
    value: float | None


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


async def read_statistics(
    conn: AsyncConnection[Any],
    measures: Sequence[str],
    level: str,
    scope: Scope,
    interval: Interval | None,
) -> Statistics:
    """Add up the measures over the units of a level, `grid` or one of AREA_LEVELS.

    Units are the current ones, and retired ones to which something still counts. The interval
    limits the events alone.
    """
    async with snapshot(conn):
        sums = await rows_of(conn, Sum, _sums(measures, level, scope, interval))
        counted = {row.unit_id for row in sums if row.unit_id is not None}
        units = await rows_of(conn, Unit, _units(level, scope, sorted(counted)))
    return Statistics(units, sums)


def _sums(
    measures: Sequence[str], level: str, scope: Scope, interval: Interval | None
) -> Select[*tuple[Any, ...]]:
    kept = [name for name in measures if name in TALLIED and not (name == "events" and interval)]
    parts = [_tallied(kept, scope)] if kept else []
    if interval and "events" in measures:
        parts.append(_events(scope, interval))
    if "workers" in measures:
        parts.append(_workers(scope))
    parts += [_of_grids(measure, scope) for measure in measures if measure in OF_GRIDS]
    placed = union_all(*parts).cte("placed")
    value = cast(func.sum(placed.c.value), Double).label("value")
    if level == "grid":
        unit, source = grid.c.id, placed.outerjoin(grid, grid.c.id == placed.c.grid_id)
    else:
        above = _above(level)
        unit, source = above.c.unit_id, placed.outerjoin(above, above.c.area_id == placed.c.area_id)
    return (
        select(unit.label("unit_id"), placed.c.measure, value)
        .select_from(source)
        .group_by(unit, placed.c.measure)
    )


def _above(level: str) -> FromClause:
    """Make the table of areas and the one of the level in which, or as which, each lies."""
    unit = area.alias("unit")
    return (
        select(area.c.id.label("area_id"), unit.c.id.label("unit_id"))
        .select_from(unit.join(area, _below(area, unit.c.path)))
        .where(unit.c.level == level)
        .cte("above")
    )


def _below(table: FromClause, path: ColumnElement[str]) -> ColumnElement[bool]:
    return and_(table.c.path >= path, table.c.path < path.concat("Z"))


def _part(
    measure: ColumnElement[str],
    value: ColumnElement[Any],
    place: FromClause,
    source: FromClause,
    scope: Scope,
) -> Select[*tuple[Any, ...]]:
    return (
        select(
            collate(measure, "C").label("measure"),
            place.c.grid_id,
            place.c.area_id,
            cast(value, Double).label("value"),
        )
        .select_from(source)
        .where(*_in_scope(place.c.area_id, place.c.grid_id, scope))
        .group_by("measure", place.c.grid_id, place.c.area_id)
    )


def _in_scope(
    area_id: ColumnElement[int], grid_id: ColumnElement[int], scope: Scope
) -> list[ColumnElement[bool]]:
    if scope.grid_id is not None:
        return [grid_id == scope.grid_id]
    if scope.path is not None:
        return [area_id.in_(select(area.c.id).where(_below(area, literal(scope.path))))]
    return []


def _tallied(measures: Sequence[str], scope: Scope) -> Select[*tuple[Any, ...]]:
    names = {name: measure for measure in measures for name in tallies(measure)}
    return _part(tally.c.layer, func.sum(tally.c.count), tally, tally, scope).where(
        tally.c.layer.in_(names), tally.c.count > 0
    )


def _events(scope: Scope, interval: Interval) -> Select[*tuple[Any, ...]]:
    counted = _part(literal("events"), func.count(), event, event, scope)
    if interval.since is not None:
        counted = counted.where(event.c.reported_at >= interval.since)
    if interval.until is not None:
        counted = counted.where(event.c.reported_at < interval.until)
    return counted


def _workers(scope: Scope) -> Select[*tuple[Any, ...]]:
    seen = worker.outerjoin(last_position, last_position.c.worker_id == worker.c.id)
    return _part(literal("workers"), func.count(), last_position, seen, scope)


def _of_grids(measure: str, scope: Scope) -> Select[*tuple[Any, ...]]:
    each = select(grid.c.id.label("grid_id"), grid.c.area_id, OF_GRIDS[measure].label("value"))
    placing = each.where(_PLACING).subquery("placing")
    return _part(literal(measure), func.sum(placing.c.value), placing, placing, scope)


def _units(level: str, scope: Scope, counted: Sequence[int]) -> Select[*tuple[Any, ...]]:
    table: Table = grid if level == "grid" else area
    if level == "grid":
        current = and_(_PLACING, *_in_scope(grid.c.area_id, grid.c.id, scope))
    else:
        current = and_(
            area.c.valid_to.is_(None),
            area.c.level == level,
            *([] if scope.path is None else [_below(area, literal(scope.path))]),
        )
    return (
        select(table.c.id, table.c.code, table.c.name)
        .where(or_(current, table.c.id == any_(literal(list(counted), ARRAY(BigInteger)))))
        .order_by(table.c.code)
    )
