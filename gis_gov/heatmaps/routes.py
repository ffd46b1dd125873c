"""Heat maps: how many things there are by hexagon."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from psycopg import AsyncConnection
from starlette.responses import Response

from gis_gov.api import BBox, GeoJsonResponse
from gis_gov.counting import timed_cells
from gis_gov.counting.answers import Answer
from gis_gov.counting.question import Question
from gis_gov.heatmaps import hexagons, queries, service
from gis_gov.heatmaps.asked import REFUSALS, Heat, Wanted
from gis_gov.heatmaps.hexagons import ARROW, Hexagons
from gis_gov.heatmaps.schemas import HEATMAP_CELLS_EXAMPLE, Heatmap, HeatmapCells
from gis_gov.heatmaps.told import TooManyCells, read_fitting, told_of
from gis_gov.interval import Interval
from gis_gov.media import JSON
from gis_gov.openapi import problems

router = APIRouter(tags=["analysis"])

# A hexagon is some 300 bytes of GeoJSON, and 20 of JSON.
CELLS_MAX = {"geojson": 20_000, "json": 200_000, "arrow": 200_000}
_FORMS: Final = {
    "geojson": (hexagons.write_geojson, GeoJsonResponse.media_type),
    "json": (hexagons.write_json, JSON),
    "arrow": (hexagons.write_arrow, ARROW),
}
Resolution = Annotated[
    int | None,
    Query(
        ge=service.COARSEST,
        le=service.FINEST,
        description="H3 resolution; without it, what fits the bbox or the district",
        examples=[8],
    ),
]
Form = Annotated[
    Literal["geojson", "json", "arrow"],
    Query(description="GeoJSON, or the figures by cell alone"),
]


@router.get(
    "/heatmap",
    summary="How many things there are by hexagon",
    response_class=GeoJsonResponse,
    responses={
        200: {
            "description": "Hexagons as GeoJSON, or with `f=json` or `f=arrow` the counts alone",
            "model": Heatmap,
            "content": {
                JSON: {
                    "schema": HeatmapCells.model_json_schema(),
                    "example": HEATMAP_CELLS_EXAMPLE,
                },
                ARROW: {"schema": {"type": "string", "format": "binary"}},
            },
        },
        **problems(*REFUSALS, TooManyCells),
    },
)
async def heatmap(
    heat: Heat,
    bbox: BBox,
    resolution: Resolution = None,
    f: Form = "geojson",
) -> Response:
    """Count the things whose point lies in the bbox or on its edge, without a bbox all of them.

    The counts of all hexagons add up to exactly those things. Persons, houses and enterprises count
    at their address. `datetime`, `weekdays` and `hours` are for events (when reported) and
    positions. With a `filter` or a `weight` the things count that `/collections/{layer}/items`
    lists to you, each where it says that it is; `weight` adds up a property of them.

    Who may read persons but not where each lives gets them in hexagons of resolution 9 at the
    finest. Who may not know the exact numbers of people is told persons, houses, dwellings and
    addresses by the threshold: a hexagon with fewer has the count null and is `withheld`, the other
    counts are a little off. Then, and for whom the single things are closed, a bbox takes whole
    hexagons: those with their centre in it.
    """
    actor, layer = heat.asker.actor, heat.question.layer

    async def read(conn: AsyncConnection[Any]) -> Hexagons:
        picked = resolution
        if picked is None:
            extent = bbox or await queries.read_extent(conn, actor, layer)
            picked = service.fitting_resolution(extent)
        asked = heat.at(picked, bbox, CELLS_MAX[f])
        coarsest = service.COARSEST if resolution is None else asked.resolution
        return await read_fitting(conn, asked, heat.asker.threshold, coarsest)

    def write(told: Hexagons) -> Answer:
        write_form, media_type = _FORMS[f]
        return Answer(write_form(told), media_type)

    form = (resolution, bbox, f)
    timed = None if resolution is None else heat.at(resolution, bbox, CELLS_MAX[f])
    if timed is None or timed.interval is None or not timed_cells.serves(timed):
        answer = await heat.answered(form, read, write)
    else:
        answer = await heat.made(form, partial(_make_timed, heat, timed, timed.interval, write))
    return Response(answer.body, media_type=answer.media_type)


async def _make_timed(
    heat: Wanted, asked: Question, interval: Interval, write: Callable[[Hexagons], Answer]
) -> Answer:
    counts = await heat.asker.state.timed_cells.count(asked, interval)
    told = await asyncio.to_thread(told_of, counts, asked)
    return await asyncio.to_thread(write, told)
