"""Heat maps as a map client takes layers: by a TileJSON of their hexagons."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request

from gis_gov.api import Conn
from gis_gov.counting.asking import NoTime
from gis_gov.cql.problems import InvalidFilter
from gis_gov.geo.tile import MAX_ZOOM
from gis_gov.heatmaps.asked import Heat, NotListed
from gis_gov.heatmaps.routes import Resolution
from gis_gov.openapi import problems
from gis_gov.problems import InvalidRequest
from gis_gov.tiles.service import TileJson, VectorLayer, middle, read_extent, zoom_to_fit

router = APIRouter(tags=["analysis"])

_FIELDS = {
    "cell": "H3 cell",
    "count": "How many there are, null where it is withheld",
    "withheld": "Whether it is withheld",
    "weight": "Sum of the property that was asked for",
}


@router.get(
    "/heatmap/tiles.json",
    summary="TileJSON of a heat map",
    response_model_exclude_none=True,
    responses=problems(InvalidRequest, NoTime, NotListed, InvalidFilter),
)
async def heat_tilejson(
    request: Request, conn: Conn, heat: Heat, resolution: Resolution = None
) -> TileJson:
    """Answer the TileJSON 3.0.0 document of the hexagons that `/heatmap` tells.

    What is asked here is asked with each tile, so a map draws the numbers that you may have.
    """
    del resolution  # goes along with the rest of the query
    extent = await read_extent(conn)
    counted = heat.question.layer
    asked = urlencode(request.query_params.multi_items())
    return TileJson(
        name=f"heatmap-{counted}",
        description=f"热力图 Heat map of {counted}",
        tiles=[f"{request.base_url}heatmap/{{z}}/{{x}}/{{y}}.mvt?{asked}"],
        vector_layers=[
            VectorLayer(
                id="heatmap",
                description=f"Hexagons with {counted}",
                minzoom=0,
                maxzoom=MAX_ZOOM,
                fields=_FIELDS,
            )
        ],
        minzoom=0,
        maxzoom=MAX_ZOOM,
        bounds=extent,
        center=extent and (*middle(extent), zoom_to_fit(extent)),
    )
