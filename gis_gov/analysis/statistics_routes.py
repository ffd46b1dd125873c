"""Statistics: how many things there are by grid and area."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Query
from starlette.responses import JSONResponse, Response

from gis_gov.access.entry import Entry
from gis_gov.analysis import fences, service, statistics_queries
from gis_gov.analysis.asking import Asking, NoTime
from gis_gov.analysis.layers import AUDITED
from gis_gov.analysis.schemas import CSV_EXAMPLE, Level, StatisticsTable
from gis_gov.analysis.statistics_parts import MEASURES, Question, Scope
from gis_gov.api import Conn, Interval
from gis_gov.areas.tables import AREA_LEVELS
from gis_gov.media import preferred
from gis_gov.openapi import problems
from gis_gov.problems import InvalidRequest, NotFound

router = APIRouter(tags=["analysis"])

JSON, CSV = "application/json", "text/csv"


class UnknownMeasure(InvalidRequest):
    """A measure was asked for that does not exist."""

    slug, title, status = "unknown-measure", "Unknown measure", 400


class UnknownCode(NotFound):
    """There is no area and no grid of that code."""

    slug, title, status = "unknown-code", "Unknown code of an area or grid", 404


class LevelAbove(InvalidRequest):
    """The rows asked for are larger than the place that they should lie within."""

    slug, title, status = "level-above", "The level is above the place", 400


async def _measures(
    measures: Annotated[
        str,
        Query(
            description=f"What to count, with commas between: {', '.join(MEASURES)}",
            examples=["persons,houses,enterprises"],
        ),
    ] = "persons,houses,enterprises,events",
) -> list[str]:
    picked = list(dict.fromkeys(measures.split(",")))
    for measure in picked:
        if measure not in MEASURES:
            raise UnknownMeasure(
                f"query.measures: {measure!r} is not known; known: {', '.join(MEASURES)}"
            )
    return picked


async def _as_csv(
    f: Annotated[
        Literal["json", "csv"] | None, Query(description="Without it, what `Accept` prefers")
    ] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = JSON,
) -> bool:
    return f == "csv" or (f is None and preferred(accept, JSON, CSV) == CSV)


@router.get(
    "/statistics",
    summary="How many things there are by grid or area",
    response_class=JSONResponse,
    responses={
        200: {
            "description": "The rows by code and their total; as CSV the rows alone",
            "model": StatisticsTable,
            "content": {CSV: {"schema": {"type": "string"}, "example": CSV_EXAMPLE}},
        },
        **problems(InvalidRequest, UnknownMeasure, NoTime, LevelAbove, UnknownCode),
    },
)
async def statistics(
    asker: Asking,
    conn: Conn,
    interval: Interval,
    measures: Annotated[list[str], Depends(_measures)],
    as_csv: Annotated[bool, Depends(_as_csv)],
    level: Annotated[Level, Query(description="What a row is")] = "grid",
    within: Annotated[
        str | None,
        Query(
            max_length=64,
            description="Code of an area or grid: only what lies in it",
            examples=["440113001"],
        ),
    ] = None,
) -> Response:
    """Count by grid, or by the areas of a level, what lies in each and in all below it.

    What lies in no such grid or area is the last row, with the code null, so that the rows always
    add up to the whole. Sums follow the assignment of things to grids and areas, not the areas'
    outlines. Rows are the current grids or areas, empty ones too, and retired ones that events
    still count to. `datetime` limits the events, by when they were reported. The CSV is UTF-8 with
    a byte-order mark, for spreadsheets.

    Whose rights end at some areas or grids sees the rows that lie in those or around them, and
    everywhere, in the total too, counts what he may see.

    Who may not know the exact numbers of people is told persons, houses, dwellings, addresses and
    households by the threshold: fewer are null and named in `withheld` (in the CSV empty), the
    other counts are a little off, each for itself, so that rows and total do not add up.
    """
    fences.require(asker.actor, measures, timed=interval is not None)
    if interval is not None and "events" not in measures:
        raise NoTime("query.datetime: only events have a time, and they are not among the measures")
    scope = await _scope(conn, within, level)
    told = {"measures": measures, "level": level, "within": within}
    if as_csv:
        await asker.record(Entry("statistics.export", "ok", detail=told))
    elif AUDITED & set(measures):
        await asker.record.repeated(Entry("statistics.read", "ok", "persons", within, detail=told))
    asked = Question(asker.actor, measures, level, scope, interval)
    found = await statistics_queries.read_statistics(conn, asked)
    table = service.tabulate(found, measures, asker.threshold)
    headers = {"vary": "accept"}
    if as_csv:
        body = service.table_csv(table, measures)
        return Response(body, media_type=f"{CSV}; charset=utf-8; header=present", headers=headers)
    exact = all(fences.counts_exactly(asker.actor, measure) for measure in measures)
    body = service.table_json(table, None if exact else asker.threshold.k)
    return Response(body, media_type=JSON, headers=headers)


async def _scope(conn: Conn, within: str | None, level: str) -> Scope:
    if within is None:
        return Scope()
    scope = await statistics_queries.read_scope(conn, within)
    if scope is None:
        raise UnknownCode(f"query.within: no area or grid has the code {within!r}")
    rank = (*AREA_LEVELS, "grid").index(level) + 1
    if rank < (scope.level_rank or len(AREA_LEVELS) + 1):
        raise LevelAbove(
            f"query.level: a {level} does not lie within {within}; ask for a lower level"
        )
    return scope
