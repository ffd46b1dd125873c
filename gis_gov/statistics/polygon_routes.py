"""How many things there are in a drawn polygon."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import orjson
import shapely
from fastapi import APIRouter, Depends, Query, Request
from shapely.geometry.base import BaseGeometry
from starlette.responses import JSONResponse, Response

from gis_gov.access.entry import Entry
from gis_gov.api import Conn, DeclaredDatum, Interval, UnusableDatum
from gis_gov.body import MEGABYTE, received
from gis_gov.counting import fences
from gis_gov.counting.asking import Asking, NoTime
from gis_gov.cql.kinds import Kind
from gis_gov.formats.writer import Column
from gis_gov.media import GEOJSON, JSON
from gis_gov.openapi import problems
from gis_gov.problems import InvalidRequest, TooLarge, UnsupportedMedia
from gis_gov.statistics import polygon_queries
from gis_gov.statistics.asked import (
    AUDITED,
    VARY,
    AnswerFormat,
    TooManyRows,
    UnknownMeasure,
    answer_of,
    file_answer,
    file_contents,
    measures_named,
)
from gis_gov.statistics.files import PARQUET, rows_parquet
from gis_gov.statistics.parts import TALLIED
from gis_gov.statistics.polygon_queries import CELLS_MAX, RESOLUTION, Drawn, Figure
from gis_gov.statistics.polygon_schemas import EXAMPLE_BODY, EXAMPLE_CSV, InPolygon
from gis_gov.statistics.polygons import BadPolygon, drawn_polygon
from gis_gov.statistics.rates import DENOMINATOR_DIGITS, rate

router = APIRouter(tags=["analysis"])

BODY_MAX_MB: Final = 2
COLUMNS: Final = {
    "measure": Kind.TEXT,
    "count": Kind.INTEGER,
    "km2": Kind.NUMBER,
    "per_km2": Kind.NUMBER,
    "resolution": Kind.INTEGER,
    "cells": Kind.INTEGER,
    "withheld_cells": Kind.INTEGER,
}
_TYPED: Final = [Column(name, kind) for name, kind in COLUMNS.items()]
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


@router.post(
    "/statistics/polygon",
    summary="How many things there are in a drawn polygon",
    response_class=JSONResponse,
    responses={
        200: {
            "description": "A figure for each measure",
            "model": InPolygon,
            "content": file_contents(EXAMPLE_CSV),
        },
        **problems(
            InvalidRequest,
            UnknownMeasure,
            NoTime,
            UnusableDatum,
            BadPolygon,
            TooManyRows,
            TooLarge,
            UnsupportedMedia,
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
    f: AnswerFormat,
    measures: Annotated[list[str], Depends(_measures)],
) -> Response:
    """Count what lies in the polygons of a GeoJSON document, or on their edges, each thing once.

    Coordinates are x before y, longitude before latitude, in the `crs` that is named, or that the
    document states, else CRS84. `datetime` limits the events, by when they were reported.

    Point by point is counted what you may read one by one, and where. Of the rest you are told what
    the heat map tells of the hexagons of resolution 9 with their centre in the polygon, of which
    there are `cells`; `withheld_cells` are not in the count, since they hold too few to tell. Rates
    are per km², geodesic: of the polygon, or of those hexagons. Files have a row for each measure,
    GeoParquet with the polygon as it was drawn (CRS84).
    """
    fences.require(asker.actor, measures, timed=interval is not None)
    if interval is not None and "events" not in measures:
        raise NoTime("query.datetime: only events have a time, and they are not among the measures")
    async with received(request, BODY_MAX_MB * MEGABYTE) as body:
        shape = await asyncio.to_thread(drawn_polygon, body.read(), datum)
    detail = {"measures": measures, "bbox": [round(each, 5) for each in shape.bounds]}
    if f != "json":
        await asker.record(Entry("statistics.export", "ok", detail=detail))
    elif AUDITED & set(measures):  # of a free shape each counts: it may hold a single house
        await asker.record(Entry("statistics.read", "ok", "persons", detail=detail))
    drawn = Drawn(asker.actor, shape, interval)
    figures, at = await polygon_queries.read_figures(conn, drawn, measures, asker.threshold)
    if figures is None:
        raise TooManyRows(f"more than {CELLS_MAX} hexagons lie in the polygon; draw a smaller one")
    exact = all(fences.counts_exactly(asker.actor, measure) for measure in measures)
    k = None if exact else asker.threshold.k
    rows = [_told(figure) for figure in figures]
    if f != "json":
        about = {**detail, "at": at.isoformat(), "threshold": k}
        return await asyncio.to_thread(_file, f, rows, about, at, shape)
    told = {"at": at, "figures": rows, **({} if k is None else {"threshold": k})}
    return Response(orjson.dumps(told), media_type=JSON, headers=VARY)


def _file(
    f: str, rows: Sequence[dict[str, Any]], about: dict[str, Any], at: datetime, shape: BaseGeometry
) -> Response:
    flat = [
        {**row, "km2": row["per_km2"]["denominator"], "per_km2": row["per_km2"]["value"]}
        for row in rows
    ]
    if f != "parquet":
        return file_answer(f, list(COLUMNS), flat, about)
    drawn = orjson.Fragment(shapely.to_geojson(shape))
    return answer_of(rows_parquet(_TYPED, flat, at, [drawn] * len(flat)), PARQUET)


def _told(figure: Figure) -> dict[str, Any]:
    squared_km = round(figure.area_m2 / 1e6, DENOMINATOR_DIGITS)
    cells: dict[str, Any] = {}
    if figure.cells is not None:
        cells = {
            "resolution": RESOLUTION,
            "cells": figure.cells,
            "withheld_cells": figure.withheld,
        }
    return {
        "measure": figure.measure,
        "count": figure.count,
        "per_km2": rate(figure.count, squared_km),
        **cells,
    }
