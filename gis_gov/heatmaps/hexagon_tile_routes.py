"""The hexagons of a heat map as vector tiles, in either matrix set."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from psycopg import AsyncConnection
from starlette.responses import Response

from gis_gov.counting.answers import Answer
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.tile import MAX_ZOOM, Tile
from gis_gov.heatmaps.asked import REFUSALS, Heat, Wanted
from gis_gov.heatmaps.hexagon_tile import read_hexagon_tile, resolution_of
from gis_gov.heatmaps.routes import Resolution
from gis_gov.heatmaps.service import COARSEST
from gis_gov.heatmaps.told import TooManyCells
from gis_gov.media import MVT
from gis_gov.openapi import problems
from gis_gov.tiles.service import AskedTile, NoSuchTile, numbered

router = APIRouter(tags=["analysis"])

TILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The tile; its layer is `heatmap`", "content": {MVT: {}}},
    204: {"description": "Nothing is there"},
    304: {"description": "The tile is still the one with the client's ETag"},
    **problems(*REFUSALS, TooManyCells, NoSuchTile),
}

Zoom = Annotated[int, Path(ge=0, le=MAX_ZOOM, description="Zoom", examples=[12])]
Column = Annotated[int, Path(ge=0, description="Column, from the west", examples=[3337])]
Row = Annotated[int, Path(ge=0, description="Row, from the north", examples=[1780])]


@router.get(
    "/heatmap/{z}/{x}/{y}.mvt",
    summary="A vector tile of a heat map's hexagons",
    response_class=Response,
    responses=TILE,
)
async def hexagon_tile(
    request: Request, heat: Heat, z: Zoom, x: Column, y: Row, resolution: Resolution = None
) -> Response:
    """Answer the hexagons that meet a tile of the WebMercatorQuad matrix, with whole counts.

    Each has `cell`, `count`, or `withheld`, and the `weight` that was asked for. Without a
    `resolution` some 24 hexagons fill a tile's side.
    """
    tile = numbered(Tile.matrix_set, z, x, y)
    return await heat.answer_tile(request, await _made(heat, tile, resolution))


@router.get(
    "/heatmap/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    summary="A vector tile of a heat map's hexagons, of a matrix set",
    response_class=Response,
    responses=TILE,
)
async def hexagon_tile_of_set(
    request: Request, heat: Heat, wanted: AskedTile, resolution: Resolution = None
) -> Response:
    """Answer the same as `/heatmap/{z}/{x}/{y}.mvt`; the row goes before the column."""
    return await heat.answer_tile(request, await _made(heat, wanted, resolution))


async def _made(heat: Wanted, tile: AnyTile, resolution: int | None) -> Answer:
    asked = heat.at(resolution_of(tile) if resolution is None else resolution, None, 0)
    coarsest = COARSEST if resolution is None else asked.resolution

    async def read(conn: AsyncConnection[Any]) -> bytes:
        return await read_hexagon_tile(conn, asked, heat.asker.threshold, coarsest, tile)

    form = ("hexagons", tile, resolution)
    return await heat.answered(form, read, lambda body: Answer(body, MVT))
