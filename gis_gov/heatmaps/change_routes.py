"""Heat maps of what has changed between two periods."""

import asyncio
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from psycopg import AsyncConnection
from starlette.responses import Response

from gis_gov.api import BBox, Conn, GeoJsonResponse
from gis_gov.counting.asking import NoTime
from gis_gov.counting.question import Question
from gis_gov.counting.threshold import Threshold
from gis_gov.cql.problems import InvalidFilter
from gis_gov.db.snapshot import snapshot
from gis_gov.heatmaps import queries, service
from gis_gov.heatmaps.asked import Heat, NotListed
from gis_gov.heatmaps.change_schemas import CHANGE_EXAMPLE, HeatmapChange, HeatmapChangeCells
from gis_gov.heatmaps.changes import compared, write_change
from gis_gov.heatmaps.hexagons import Hexagons
from gis_gov.heatmaps.routes import CELLS_MAX, Resolution
from gis_gov.heatmaps.told import TooManyCells, read_told
from gis_gov.interval import Interval, parse_interval
from gis_gov.media import JSON
from gis_gov.openapi import problems
from gis_gov.problems import InvalidRequest

router = APIRouter(tags=["analysis"])


async def _before(
    before: Annotated[
        str,
        Query(
            description="The earlier period, written as `datetime`",
            examples=["2025-06-01/2025-06-30"],
        ),
    ],
) -> Interval:
    try:
        return parse_interval(before)
    except ValueError as error:
        raise InvalidRequest.at("query.before", str(error)) from None


@router.get(
    "/heatmap/change",
    summary="What has changed by hexagon between two periods",
    response_class=GeoJsonResponse,
    responses={
        200: {
            "description": "Hexagons as GeoJSON, or with `f=json` the counts alone",
            "model": HeatmapChange | HeatmapChangeCells,
            "content": {
                JSON: {
                    "schema": {"$ref": "#/components/schemas/HeatmapChangeCells"},
                    "example": CHANGE_EXAMPLE,
                }
            },
        },
        **problems(InvalidRequest, NoTime, TooManyCells, NotListed, InvalidFilter),
    },
)
async def change(
    conn: Conn,
    heat: Heat,
    bbox: BBox,
    before: Annotated[Interval, Depends(_before)],
    resolution: Resolution = None,
    f: Annotated[
        Literal["geojson", "json"], Query(description="GeoJSON, or the counts by cell alone")
    ] = "geojson",
) -> Response:
    """Count the events or positions of `datetime` and of `before`, and compare the two.

    Each hexagon that has any in either period is told with both counts, their difference, and the
    ratio of the later to the earlier one: null where there were none.
    """
    if heat.question.interval is None:
        raise InvalidRequest.at("query.datetime", "is needed: the period to compare with `before`")
    if heat.question.weight is not None:
        raise NotListed("query.weight: what has changed is not weighed")
    picked = resolution
    if picked is None:
        actor, layer = heat.asker.actor, heat.question.layer
        extent = bbox or await queries.read_extent(conn, actor, layer)
        picked = service.fitting_resolution(extent)
    coarsest = service.COARSEST if resolution is None else picked
    for each in range(picked, coarsest - 1, -1):
        asked = heat.at(each, bbox, CELLS_MAX[f])
        periods = await _read_both(conn, asked, before, heat.asker.threshold)
        if periods is not None:
            rows = await asyncio.to_thread(compared, *periods)
            if len(rows) <= asked.limit:
                body = await asyncio.to_thread(write_change, rows, each, as_geojson=f != "json")
                media_type = JSON if f == "json" else GeoJsonResponse.media_type
                return Response(body, media_type=media_type)
    raise TooManyCells(CELLS_MAX[f], coarsest)


async def _read_both(
    conn: AsyncConnection[Any], asked: Question, before: Interval, threshold: Threshold
) -> tuple[Hexagons, Hexagons] | None:
    """Read the earlier and the later period as of one moment; None for too many cells."""
    async with snapshot(conn):
        earlier = await read_told(conn, replace(asked, interval=before), threshold)
        later = earlier and await read_told(conn, asked, threshold)
    return None if earlier is None or later is None else (earlier, later)
