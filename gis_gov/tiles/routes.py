"""Vector tiles, their TileJSON, and the map style."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import JSONResponse, Response

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may
from gis_gov.api import AppState, Conn
from gis_gov.geo.tile import MAX_ZOOM, Tile
from gis_gov.openapi import problems
from gis_gov.problems import InvalidRequest, NotFound
from gis_gov.tiles import queries
from gis_gov.tiles.layers import LAYERS, Layer
from gis_gov.tiles.schemas import STYLE_EXAMPLE, TileJson, VectorLayer
from gis_gov.tiles.style import middle, read_style, zoom_to_fit

router = APIRouter(tags=["tiles"])

MVT = "application/vnd.mapbox-vector-tile"
# A browser may keep a tile, but has to ask each time whether it still is the newest.
REVALIDATE = {"cache-control": "private, no-cache"}
NOT_KEPT = {"cache-control": "private, no-store"}

Layers = Annotated[
    str,
    Path(
        description="One layer, or several with commas between", examples=["grids", "grids,events"]
    ),
]

Zoom = Annotated[int, Path(description="Zoom, 0 for the whole world", examples=[14])]
Column = Annotated[int, Path(description="Column, from the west", examples=[13803])]
Row = Annotated[int, Path(description="Row, from the north", examples=[6766])]


class UnknownLayer(NotFound):
    """There is no tile layer of that name."""

    slug, title, status = "unknown-layer", "Unknown tile layer", 404


class NoSuchTile(InvalidRequest):
    """The tile's numbers are outside the tile matrix."""

    slug, title, status = "no-such-tile", "No such tile", 400


MapReader = Annotated[Actor, may(Permission.MAP_READ)]


def _layers(names: str, actor: Actor) -> list[Layer]:
    picked = list(dict.fromkeys(names.split(",")))
    for name in picked:
        if name not in LAYERS:
            raise UnknownLayer(f"{name!r} is not a layer; known: {', '.join(LAYERS)}")
        actor.require(LAYERS[name].right)
    return [LAYERS[name] for name in picked]


def _matches(request: Request, etag: str) -> bool:
    asked = request.headers.get("if-none-match", "")
    return asked == "*" or etag in (tag.strip().removeprefix("W/") for tag in asked.split(","))


@router.get(
    "/tiles/{layers}/{z}/{x}/{y}.mvt",
    summary="One vector tile",
    response_class=Response,
    responses={
        200: {"content": {MVT: {}}, "description": "The tile, one MVT layer for each asked"},
        204: {"description": "Nothing is there"},
        304: {"description": "The tile is still the one with the client's ETag"},
        **problems(UnknownLayer, NoSuchTile),
    },
)
async def tile(
    request: Request,
    state: AppState,
    actor: MapReader,
    record: Recorder,
    layers: Layers,
    z: Zoom,
    x: Column,
    y: Row,
) -> Response:
    """Answer the tile of the WebMercatorQuad matrix; the same data give the same bytes.

    Its ETag changes with the bytes alone, whoever writes: our own interface, QGIS or psql.
    """
    picked = _layers(layers, actor)
    try:
        wanted = Tile(z, x, y)
    except ValueError as error:
        raise NoSuchTile(str(error)) from None
    for layer in picked:
        if layer.personal:
            await record.repeated(Entry("tile.read", "ok", layer.name))
    kept = REVALIDATE if all(layer.may_be_kept for layer in picked) else NOT_KEPT

    async def build() -> bytes:
        async with state.pool.connection(actor.scope) as conn:
            return await queries.read_tile(conn, [layer.name for layer in picked], wanted)

    built = await state.tiles.get(actor.digest, picked, wanted, build)
    if not built.body:
        return Response(status_code=204, headers=kept)
    headers = {**kept, "etag": built.etag}
    if _matches(request, built.etag):
        return Response(status_code=304, headers=headers)
    return Response(built.body, media_type=MVT, headers=headers)


@router.get(
    "/tiles/{layers}.json",
    summary="TileJSON of a layer",
    response_model_exclude_none=True,
    responses=problems(UnknownLayer),
)
async def tilejson(request: Request, actor: MapReader, conn: Conn, layers: Layers) -> TileJson:
    """Answer the TileJSON 3.0.0 document of one layer, or of several drawn from one tile."""
    picked = _layers(layers, actor)
    extent = await queries.read_extent(conn)
    names = ",".join(layer.name for layer in picked)
    return TileJson(
        name=names,
        description="; ".join(f"{layer.title_zh} {layer.title}" for layer in picked),
        tiles=[f"{request.base_url}tiles/{names}/{{z}}/{{x}}/{{y}}.mvt"],
        vector_layers=[
            VectorLayer(
                id=layer.name,
                description=layer.title,
                minzoom=0,
                maxzoom=MAX_ZOOM,
                fields=layer.fields,
            )
            for layer in picked
        ],
        minzoom=0,
        maxzoom=MAX_ZOOM,
        bounds=extent,
        center=extent and (*middle(extent), zoom_to_fit(extent)),
    )


@router.get(
    "/style.json",
    summary="The map style",
    responses={200: {"content": {"application/json": {"example": STYLE_EXAMPLE}}}},
)
async def style(request: Request, actor: MapReader, conn: Conn) -> JSONResponse:
    """Answer the MapLibre style that draws the layers, with this server's addresses in it.

    It has the layers that you have the right to, and asks for no tiles of others.
    """
    extent = await queries.read_extent(conn)
    shown = {layer.name for layer in LAYERS.values() if actor.may(layer.right)}
    made: dict[str, Any] = read_style(str(request.base_url), shown)
    if extent:
        made["center"] = list(middle(extent))
        made["zoom"] = zoom_to_fit(extent)
    return JSONResponse(made, headers=REVALIDATE)
