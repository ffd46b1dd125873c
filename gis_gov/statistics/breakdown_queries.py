"""Every query of the breakdowns: what somebody may read, counted by unit, category and period.

Kept counts know no categories, so the rows are counted, under both fences: only what the lists tell
him one by one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from psycopg import AsyncConnection
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    FromClause,
    Select,
    and_,
    cast,
    func,
    null,
    or_,
    select,
    true,
)

from gis_gov.access.actor import Actor
from gis_gov.areas.tables import grid
from gis_gov.counting import fences
from gis_gov.counting.hours import local_time
from gis_gov.counting.layers import TIMED, own_table
from gis_gov.counting.question import within
from gis_gov.db.run import scalar, tuples
from gis_gov.db.snapshot import snapshot
from gis_gov.interval import Interval
from gis_gov.statistics.categories import CATEGORIES
from gis_gov.statistics.parts import Scope, in_scope
from gis_gov.statistics.periods import Every
from gis_gov.statistics.queries import Unit, above, outlines_of, units_named

ROWS_MAX: Final = 200_000
# The zone of days.LOCAL; POSIX turns the sign.


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks for how many of a layer by which categories, by the units of a level or in all.

    `every` counts by period too, named by its first day; of `intervals` each that holds counts.
    """

    actor: Actor
    layer: str
    by: Sequence[str]
    level: str | None
    scope: Scope
    intervals: Sequence[Interval] = ()
    every: Every | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """How many there are in a unit (None: in none, or not by unit), of some categories, when."""

    unit_id: int | None
    categories: tuple[str | None, ...]
    period: date | None
    count: int


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The parts, the units that they name, the moment that they are true for, and the first event.

    `since` is the earliest time of anything of the layer that who asks may read. `outlines` are
    GeoJSON (CRS84) by the code of the unit, where there is one.
    """

    parts: list[Part]
    units: dict[int, Unit]
    at: datetime
    since: datetime | None = None
    outlines: Mapping[str, str] = field(default_factory=dict)


async def read_breakdown(
    conn: AsyncConnection[Any], asked: Question, *, outlined: bool = False
) -> Breakdown | None:
    """Count what lies in the scope; None for over ROWS_MAX parts.

    The outlines are read where they are asked for.
    """
    async with snapshot(conn):
        rows = await tuples(conn, _counted(asked).limit(ROWS_MAX + 1))
        if len(rows) > ROWS_MAX:
            return None
        parts = [Part(unit, tuple(names), period, count) for unit, period, count, *names in rows]
        named = sorted({part.unit_id for part in parts if part.unit_id is not None})
        units = await units_named(conn, asked.level, named) if asked.level and named else []
        since = None if asked.every is None else await scalar(conn, _first(asked))
        at = await scalar(conn, select(func.now()))
        outlines: dict[str, str] = {}
        if outlined and asked.level and units:
            outlines = dict(await tuples(conn, outlines_of(asked.level, units)))
    return Breakdown(parts, {unit.id: unit for unit in units}, at, since, outlines)


def _counted(asked: Question) -> Select[*tuple[Any, ...]]:
    things = _things(asked)
    labels = [_label(n) for n, _ in enumerate(asked.by)]
    keys = [things.c[name] for name in ("grid_id", "area_id", "period", *labels)]
    counted = select(*keys, func.count().label("count")).group_by(*keys).cte("counted")
    categories = [CATEGORIES[asked.layer][name] for name in asked.by]
    placed = select(
        *(counted.c[name] for name in ("grid_id", "area_id", "period", "count")),
        *(
            each.named(counted.c[label]).label(label)
            for each, label in zip(categories, labels, strict=True)
        ),
    ).cte("placed")
    unit, source = _unit(asked.level, placed)
    found = [placed.c.period, *(placed.c[label] for label in labels)]
    total = cast(func.sum(placed.c.count), BigInteger)
    return (
        select(unit, found[0], total, *found[1:])
        .select_from(source)
        .group_by(unit, *found)
        .order_by(unit.nulls_last(), *(each.nulls_last() for each in found))
    )


def _things(asked: Question) -> FromClause:
    table, conditions = own_table(asked.layer)
    known = CATEGORIES[asked.layer]
    labelled = [
        known[name].expression(asked.actor).label(_label(n)) for n, name in enumerate(asked.by)
    ]
    return (
        select(table.c.grid_id, table.c.area_id, _period(asked).label("period"), *labelled)
        .where(
            *conditions,
            fences.listed(asked.actor, asked.layer),
            *in_scope(table.c.area_id, table.c.grid_id, asked.scope),
            *_in_time(asked),
        )
        .subquery("things")
    )


def _label(number: int) -> str:
    return f"category_{number}"


def _period(asked: Question) -> ColumnElement[Any]:
    if asked.every is None:
        return cast(null(), Date)
    return cast(func.date_trunc(asked.every, local_time(TIMED[asked.layer])), Date)


def _in_time(asked: Question) -> list[ColumnElement[bool]]:
    if not asked.intervals:
        return []
    time = TIMED[asked.layer]
    return [or_(*(and_(true(), *within(time, span)) for span in asked.intervals))]


def _unit(level: str | None, placed: FromClause) -> tuple[ColumnElement[Any], FromClause]:
    if level is None:
        return cast(null(), BigInteger).label("unit_id"), placed
    if level == "grid":
        return grid.c.id, placed.outerjoin(grid, grid.c.id == placed.c.grid_id)
    areas = above(level)
    return areas.c.unit_id, placed.outerjoin(areas, areas.c.area_id == placed.c.area_id)


def _first(asked: Question) -> Select[*tuple[Any, ...]]:
    fence = fences.listed(asked.actor, asked.layer)
    return select(func.min(TIMED[asked.layer])).where(fence)
