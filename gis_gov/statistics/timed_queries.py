"""Events by unit, of many times at once."""

from collections.abc import Collection
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import (
    BigInteger,
    Select,
    cast,
    func,
    select,
    union_all,
)

from gis_gov.counting import fences
from gis_gov.counting.by_time import ByTime, Times
from gis_gov.counting.question import within
from gis_gov.db.run import tuples
from gis_gov.events.tables import event
from gis_gov.interval import Interval
from gis_gov.statistics.parts import Question, in_scope
from gis_gov.statistics.queries import unit_of


async def read_events(
    conn: AsyncConnection[Any], asked: Question, intervals: Collection[Interval]
) -> ByTime:
    """Count the events that who asks may read, reported in any of the intervals, by unit.

    The unit 0 is what lies in none.
    """
    times = Times.of(intervals)
    ((parts, units, counts),) = await tuples(conn, _counted(asked, times), binary=True)
    return ByTime.of(times, parts or [], units or [], counts or [])


def _counted(asked: Question, times: Times) -> Select[*tuple[Any, ...]]:
    placed = union_all(*(_placed(asked, times, span) for span in times.spans)).cte("placed")
    unit, source = unit_of(asked.level, placed)
    total = (
        select(
            placed.c.part,
            func.coalesce(unit, 0).label("unit_id"),
            cast(func.sum(placed.c.count), BigInteger).label("count"),
        )
        .select_from(source)
        .group_by("part", "unit_id")
        .subquery("total")
    )
    return select(*(func.array_agg(total.c[name]) for name in ("part", "unit_id", "count")))


def _placed(asked: Question, times: Times, span: Interval) -> Select[*tuple[Any, ...]]:
    time = event.c.reported_at
    place = event.c.grid_id if asked.level == "grid" else event.c.area_id
    return (
        select(
            times.part(time).label("part"),
            place.label("place_id"),
            func.count().label("count"),
        )
        .where(
            fences.readable(asked.actor, "events"),
            *in_scope(event.c.area_id, event.c.grid_id, asked.scope),
            *within(time, span),
        )
        .group_by("part", "place_id")
    )
