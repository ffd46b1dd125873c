"""Statistics: how many things there are by grid and area."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from psycopg import AsyncConnection
from starlette.responses import JSONResponse, Response

from gis_gov.api import Interval
from gis_gov.counting import fences
from gis_gov.counting.answers import Answer, asked_of
from gis_gov.counting.asking import Asking, NoTime
from gis_gov.media import JSON
from gis_gov.openapi import problems
from gis_gov.problems import InvalidRequest
from gis_gov.statistics import files, queries, rates, service
from gis_gov.statistics.asked import (
    ChartedFormat,
    LevelAbove,
    TooManyRows,
    UnknownCode,
    UnknownMeasure,
    Within,
    answer_of,
    chart_contents,
    file_contents,
    measures_named,
    record,
    scope_of,
    written_chart,
    written_file,
)
from gis_gov.statistics.breakdown_charts import unit_named
from gis_gov.statistics.charts import BARS_MAX, NoFont, group_chart, true_at
from gis_gov.statistics.files import PARQUET
from gis_gov.statistics.measure_memory import Told
from gis_gov.statistics.parts import MEASURES, Question
from gis_gov.statistics.rates import Per
from gis_gov.statistics.schemas import CSV_EXAMPLE, Level, StatisticsTable

router = APIRouter(tags=["analysis"])


async def _measures(
    measures: Annotated[
        str,
        Query(
            description=f"What to count, with commas between: {', '.join(MEASURES)}",
            examples=["persons,houses,enterprises"],
        ),
    ] = "persons,houses,enterprises,events",
) -> list[str]:
    return measures_named(measures, MEASURES)


@router.get(
    "/statistics",
    summary="How many things there are by grid or area",
    response_class=JSONResponse,
    responses={
        200: {
            "description": "The rows by code and their total; as a file the rows alone",
            "model": StatisticsTable,
            "content": {**file_contents(CSV_EXAMPLE), **chart_contents()},
        },
        **problems(
            InvalidRequest, UnknownMeasure, NoTime, LevelAbove, UnknownCode, TooManyRows, NoFont
        ),
    },
)
async def statistics(
    asker: Asking,
    interval: Interval,
    measures: Annotated[list[str], Depends(_measures)],
    f: ChartedFormat,
    level: Annotated[Level, Query(description="What a row is")] = "grid",
    within: Within = None,
    per: Annotated[
        Per | None, Query(description="Tell each measure by so much of the unit, too: `rates`")
    ] = None,
) -> Response:
    """Count by grid, or by the areas of a level, what lies in each and in all below it.

    What lies in no such grid or area is the last row, with the code null, so that the rows always
    add up to the whole. Sums follow the assignment of things to grids and areas, not the areas'
    outlines. Rows are the current grids or areas, empty ones too, and retired ones that events
    still count to. `datetime` limits the events, by when they were reported. The CSV is UTF-8 with
    a byte-order mark, for spreadsheets; GeoParquet has the outlines of the grids or areas. A chart
    draws a bar for each row and measure, or with `per` for its rate.

    Whose rights end at some areas or grids sees the rows that lie in those or around them, and
    everywhere, in the total too, counts what he may see.

    Who may not know the exact numbers of people is told persons, houses, dwellings, addresses and
    households by the threshold: fewer are null and named in `withheld` (a column of files), the
    other counts are a little off, each for itself, so that rows and total do not add up. Rates
    are made of what is told; km² are the geodesic area of the grids.
    """
    counted = rates.counted_for(measures, per)
    fences.require(asker.actor, counted, timed=interval is not None)
    if interval is not None and "events" not in measures:
        raise NoTime("query.datetime: only events have a time, and they are not among the measures")
    scope = await scope_of(asker, within, level)
    asked_for = {"measures": measures, "level": level, "within": within}
    if per is not None:
        asked_for["per"] = per
    await record(asker, counted, within, asked_for, as_file=f != "json")
    question = Question(asker.actor, counted, level, scope, interval)
    exact = all(fences.counts_exactly(asker.actor, measure) for measure in counted)
    k = None if exact else asker.threshold.k

    async def read_outlined(conn: AsyncConnection[Any]) -> queries.Statistics:
        return await queries.read_statistics(conn, question, outlined=True)

    def write_outlined(found: queries.Statistics) -> Answer:
        table = rates.with_rates(service.tabulate(found, counted, asker.threshold), measures, per)
        return Answer(files.table_parquet(table, measures, per, found.outlines), PARQUET)

    async def make() -> Answer:
        told = await asker.state.measures.tell(question, asker.threshold)
        return await _written(told, f, per, write)

    def write(found: Told) -> Answer:
        if f == "json":
            return Answer(_json(found, measures, per, k), JSON)
        table = _table(found, measures, per)
        if f in {"svg", "png"}:
            return Answer(*written_chart(f, _chart(table, measures, per)))
        names = files.names_of(measures, per, withholds=k is not None)
        rows = files.flat(table.rows, per)
        about = {**asked_for, "at": table.at.isoformat(), "threshold": k}
        return Answer(*written_file(f, names, rows, about))

    asked = ("statistics", asked_of(question), tuple(measures), per, within, f)
    if f == "parquet":
        answer = await asker.answered(counted, asked, read_outlined, write_outlined)
    else:
        answer = await asker.made(counted, asked, make)
    return answer_of(answer.body, answer.media_type)


async def _written(
    told: Told, f: ChartedFormat, per: Per | None, write: Callable[[Told], Answer]
) -> Answer:
    """Write an answer beside the loop, unless to hand it on takes longer."""
    if f == "json" and per is None and told.pieces is not None:
        return write(told)
    return await asyncio.to_thread(write, told)


def _table(found: Told, measures: Sequence[str], per: Per | None) -> service.Tabulated:
    table = service.table_of(found.units, found.columns, found.at)
    return rates.with_rates(table, measures, per)


def _json(found: Told, measures: Sequence[str], per: Per | None, k: int | None) -> bytes:
    if per is None and found.pieces is not None:
        return found.pieces.table(found.units, found.columns, found.at, k)
    return service.table_json(_table(found, measures, per), k)


def _chart(table: service.Tabulated, measures: Sequence[str], per: Per | None) -> bytes:
    drawn = measures if per is None else rates.divided(measures, per)
    if len(table.rows) * len(drawn) > BARS_MAX:
        raise TooManyRows(
            f"a chart shows {BARS_MAX} bars at most, of {len(table.rows) * len(drawn)}; ask for a"
            " higher level, fewer measures, or f=csv"
        )
    return group_chart(
        ", ".join(drawn) if per is None else f"{', '.join(drawn)} / {per}",
        [unit_named(row) for row in table.rows],
        {name: [rates.bar(row, name) for row in table.rows] for name in drawn},
        true_at(table.at),
    )
