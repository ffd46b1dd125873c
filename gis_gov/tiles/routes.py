"""The map style; the tiles themselves are served along with the collections, by their filters."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from gis_gov.access.actor import Actor
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may
from gis_gov.api import REVALIDATE, Conn
from gis_gov.tiles import queries
from gis_gov.tiles.layers import LAYERS
from gis_gov.tiles.schemas import STYLE_EXAMPLE
from gis_gov.tiles.style import HEATMAP, middle, read_style, zoom_to_fit

router = APIRouter(tags=["tiles"])

MapReader = Annotated[Actor, may(Permission.MAP_READ)]


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
    if actor.may(Permission.COUNT) and actor.may(Permission.EVENT_READ):
        shown.add(HEATMAP)
    made: dict[str, Any] = read_style(str(request.base_url), shown)
    if extent:
        made["center"] = list(middle(extent))
        made["zoom"] = zoom_to_fit(extent)
    return JSONResponse(made, headers=REVALIDATE)
