"""How many things there are in a drawn polygon."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import JSONResponse, Response

from gis_gov.access.entry import Entry
from gis_gov.api import Conn, DeclaredDatum, Interval, UnusableDatum
from gis_gov.body import MEGABYTE, received
from gis_gov.counting import fences
from gis_gov.counting.asking import Asker, Asking, NoTime
from gis_gov.media import GEOJSON, JSON
from gis_gov.openapi import problems
from gis_gov.problems import InvalidRequest, TooLarge, UnsupportedMedia
from gis_gov.statistics import polygon_queries
from gis_gov.statistics.asked import (
    AUDITED,
    KNOWN_CATEGORIES,
    ChartedFormat,
    TooManyRows,
    UnknownCategory,
    UnknownMeasure,
    answer_of,
    categories_named,
    chart_contents,
    file_contents,
    measures_named,
)
from gis_gov.statistics.breakdown import Row
from gis_gov.statistics.breakdown_queries import ROWS_MAX
from gis_gov.statistics.charts import NoFont
from gis_gov.statistics.parts import TALLIED
from gis_gov.statistics.polygon_answers import Told, told_of, written
from gis_gov.statistics.polygon_breakdown import read_apart
from gis_gov.statistics.polygon_queries import CELLS_MAX, Drawn
from gis_gov.statistics.polygon_schemas import EXAMPLE_BODY, EXAMPLE_CSV, InPolygon
from gis_gov.statistics.polygons import BadPolygon, drawn_polygon

router = APIRouter(tags=["analysis"])

BODY_MAX_MB: Final = 2
BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        GEOJSON: {"schema": {"type": "object"}, "example": EXAMPLE_BODY},
        JSON: {"schema": {"type": "object"}, "example": EXAMPLE_BODY},
    },
}


async def _measures(
    measures: Annotated[
        str,
        Query(
            description=f"What to count, with commas between: {', '.join(TALLIED)}",
            examples=["persons,enterprises"],
        ),
    ] = "persons,houses,enterprises,events",
) -> list[str]:
    return measures_named(measures, TALLIED)


By = Annotated[
    str | None,
    Query(
        max_length=100,
        description="Categories to tell one measure apart by, with commas between."
        f" {KNOWN_CATEGORIES}",
        examples=["age_band"],
    ),
]


@router.post(
    "/statistics/polygon",
    summary="How many things there are in a drawn polygon",
    response_class=JSONResponse,
    responses={
        200: {
            "description": "A figure for each measure",
            "model": InPolygon,
            "content": {**file_contents(EXAMPLE_CSV), **chart_contents()},
        },
        **problems(
            InvalidRequest,
            UnknownMeasure,
            UnknownCategory,
            NoTime,
            UnusableDatum,
            BadPolygon,
            TooManyRows,
            TooLarge,
            UnsupportedMedia,
            NoFont,
        ),
    },
    openapi_extra={"requestBody": BODY},
)
async def in_polygon(
    request: Request,
    asker: Asking,
    conn: Conn,
    interval: Interval,
    datum: DeclaredDatum,
    f: ChartedFormat,
    measures: Annotated[list[str], Depends(_measures)],
    by: By = None,
) -> Response:
    """Count what lies in the polygons of a GeoJSON document, or on their edges, each thing once.

    Coordinates are x before y, longitude before latitude, in the `crs` that is named, or that the
    document states, else CRS84. `datetime` limits the events, by when they were reported.

    Point by point is counted what you may read one by one, and where. Of the rest you are told what
    the heat map tells of the hexagons of resolution 9 with their centre in the polygon, of which
    there are `cells`; `withheld_cells` are not in the count, since they hold too few to tell. Rates
    are per km², geodesic: of the polygon, or of those hexagons. Files have a row for each measure,
    GeoParquet with the polygon as it was drawn (CRS84); a chart draws a bar for each.

    `by` tells one measure apart by categories, a row for each that anything is of, with its `share`
    of all. Counted then is what you may read one by one, exactly: it takes the right to read the
    things, and to know where each of them is. A category that is masked for you is null.
    """
    fences.require(asker.actor, measures, timed=interval is not None)
    if interval is not None and "events" not in measures:
        raise NoTime("query.datetime: only events have a time, and they are not among the measures")
    picked = _picked(asker, measures, by)
    async with received(request, BODY_MAX_MB * MEGABYTE) as body:
        shape = await asyncio.to_thread(drawn_polygon, body.read(), datum)
    detail: Row = {"measures": measures, "bbox": [round(each, 5) for each in shape.bounds]}
    if picked:
        detail["by"] = picked
    if f != "json":
        await asker.record(Entry("statistics.export", "ok", detail=detail))
    elif AUDITED & set(measures):  # of a free shape each counts: it may hold a single house
        await asker.record(Entry("statistics.read", "ok", "persons", detail=detail))
    drawn = Drawn(asker.actor, shape, interval)
    if picked:
        told = await _apart(conn, drawn, measures[0], picked)
    else:
        told = await _told(conn, drawn, measures, asker)
    return answer_of(*await asyncio.to_thread(written, f, told, detail))


def _picked(asker: Asker, measures: Sequence[str], by: str | None) -> list[str]:
    """Return the categories that are asked for, of a measure of which each thing may be known."""
    if by is None:
        return []
    if len(measures) != 1:
        raise InvalidRequest.at("query.measures", "is told apart by categories one at a time")
    picked = categories_named(asker.actor, measures[0], by)
    fences.require_knowing_each(asker.actor, measures[0])
    return picked


async def _told(conn: Conn, drawn: Drawn, measures: Sequence[str], asker: Asker) -> Told:
    figures, at = await polygon_queries.read_figures(conn, drawn, measures, asker.threshold)
    if figures is None:
        raise TooManyRows(f"more than {CELLS_MAX} hexagons lie in the polygon; draw a smaller one")
    exact = all(fences.counts_exactly(asker.actor, measure) for measure in measures)
    k = None if exact else asker.threshold.k
    return Told(drawn.shape, [told_of(figure) for figure in figures], at, k=k)


async def _apart(conn: Conn, drawn: Drawn, measure: str, by: Sequence[str]) -> Told:
    found = await read_apart(conn, drawn, measure, by)
    if found is None:
        raise TooManyRows(f"more than {ROWS_MAX} rows; ask for fewer categories")
    return Told(drawn.shape, found.rows, found.at, by=by, total=found.total)
