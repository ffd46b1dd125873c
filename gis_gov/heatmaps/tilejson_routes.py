"""Heat maps as a map client takes layers: by a TileJSON of their hexagons.

What is asked of a TileJSON is asked with each of its tiles, so a map draws the numbers that you may
have, and needs no address but this one.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from psycopg import AsyncConnection
from pydantic import BaseModel

from gis_gov.api import BBox, Conn
from gis_gov.geo.tile import MAX_ZOOM
from gis_gov.heatmaps.asked import REFUSALS, Heat, Wanted
from gis_gov.heatmaps.change_routes import Before
from gis_gov.heatmaps.change_schemas import CellChange
from gis_gov.heatmaps.hotspot_schemas import CellSpot
from gis_gov.heatmaps.routes import Resolution
from gis_gov.openapi import problems
from gis_gov.tiles.service import TileJson, VectorLayer, middle, read_extent, zoom_to_fit

router = APIRouter(tags=["analysis"])

_PROBLEMS: Final = problems(*REFUSALS)
_HEXAGONS: Final = {
    "cell": "H3 cell",
    "count": "How many there are, null where it is withheld",
    "withheld": "Whether it is withheld",
    "weight": "Sum of the property that was asked for",
}


@router.get(
    "/heatmap/tiles.json",
    summary="TileJSON of a heat map",
    response_model_exclude_none=True,
    responses=_PROBLEMS,
)
async def heat_tilejson(
    request: Request, conn: Conn, heat: Heat, resolution: Resolution = None
) -> TileJson:
    """Answer the TileJSON 3.0.0 document of the hexagons that `/heatmap` tells.

    What is asked here is asked with each tile, so a map draws the numbers that you may have.
    """
    del resolution  # goes along with the rest of the query
    titles = f"热力图 Heat map of {heat.question.layer}", f"Hexagons with {heat.question.layer}"
    return await _told(request, conn, heat, "heatmap", titles, _HEXAGONS)


@router.get(
    "/heatmap/change/tiles.json",
    summary="TileJSON of what has changed by hexagon",
    response_model_exclude_none=True,
    responses=_PROBLEMS,
)
async def change_tilejson(
    request: Request, conn: Conn, heat: Heat, before: Before, resolution: Resolution = None
) -> TileJson:
    """Answer the TileJSON 3.0.0 document of the hexagons that `/heatmap/change` compares.

    What is asked here, the two periods as well, is asked with each tile.
    """
    del before, resolution  # go along with the rest of the query
    counted = heat.question.layer
    titles = f"变化热力图 Change of {counted}", f"Hexagons with {counted} in either period"
    return await _told(request, conn, heat, "heatmap/change", titles, _fields(CellChange, heat))


@router.get(
    "/heatmap/hotspots/tiles.json",
    summary="TileJSON of hot and cold spots",
    response_model_exclude_none=True,
    responses=_PROBLEMS,
)
async def hotspot_tilejson(
    request: Request, conn: Conn, heat: Heat, bbox: BBox, resolution: Resolution = None
) -> TileJson:
    """Answer the TileJSON 3.0.0 document of the hexagons that `/heatmap/hotspots` compares.

    What is asked here is asked with each tile: all are compared with the `bbox`, or the district.
    """
    del bbox, resolution  # go along with the rest of the query
    counted = heat.question.layer
    titles = f"冷热点 Hot spots of {counted}", f"Hexagons, by how unusual their {counted} are"
    return await _told(request, conn, heat, "heatmap/hotspots", titles, _fields(CellSpot, heat))


async def _told(
    request: Request,
    conn: AsyncConnection[Any],
    heat: Wanted,
    path: str,
    titles: tuple[str, str],
    fields: Mapping[str, str],
) -> TileJson:
    """Make the document of tiles below a path; the titles are of all, and of their layer."""
    extent = await read_extent(conn)
    asked = urlencode(request.query_params.multi_items())
    title, layer_title = titles
    return TileJson(
        name=f"{path.replace('/', '-')}-{heat.question.layer}",
        description=title,
        tiles=[f"{request.base_url}{path}/{{z}}/{{x}}/{{y}}.mvt?{asked}"],
        vector_layers=[
            VectorLayer(
                id="heatmap",
                description=layer_title,
                minzoom=0,
                maxzoom=MAX_ZOOM,
                fields=dict(fields),
            )
        ],
        minzoom=0,
        maxzoom=MAX_ZOOM,
        bounds=extent,
        center=extent and (*middle(extent), zoom_to_fit(extent)),
    )


def _fields(cell: type[BaseModel], heat: Wanted) -> dict[str, str]:
    """Tell what the figures of a hexagon are; those of a weight only where one is asked for."""
    return {
        name: field.description or ""
        for name, field in cell.model_fields.items()
        if heat.question.weight is not None or not name.startswith("weight")
    }
