"""Hot and cold spots: where there is significantly more, or less, than elsewhere."""

import asyncio
from typing import Annotated, Literal

import numpy as np
import orjson
from fastapi import APIRouter, Query
from starlette.responses import Response

from gis_gov.api import AppState, BBox, Conn, GeoJsonResponse
from gis_gov.counting.asking import NoTime
from gis_gov.cql.problems import InvalidFilter
from gis_gov.geo.bbox import BBox as Box
from gis_gov.geo.cells import to_hex
from gis_gov.heatmaps import queries, service
from gis_gov.heatmaps.asked import Heat, NotListed
from gis_gov.heatmaps.governed import Places, hexagons_in, hexagons_to, in_grids
from gis_gov.heatmaps.hexagons import WEIGHT_DIGITS, Hexagons, drawn, head
from gis_gov.heatmaps.hotspot_schemas import SPOTS_EXAMPLE, HotSpotCells, HotSpots
from gis_gov.heatmaps.hotspots import ALPHA, find_spots
from gis_gov.heatmaps.routes import CELLS_MAX, Resolution
from gis_gov.heatmaps.told import TooManyCells, read_fitting
from gis_gov.media import JSON
from gis_gov.openapi import problems
from gis_gov.problems import InvalidRequest, Unavailable
from gis_gov.state import State

router = APIRouter(tags=["analysis"])

WAIT_S = 10.0
Z_DIGITS, P_DIGITS = 4, 6


@router.get(
    "/heatmap/hotspots",
    summary="Where there is significantly more, or less, than elsewhere",
    response_class=GeoJsonResponse,
    responses={
        200: {
            "description": "Hexagons as GeoJSON, or with `f=json` the figures alone",
            "model": HotSpots | HotSpotCells,
            "content": {
                JSON: {
                    "schema": {"$ref": "#/components/schemas/HotSpotCells"},
                    "example": SPOTS_EXAMPLE,
                }
            },
        },
        **problems(InvalidRequest, NoTime, TooManyCells, NotListed, InvalidFilter),
    },
)
async def hotspots(
    state: AppState,
    conn: Conn,
    heat: Heat,
    bbox: BBox,
    resolution: Resolution = None,
    f: Annotated[
        Literal["geojson", "json"], Query(description="GeoJSON, or the figures by cell alone")
    ] = "geojson",
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
    actor, layer = heat.asker.actor, heat.question.layer
    district = await queries.read_extent(conn, actor, layer)
    picked = service.fitting_resolution(bbox or district) if resolution is None else resolution
    asked = heat.at(picked, bbox, CELLS_MAX["geojson"])
    coarsest = service.COARSEST if resolution is None else asked.resolution
    told = await read_fitting(conn, asked, heat.asker.threshold, coarsest, whole=True)
    grids = await queries.read_countable_grids(conn, actor)
    box = district if district is None or bbox is None else bbox.common(district)
    if box is not None and hexagons_to(box, told.resolution) > asked.limit:
        raise TooManyCells(asked.limit, told.resolution)
    places = await _places(state)
    body = await asyncio.to_thread(_answer, told, box, places, grids, as_geojson=f == "geojson")
    return Response(body, media_type=JSON if f == "json" else GeoJsonResponse.media_type)


async def _places(state: State) -> Places:
    try:
        return await state.places.wait(WAIT_S)
    except TimeoutError:
        raise Unavailable("The grids are being read; try again in a moment.") from None


def _answer(
    told: Hexagons, box: Box | None, places: Places, grids: frozenset[str], *, as_geojson: bool
) -> bytes:
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
    said = {**head(told), "alpha": ALPHA}
    if as_geojson:
        return orjson.dumps({"type": "FeatureCollection", **said, "features": drawn(rows)})
    return orjson.dumps({**said, "cells": rows})


def _value(told: Hexagons, cell: int) -> float:
    """Return what is compared; what is withheld counts as half the threshold."""
    if told.weights is not None:
        return round(told.weights.get(cell, 0.0), WEIGHT_DIGITS)
    count = told.counts.get(cell, 0)
    return (told.k or 0) / 2 if count is None else count


def _rounded(value: float, digits: int) -> float | None:
    return None if np.isnan(value) else round(value, digits)
