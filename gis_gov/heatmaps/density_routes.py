"""Heat maps as pictures: kernel density as one PNG, or as raster tiles."""

import asyncio
from dataclasses import astuple
from typing import Annotated, Any, Final

import numpy as np
from fastapi import APIRouter, Query, Request
from numpy.typing import NDArray
from psycopg import AsyncConnection
from starlette.responses import Response

from gis_gov.api import BBox, Conn
from gis_gov.counting.answers import Answer
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.tile import Tile
from gis_gov.heatmaps import density_image, queries
from gis_gov.heatmaps.asked import REFUSALS, Heat, Wanted
from gis_gov.heatmaps.density_raster import (
    Raster,
    raster_of,
    raster_of_tile,
    resolution_for_bandwidth,
)
from gis_gov.heatmaps.hexagon_tile_routes import Column, Row, Zoom
from gis_gov.heatmaps.hexagons import Hexagons
from gis_gov.heatmaps.routes import CELLS_MAX
from gis_gov.heatmaps.service import COARSEST
from gis_gov.heatmaps.told import TooManyCells, read_fitting
from gis_gov.media import PNG
from gis_gov.openapi import problems
from gis_gov.problems import InvalidRequest
from gis_gov.tiles.service import AskedTile, NoSuchTile, numbered

router = APIRouter(tags=["analysis"])

BANDWIDTH_M: Final = 500.0
TILE_PX: Final = 256
_PROBLEMS = problems(*REFUSALS, TooManyCells)
_NOTHING = {204: {"description": "Nothing is there"}}
_TILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A tile of 256 pixels", "content": {PNG: {}}},
    304: {"description": "The tile is still the one with the client's ETag"},
    **_NOTHING,
    **problems(*REFUSALS, TooManyCells, NoSuchTile),
}

Bandwidth = Annotated[
    float,
    Query(
        ge=50,
        le=20_000,
        allow_inf_nan=False,
        description="Standard deviation of the kernel, metres; on the map never under a pixel",
    ),
]
_MAXIMUM: Final = Query(
    gt=0,
    allow_inf_nan=False,
    description="Things, or weight, to the square kilometre that have the last colour",
    examples=[20000],
)
Maximum = Annotated[float, _MAXIMUM]


@router.get(
    "/heatmap/density.png",
    summary="A picture of the kernel density",
    response_class=Response,
    responses={
        200: {
            "description": "The picture, in Web Mercator",
            "content": {PNG: {"schema": {"type": "string", "format": "binary"}}},
            "headers": {
                "x-density-maximum-km2": {
                    "description": "What has the last colour, to the square kilometre",
                    "schema": {"type": "number"},
                },
                "x-density-bbox": {
                    "description": "West,south,east,north of the picture's edges",
                    "schema": {"type": "string"},
                },
                "x-density-resolution": {
                    "description": "H3 resolution of the hexagons that were spread",
                    "schema": {"type": "integer"},
                },
            },
        },
        **_NOTHING,
        **_PROBLEMS,
    },
)
async def density_png(
    conn: Conn,
    heat: Heat,
    bbox: BBox,
    bandwidth_m: Bandwidth = BANDWIDTH_M,
    size_px: Annotated[int, Query(ge=16, le=2048, description="Pixels on the longer side")] = 512,
    maximum_km2: Annotated[float | None, _MAXIMUM] = None,
) -> Response:
    """Draw how dense the things are in the bbox, without one in the district.

    Each hexagon that `/heatmap` tells you of is spread from its centre by a Gaussian; what is
    withheld from you is not drawn. The resolution follows the bandwidth. Without `maximum_km2` the
    densest place has the last colour; the header `x-density-maximum-km2` tells what that is.
    """
    actor, layer = heat.asker.actor, heat.question.layer
    box = bbox or await queries.read_extent(conn, actor, layer)
    if box is None:
        return Response(status_code=204)
    try:
        raster = raster_of(box, size_px)
    except ValueError as error:
        raise InvalidRequest.at("query.bbox", str(error)) from None
    told = await _read(conn, heat, raster, bandwidth_m)
    density = await asyncio.to_thread(raster.density_km2, told, bandwidth_m)
    maximum = float(density.max()) if maximum_km2 is None else maximum_km2
    headers = {
        "x-density-maximum-km2": f"{maximum:.6g}",
        "x-density-bbox": ",".join(map(str, astuple(raster.box))),
        "x-density-resolution": str(told.resolution),
    }
    body = await asyncio.to_thread(_drawn, density, maximum)
    return Response(body, media_type=PNG, headers=headers)


@router.get(
    "/heatmap/density/{z}/{x}/{y}.png",
    summary="A raster tile of the kernel density",
    response_class=Response,
    responses=_TILE,
)
async def density_tile(
    request: Request,
    heat: Heat,
    z: Zoom,
    x: Column,
    y: Row,
    maximum_km2: Maximum,
    bandwidth_m: Bandwidth = BANDWIDTH_M,
) -> Response:
    """Draw a tile of the WebMercatorQuad matrix as `/heatmap/density.png` does.

    All tiles have the same colours for the same density, by `maximum_km2`, and meet at their edges.
    """
    tile = numbered(Tile.matrix_set, z, x, y)
    return await heat.answer_tile(request, await _made(heat, tile, bandwidth_m, maximum_km2))


@router.get(
    "/heatmap/density/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    summary="A raster tile of the kernel density, of a matrix set",
    response_class=Response,
    responses=_TILE,
)
async def density_tile_of_set(
    request: Request,
    heat: Heat,
    wanted: AskedTile,
    maximum_km2: Maximum,
    bandwidth_m: Bandwidth = BANDWIDTH_M,
) -> Response:
    """Answer the same as `/heatmap/density/{z}/{x}/{y}.png`; the row goes before the column.

    A tile of CGCS2000Quad has pixels as high as they are wide in degrees.
    """
    return await heat.answer_tile(request, await _made(heat, wanted, bandwidth_m, maximum_km2))


async def _made(heat: Wanted, tile: AnyTile, bandwidth_m: float, maximum_km2: float) -> Answer:
    raster = raster_of_tile(tile, TILE_PX)

    async def read(conn: AsyncConnection[Any]) -> Hexagons:
        return await _read(conn, heat, raster, bandwidth_m)

    def write(told: Hexagons) -> Answer:
        density = raster.density_km2(told, bandwidth_m)
        shades = density_image.shades_of(density, maximum_km2)
        return Answer(density_image.png(shades) if shades.any() else b"", PNG)

    return await heat.answered(("density", tile, bandwidth_m, maximum_km2), read, write)


async def _read(
    conn: AsyncConnection[Any], heat: Wanted, raster: Raster, bandwidth_m: float
) -> Hexagons:
    """Read the hexagons whose kernels reach the raster, each whole."""
    widest_m = raster.bandwidth_m(bandwidth_m)
    asked = heat.at(resolution_for_bandwidth(widest_m), raster.reached(widest_m), CELLS_MAX["json"])
    return await read_fitting(conn, asked, heat.asker.threshold, COARSEST, whole=True)


def _drawn(density: NDArray[np.float64], maximum: float) -> bytes:
    return density_image.png(density_image.shades_of(density, maximum))
