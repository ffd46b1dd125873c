"""Hot and cold spots: where there is significantly more, or less, than elsewhere."""

import asyncio
from hashlib import sha256
from typing import Any
from weakref import ref

import numpy as np
import orjson
from fastapi import APIRouter, Request
from psycopg import AsyncConnection
from starlette.responses import Response

from gis_gov.api import AppState, BBox, GeoJsonResponse
from gis_gov.counting.answers import Answer
from gis_gov.geo.bbox import BBox as Box
from gis_gov.geo.cells import to_hex
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.tile import Tile
from gis_gov.heatmaps import queries, service
from gis_gov.heatmaps.asked import REFUSALS, Heat, Wanted
from gis_gov.heatmaps.figures import Figures, read_figure_tile, rows_near
from gis_gov.heatmaps.governed import Places, hexagons_in, hexagons_to, in_grids
from gis_gov.heatmaps.hexagon_tile_routes import TILE, Column, Row, Zoom
from gis_gov.heatmaps.hexagons import ARROW, WEIGHT_DIGITS, Hexagons, head
from gis_gov.heatmaps.hotspot_schemas import SPOTS_EXAMPLE, HotSpotCells, HotSpots
from gis_gov.heatmaps.hotspots import ALPHA, find_spots
from gis_gov.heatmaps.routes import CELLS_MAX, Form, Resolution
from gis_gov.heatmaps.told import TooManyCells, read_fitting
from gis_gov.media import JSON, MVT
from gis_gov.openapi import problems
from gis_gov.problems import Unavailable
from gis_gov.state import State
from gis_gov.tiles.service import AskedTile, numbered

router = APIRouter(tags=["analysis"])

WAIT_S = 10.0
Z_DIGITS, P_DIGITS = 4, 6


@router.get(
    "/heatmap/hotspots",
    summary="Where there is significantly more, or less, than elsewhere",
    response_class=GeoJsonResponse,
    responses={
        200: {
            "description": "Hexagons as GeoJSON, or with `f=json` or `f=arrow` the figures alone",
            "model": HotSpots | HotSpotCells,
            "content": {
                JSON: {
                    "schema": {"$ref": "#/components/schemas/HotSpotCells"},
                    "example": SPOTS_EXAMPLE,
                },
                ARROW: {"schema": {"type": "string", "format": "binary"}},
            },
        },
        **problems(*REFUSALS, TooManyCells),
    },
)
async def hotspots(
    state: AppState, heat: Heat, bbox: BBox, resolution: Resolution = None, f: Form = "geojson"
) -> Response:
    """Tell for each hexagon how unusual it and its neighbours are (Getis-Ord Gi*).

    Compared are all hexagons with their centre in the bbox (without one, in the district) that lie
    in a grid where you may count, the empty ones too, and others that have anything. `z` is in
    standard deviations, `p` its two-sided probability if all were mixed at random, `q` the same
    with regard to how many hexagons are tested (Benjamini-Hochberg): a `spot` is `hot` or `cold`
    where `q` is at most 0.05. Neighbouring hexagons share what is in them, so spots come in groups.

    With a `weight` it is the sums that are compared. Where counts are told by the threshold, the
    spots are made of what is told, a withheld count taken for half the threshold.
    """
    answer = await _found(state, heat, bbox, resolution, f)
    return Response(answer.body, media_type=answer.media_type)


@router.get(
    "/heatmap/hotspots/{z}/{x}/{y}.mvt",
    summary="A vector tile of hot and cold spots",
    response_class=Response,
    responses=TILE,
)
async def hotspot_tile(
    request: Request,
    state: AppState,
    heat: Heat,
    bbox: BBox,
    z: Zoom,
    x: Column,
    y: Row,
    resolution: Resolution = None,
) -> Response:
    """Answer those hexagons of `/heatmap/hotspots` that meet a tile of the WebMercatorQuad matrix.

    They are the same at all zooms, and compared with all of the bbox, or of the district.
    """
    tile = numbered(Tile.matrix_set, z, x, y)
    return await heat.answer_tile(request, await _made(state, heat, bbox, resolution, tile))


