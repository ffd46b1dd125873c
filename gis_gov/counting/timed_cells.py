"""Events of a time by hexagon: who asks for other times at once has them read together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import BigInteger, ColumnElement, Select, cast, func, select, union_all

from gis_gov.counting import fences
from gis_gov.counting.answers import asked_of, rights_of
from gis_gov.counting.by_time import ByTime, Times, joined
from gis_gov.counting.cell_queries import Counts
from gis_gov.counting.question import Question, in_box, within
from gis_gov.counting.tables import COARSE_RESOLUTION
from gis_gov.db.pool import Pool
from gis_gov.db.run import tuples
from gis_gov.db.snapshot import snapshot
from gis_gov.events.tables import event
from gis_gov.interval import Interval
from gis_gov.together import Together


@dataclass(frozen=True, slots=True)
class _Found:
    """Events by cell; and what has none yet: part of time, lon, lat, and how many."""

    cells: ByTime
    placed: Sequence[tuple[int, float, float, int]]

    def within(self, interval: Interval) -> Counts:
        first, end = self.cells.times.parts_of(interval)
        points: dict[tuple[float, float], int] = {}
        for part, lon, lat, count in self.placed:
            if first <= part < end:
                points[lon, lat] = points.get((lon, lat), 0) + count
        return Counts(self.cells.within(interval), points)


class TimedCells:
    """Counts events of a time by hexagon, one reading at a time for all who ask alike."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._readings = Together[Interval, _Found]()

    async def count(self, asked: Question, interval: Interval) -> Counts:
        """Count the events of an interval, as they are at one moment after the call."""

        async def read(intervals: Sequence[Interval]) -> _Found:
            async with self._pool.connection(asked.actor.scope) as conn, snapshot(conn):
                return await read_cells(conn, asked, intervals)

        key = (asked_of(replace(asked, interval=None)), rights_of(asked.actor))
        return (await self._readings.run(key, interval, read)).within(interval)


def serves(asked: Question) -> bool:
    """Say whether it is events of a time that are asked for, by hexagons that are not many."""
    return (
        asked.layer == "events"
        and asked.interval is not None
        and not asked.is_of_listed
        and asked.resolution <= COARSE_RESOLUTION
    )


async def read_cells(
    conn: AsyncConnection[Any], asked: Question, intervals: Sequence[Interval]
) -> _Found:
    """Count the events of all the intervals, each once, in a transaction that sees one moment."""
    times = Times.of(intervals)
    ((parts, cells, counts),) = await tuples(conn, _by_cell(asked, times), binary=True)
    placed = await tuples(conn, _without_cell(asked, times))
    return _Found(ByTime.of(times, parts or [], cells or [], counts or []), [*placed])


def _by_cell(asked: Question, times: Times) -> Select[*tuple[Any, ...]]:
    found = union_all(
        *(
            select(
                times.part(event.c.reported_at).label("part"),
                func.cell_parent(event.c.cell, asked.resolution).label("hexagon"),
                cast(func.count(), BigInteger).label("count"),
            )
            .where(event.c.cell != 0, *_picked(asked), *within(event.c.reported_at, span))
            .group_by("part", "hexagon")
            for span in times.spans
        )
    ).subquery("found")
    return select(*(func.array_agg(found.c[name]) for name in ("part", "hexagon", "count")))


def _without_cell(asked: Question, times: Times) -> Select[*tuple[Any, ...]]:
    """Count what has no cell yet: that others wrote a moment ago."""
    (whole,) = joined(times.intervals, 1)
    lon, lat = func.st_x(event.c.geom), func.st_y(event.c.geom)
    return (
        select(
            times.part(event.c.reported_at).label("part"),
            lon.label("lon"),
            lat.label("lat"),
            func.count(),
        )
        .where(
            event.c.cell.is_(None),
            event.c.geom.is_not(None),
            *_picked(asked),
            *within(event.c.reported_at, whole),
        )
        .group_by("part", "lon", "lat")
    )


def _picked(asked: Question) -> list[ColumnElement[bool]]:
    hours = [] if asked.hours is None else [asked.hours.holds(event.c.reported_at)]
    readable = fences.readable(asked.actor, "events")
    return [readable, *in_box(event.c.geom, asked.bbox), *hours]
