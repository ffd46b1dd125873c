"""Heat maps: how many things there are by hexagon."""

import asyncio
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from gis_gov.access.entry import Entry
from gis_gov.analysis import fences, heatmap_queries, service, whole_cell_queries
from gis_gov.analysis.asking import Asking, NoTime
from gis_gov.analysis.layers import AUDITED, TIMED, UNTALLIED, Layer
from gis_gov.analysis.schemas import HEATMAP_CELLS_EXAMPLE, Heatmap, HeatmapCells
from gis_gov.analysis.threshold import Threshold
from gis_gov.api import BBox, Conn, GeoJsonResponse, Interval
from gis_gov.openapi import problems
from gis_gov.problems import InvalidRequest

router = APIRouter(tags=["analysis"])

JSON = "application/json"
GEOJSON = GeoJsonResponse.media_type
# A hexagon is some 300 bytes of GeoJSON, and 20 of JSON.
CELLS_MAX = {"geojson": 20_000, "json": 200_000}


class TooManyCells(InvalidRequest):
    """The heat map would have more hexagons than are answered at once."""

    slug, title, status = "too-many-cells", "Too many hexagons", 400


@router.get(
    "/heatmap",
    summary="How many things there are by hexagon",
    response_class=GeoJsonResponse,
    responses={
        200: {
            "description": "Hexagons as GeoJSON, or with `f=json` the counts alone",
            "model": Heatmap,
            "content": {
                JSON: {
                    "schema": HeatmapCells.model_json_schema(),
                    "example": HEATMAP_CELLS_EXAMPLE,
                }
            },
        },
        **problems(InvalidRequest, NoTime, TooManyCells),
    },
)
async def heatmap(
    asker: Asking,
    conn: Conn,
    bbox: BBox,
    interval: Interval,
    layer: Annotated[
        Layer, Query(description="What to count; houses are buildings and dwellings together")
    ],
    resolution: Annotated[
        int | None,
        Query(
            ge=service.COARSEST,
            le=service.FINEST,
            description="H3 resolution; without it, what fits the bbox or the district",
            examples=[8],
        ),
    ] = None,
    f: Annotated[
        Literal["geojson", "json"], Query(description="GeoJSON, or the counts by cell alone")
    ] = "geojson",
) -> Response:
    """Count the things whose point lies in the bbox or on its edge, without a bbox all of them.

    The counts of all hexagons add up to exactly those things. Persons, houses and enterprises count
    at their address. `datetime` is for events (when reported) and positions.

    Who may read persons but not where each lives gets them in hexagons of resolution 9 at the
    finest. Who may not know the exact numbers of people is told persons, houses, dwellings and
    addresses by the threshold: a hexagon with fewer has the count null and is `withheld`, the other
    counts are a little off. Then, and for whom the single things are closed, a bbox takes whole
    hexagons: those with their centre in it.
    """
    fences.require(asker.actor, [layer], timed=interval is not None)
    if interval is not None and layer not in TIMED:
        raise NoTime(f"query.datetime: {layer} have no time; {' and '.join(TIMED)} have")
    if layer in AUDITED:
        await asker.record.repeated(Entry("heatmap.read", "ok", layer))
    picked = resolution
    if picked is None:
        extent = bbox or await heatmap_queries.read_extent(conn, asker.actor, layer)
        picked = service.fitting_resolution(extent)
    if layer == "persons":
        picked = min(picked, fences.finest_of_persons(asker.actor))
    asked = heatmap_queries.Question(asker.actor, layer, picked, bbox, interval, CELLS_MAX[f])
    coarsest = service.COARSEST if resolution is None else picked
    picked, cells = await _cells_that_fit(conn, asked, asker.threshold, coarsest)
    write = service.hexagons_geojson if f == "geojson" else service.hexagons_json
    k = None if fences.counts_exactly(asker.actor, layer) else asker.threshold.k
    body = await asyncio.to_thread(write, cells, picked, k)
    media_type = GEOJSON if f == "geojson" else JSON
    return Response(body, media_type=media_type)


async def _cells_that_fit(
    conn: Conn, asked: heatmap_queries.Question, threshold: Threshold, coarsest: int
) -> tuple[int, service.Cells]:
    """Read the cells at the resolution asked for, or at the finest one at which they are not many.

    Raises:
        TooManyCells: they are too many even at the coarsest that may be.

    """
    for resolution in range(asked.resolution, coarsest - 1, -1):
        cells = await _cells(conn, replace(asked, resolution=resolution), threshold)
        if cells is not None:
            return resolution, cells
    raise TooManyCells(
        f"more than {asked.limit} hexagons at resolution {coarsest};"
        " ask for a lower one, or for a smaller bbox"
    )


async def _cells(
    conn: Conn, asked: heatmap_queries.Question, threshold: Threshold
) -> service.Cells | None:
    actor, layer = asked.actor, asked.layer
    single = asked.interval is not None or layer in UNTALLIED
    if single or (fences.counts_exactly(actor, layer) and fences.reads_things(actor, layer)):
        counts = await heatmap_queries.read_heatmap(conn, asked)
        cells = counts and service.gather(counts, asked.resolution)
    else:
        sums = await whole_cell_queries.read_whole_cells(conn, asked)
        cells = None
        if sums is not None:
            cells = await asyncio.to_thread(service.tell_cells, sums, layer, asked.bbox, threshold)
    return None if cells is None or len(cells) > asked.limit else cells
