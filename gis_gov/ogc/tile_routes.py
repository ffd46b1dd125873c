"""The vector tiles of OGC API Tiles, and those by z, x and y with their TileJSON."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from gis_gov.access.problems import NotAllowed
from gis_gov.access.purpose import STATED, PurposeNeeded
from gis_gov.api import Conn
from gis_gov.cql.problems import InvalidFilter
from gis_gov.direct_route import direct_get
from gis_gov.geo.tile import MAX_ZOOM
from gis_gov.media import MVT
from gis_gov.ogc.asked import MapReader
from gis_gov.ogc.crs import UnknownCrs
from gis_gov.ogc.registered import UnknownCollection
from gis_gov.ogc.tile_asked import Choice, drawn_of
from gis_gov.ogc.tile_serving import OfCollection, Selected, Served
from gis_gov.openapi import problems
from gis_gov.problems import InvalidRequest, Problem, UnknownParameter
from gis_gov.tiles.service import (
    AskedTile,
    NoSuchTile,
    TileJson,
    UnknownLayer,
    layers_named,
    numbered,
    read_extent,
    tilejson_of,
)

router = APIRouter(tags=["tiles"])

Layers = Annotated[
    str,
    Path(
        description="One layer, or several with commas between", examples=["grids", "grids,events"]
    ),
]


def _tile(*more: type[Problem]) -> dict[int | str, dict[str, Any]]:
    return {
        200: {"content": {MVT: {}}, "description": "The tile, one MVT layer for each asked"},
        204: {"description": "Nothing is there"},
        304: {"description": "The tile is still the one with the client's ETag"},
        **problems(
            NoSuchTile,
            InvalidRequest,
            InvalidFilter,
            UnknownParameter,
            UnknownCrs,
            NotAllowed,
            UnknownLayer,
            *more,
        ),
    }


@direct_get(
    router,
    "/tiles/{layers}/{z}/{x}/{y}.mvt",
    summary="One vector tile",
    response_class=Response,
    responses=_tile(PurposeNeeded),
    openapi_extra=STATED,
)
async def tile(
    layers: Layers,
    z: Annotated[int, Path(description="Zoom, 0 for the whole world", examples=[14])],
    x: Annotated[int, Path(description="Column, from the west", examples=[13803])],
    y: Annotated[int, Path(description="Row, from the north", examples=[6766])],
    served: Served,
) -> Response:
    """Answer the tile of the WebMercatorQuad matrix; the same data give the same bytes.

    Its ETag changes with the bytes alone, whoever writes: our own interface, QGIS or psql.
    A property can be asked for by its name, as in `?state=pending`, of each layer that has it.
    Ways by the `code` of a worker take a purpose where one is required.
    """
    picked = layers_named(layers.split(","), served.actor)
    return await served.answer(picked, numbered("WebMercatorQuad", z, x, y))


@router.get(
    "/tiles/{layers}.json",
    summary="TileJSON of a layer",
    response_model_exclude_none=True,
    responses=problems(
        UnknownLayer, InvalidRequest, InvalidFilter, UnknownParameter, UnknownCrs, NotAllowed
    ),
)
async def tilejson(
    request: Request, actor: MapReader, conn: Conn, layers: Layers, chosen: Choice
) -> TileJson:
    """Answer the TileJSON 3.0.0 document of one layer, or of several drawn from one tile.

    What is chosen by parameters here is chosen of its tiles, too.
    """
    picked = layers_named(layers.split(","), actor)
    drawn_of(picked, chosen, actor)
    names = ",".join(layer.name for layer in picked)
    asked = urlencode(request.query_params.multi_items())
    address = f"{request.base_url}tiles/{names}/{{z}}/{{x}}/{{y}}.mvt"
    extent = await read_extent(conn)
    return tilejson_of(picked, f"{address}?{asked}" if asked else address, extent, MAX_ZOOM)


@direct_get(
    router,
    "/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    summary="One vector tile of the public layers, or of those selected",
    operation_id="tiles.dataset.vector.getTile",
    response_class=Response,
    responses=_tile(PurposeNeeded),
    openapi_extra=STATED,
)
async def dataset_tile(selected: Selected, wanted: AskedTile, served: Served) -> Response:
    """Answer a tile; the row goes before the column, as the standard has it."""
    return await served.answer(selected.layers, wanted)


@direct_get(
    router,
    "/collections/{collection}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    summary="One vector tile of a collection",
    operation_id="tiles.collection.vector.getTile",
    response_class=Response,
    responses=_tile(UnknownCollection),
)
async def collection_tile(of: OfCollection, wanted: AskedTile, served: Served) -> Response:
    """Answer a tile of the collection's layer, whole or as the parameters choose."""
    return await served.answer([of.layer], wanted)


# The properties of a collection are parameters, too: tile_asked.py refuses what is none of them.
for _endpoint in (tile, tilejson, dataset_tile, collection_tile):
    _endpoint.ignores_unknown_parameters = True  # type: ignore[attr-defined]
