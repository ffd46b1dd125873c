"""Heat maps of what has changed between two periods."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from psycopg import AsyncConnection
from starlette.responses import Response

from gis_gov.api import BBox, GeoJsonResponse
from gis_gov.counting.answers import Answer
from gis_gov.counting.question import Question
from gis_gov.geo.cell_ranges import around
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.tile import Tile
from gis_gov.heatmaps import queries, service
from gis_gov.heatmaps.asked import REFUSALS, Heat, Wanted
from gis_gov.heatmaps.change_schemas import CHANGE_EXAMPLE, HeatmapChange, HeatmapChangeCells
from gis_gov.heatmaps.changes import read_changes
from gis_gov.heatmaps.figures import Figures, read_figure_tile
from gis_gov.heatmaps.hexagon_tile import CELLS_MAX as TILE_CELLS_MAX
from gis_gov.heatmaps.hexagon_tile import resolution_of
from gis_gov.heatmaps.hexagon_tile_routes import TILE, Column, Row, Zoom
from gis_gov.heatmaps.hexagons import ARROW
from gis_gov.heatmaps.routes import CELLS_MAX, Form, Resolution
from gis_gov.heatmaps.told import TooManyCells
from gis_gov.interval import Interval, parse_interval
from gis_gov.media import JSON, MVT
from gis_gov.openapi import problems
from gis_gov.problems import InvalidRequest
from gis_gov.tiles.service import AskedTile, numbered

router = APIRouter(tags=["analysis"])


async def _before(
    before: Annotated[
        str,
        Query(
            description="The earlier period, written as `datetime`",
            examples=["2025-06-01/2025-06-30"],
        ),
    ],
    heat: Heat,
) -> Interval:
    if heat.question.interval is None:
        raise InvalidRequest.at("query.datetime", "is needed: the period to compare with `before`")
    try:
        return parse_interval(before)
    except ValueError as error:
        raise InvalidRequest.at("query.before", str(error)) from None


Before = Annotated[Interval, Depends(_before)]


@router.get(
    "/heatmap/change",
    summary="What has changed by hexagon between two periods",
    response_class=GeoJsonResponse,
    responses={
        200: {
            "description": "Hexagons as GeoJSON, or with `f=json` or `f=arrow` the figures alone",
            "model": HeatmapChange | HeatmapChangeCells,
            "content": {
                JSON: {
                    "schema": {"$ref": "#/components/schemas/HeatmapChangeCells"},
                    "example": CHANGE_EXAMPLE,
                },
                ARROW: {"schema": {"type": "string", "format": "binary"}},
            },
        },
        **problems(*REFUSALS, TooManyCells),
    },
)
async def change(
    heat: Heat, bbox: BBox, before: Before, resolution: Resolution = None, f: Form = "geojson"
) -> Response:
    """Count the events or positions of `datetime` and of `before`, and compare the two.

    Each hexagon that has any in either period is told with both counts, their difference, and the
    ratio of the later to the earlier one: null where there were none. With a `weight` its sums are
    told likewise.
    """

    async def read(conn: AsyncConnection[Any]) -> Figures:
        picked = resolution
        if picked is None:
            extent = bbox or await queries.read_extent(conn, heat.asker.actor, heat.question.layer)
            picked = service.fitting_resolution(extent)

        def asked_at(each: int) -> Question:
            return heat.at(each, bbox, CELLS_MAX[f])

        return await read_changes(
            conn, asked_at, before, heat.asker.threshold, _down(picked, resolution)
        )

    form = ("change", before, resolution, bbox, f)
    answer = await heat.answered(form, read, lambda figures: figures.written(f))
    return Response(answer.body, media_type=answer.media_type)


@router.get(
    "/heatmap/change/{z}/{x}/{y}.mvt",
    summary="A vector tile of what has changed by hexagon",
    response_class=Response,
    responses=TILE,
)
async def change_tile(
    request: Request,
    heat: Heat,
    before: Before,
    z: Zoom,
    x: Column,
    y: Row,
    resolution: Resolution = None,
) -> Response:
    """Answer the hexagons of `/heatmap/change` that meet a tile of the WebMercatorQuad matrix.

    Each is compared as a whole. Without a `resolution` some 24 hexagons fill a tile's side.
    """
    tile = numbered(Tile.matrix_set, z, x, y)
    return await heat.answer_tile(request, await _made(heat, before, tile, resolution))


@router.get(
    "/heatmap/change/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    summary="A vector tile of what has changed by hexagon, of a matrix set",
    response_class=Response,
    responses=TILE,
)
async def change_tile_of_set(
    request: Request, heat: Heat, before: Before, wanted: AskedTile, resolution: Resolution = None
) -> Response:
    """Answer the same as `/heatmap/change/{z}/{x}/{y}.mvt`; the row goes before the column."""
    return await heat.answer_tile(request, await _made(heat, before, wanted, resolution))


async def _made(heat: Wanted, before: Interval, tile: AnyTile, resolution: int | None) -> Answer:
    picked = resolution_of(tile) if resolution is None else resolution

    def asked_at(each: int) -> Question:
        return heat.at(each, around(tile.bounds(), each), TILE_CELLS_MAX)

    async def read(conn: AsyncConnection[Any]) -> bytes:
        figures = await read_changes(
            conn, asked_at, before, heat.asker.threshold, _down(picked, resolution), whole=True
        )
        return await read_figure_tile(conn, figures.rows, tile)

    form = ("change", before, tile, resolution)
    return await heat.answered(form, read, lambda body: Answer(body, MVT))


def _down(picked: int, wanted: int | None) -> range:
    """Return the resolutions to try: that which is wanted, or else the one picked and coarser."""
    return range(picked, (service.COARSEST if wanted is None else picked) - 1, -1)