@router.get(
    "/heatmap/hotspots/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    summary="A vector tile of hot and cold spots, of a matrix set",
    response_class=Response,
    responses=TILE,
)
async def hotspot_tile_of_set(
    request: Request,
    state: AppState,
    heat: Heat,
    bbox: BBox,
    wanted: AskedTile,
    resolution: Resolution = None,
) -> Response:
    """Answer the same as `/heatmap/hotspots/{z}/{x}/{y}.mvt`; the row goes before the column."""
    return await heat.answer_tile(request, await _made(state, heat, bbox, resolution, wanted))


async def _made(
    state: State, heat: Wanted, bbox: Box | None, resolution: int | None, tile: AnyTile
) -> Answer:
    """Draw a tile of all the spots: they are found once for all tiles.

    What is drawn follows from the spots alone, and is kept under them.
    """
    found = await _found(state, heat, bbox, resolution, "json")

    def near() -> list[dict[str, Any]]:
        told = orjson.loads(found.body)
        return rows_near(told["cells"], tile, told["resolution"])

    async def read(conn: AsyncConnection[Any]) -> bytes:
        return await read_figure_tile(conn, await asyncio.to_thread(near), tile)

    form = ("hotspots", tile, sha256(found.body).digest())
    return await heat.answered(form, read, lambda body: Answer(body, MVT))


async def _found(
    state: State, heat: Wanted, bbox: Box | None, resolution: int | None, f: str
) -> Answer:
    places = await _places(state)
    actor, layer = heat.asker.actor, heat.question.layer

    async def read(conn: AsyncConnection[Any]) -> Figures:
        district = await queries.read_extent(conn, actor, layer)
        picked = service.fitting_resolution(bbox or district) if resolution is None else resolution
        asked = heat.at(picked, bbox, CELLS_MAX["geojson"])
        coarsest = service.COARSEST if resolution is None else asked.resolution
        told = await read_fitting(conn, asked, heat.asker.threshold, coarsest, whole=True)
        grids = await queries.read_countable_grids(conn, actor)
        box = district if district is None or bbox is None else bbox.common(district)
        if box is not None and hexagons_to(box, told.resolution) > asked.limit:
            raise TooManyCells(asked.limit, told.resolution)
        return await asyncio.to_thread(_spots, told, box, places, grids)

    # What the memory of the places knew when it was asked is part of the answer.
    form = ("hotspots", resolution, bbox, f, ref(places))
    return await heat.answered(form, read, lambda figures: figures.written(f))


async def _places(state: State) -> Places:
    try:
        return await state.places.wait(WAIT_S)
    except TimeoutError:
        raise Unavailable("The grids are being read; try again in a moment.") from None


def _spots(told: Hexagons, box: Box | None, places: Places, grids: frozenset[str]) -> Figures:
    empty = np.empty(0, dtype=np.int64)
    governed = empty if box is None else in_grids(hexagons_in(box, told.resolution), places, grids)
    cells = np.union1d(governed, np.array(list(told.counts), dtype=np.int64))
    values = np.array([_value(told, cell) for cell in cells.tolist()], dtype=np.float64)
    spots = find_spots(cells, values)
    rows = [
        {
            "cell": name,
            "count": told.counts.get(cell, 0),
            **({} if told.weights is None else {"weight": value}),
            **({"withheld": True} if told.counts.get(cell, 0) is None else {}),
            "z": _rounded(z, Z_DIGITS),
            "p": _rounded(p, P_DIGITS),
            "q": _rounded(q, P_DIGITS),
            "spot": kind,
        }
        for cell, name, value, z, p, q, kind in zip(
            cells.tolist(),
            to_hex(cells.tolist()),
            values.tolist(),
            spots.z.tolist(),
            spots.p.tolist(),
            spots.q.tolist(),
            spots.kinds,
            strict=True,
        )
    ]
    weighed = () if told.weights is None else ("weight",)
    return Figures({**head(told), "alpha": ALPHA}, ("count", *weighed, "z", "p", "q", "spot"), rows)


def _value(told: Hexagons, cell: int) -> float:
    """Return what is compared; what is withheld counts as half the threshold."""
    if told.weights is not None:
        return round(told.weights.get(cell, 0.0), WEIGHT_DIGITS)
    count = told.counts.get(cell, 0)
    return (told.k or 0) / 2 if count is None else count


def _rounded(value: float, digits: int) -> float | None:
    return None if np.isnan(value) else round(value, digits)
