"""It is told where somebody walked in a month, and where nobody did."""

from datetime import date
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import Permission
from gis_gov.access.problems import NotAllowed
from gis_gov.api import PRIVATE, AppState, GeoJsonResponse
from gis_gov.days import utc_now
from gis_gov.media import GEOJSON, JSON
from gis_gov.openapi import problems
from gis_gov.patrols.coverage import Covered, covered, drawn_cells, told_by_grid
from gis_gov.patrols.coverage_schemas import CELLS_EXAMPLE, Coverage
from gis_gov.patrols.patrol_routes import MapReader
from gis_gov.problems import InvalidRequest, NotFound, Unavailable
from gis_gov.state import State

router = APIRouter(tags=["patrols"])

WAIT_S: Final = 10.0

Within = Annotated[
    str,
    Query(
        min_length=1,
        max_length=255,
        description="Code of the area or grid",
        examples=["990101001001"],
    ),
]
Month = Annotated[
    str,
    Query(
        pattern=r"^20\d\d-(0[1-9]|1[0-2])$",
        description="The month (UTC+8)",
        examples=["2026-01"],
    ),
]


@router.get(
    "/coverage",
    summary="How much of the ground was walked",
    response_class=JSONResponse,
    response_model=Coverage,
    responses=problems(InvalidRequest, NotFound, NotAllowed, Unavailable),
)
async def coverage(
    state: AppState, record: Recorder, actor: MapReader, within: Within, month: Month
) -> Response:
    """Tell which share of each grid somebody came through in a month, by the fixes that count.

    The ways between fixes count, but for gaps (300 s and 300 m) and legs over 1 km. Late fixes
    correct it; those of the last minutes may be missing.
    """
    found = await _covered(state, actor, within, month)
    told = told_by_grid(found)
    detail = {"month": month, "rows": len(found.grids)}
    await record(Entry("coverage.read", "ok", "place", within, detail=detail))
    answer = {"within": within, "month": month, **told, "as_of": utc_now()}
    return Response(orjson.dumps(answer), media_type=JSON, headers=PRIVATE)


@router.get(
    "/coverage/cells",
    summary="Where nobody walked",
    response_class=GeoJsonResponse,
    responses={
        200: {
            "description": "A polygon for each cell",
            "content": {GEOJSON: {"schema": {"type": "object"}, "example": CELLS_EXAMPLE}},
        },
        **problems(InvalidRequest, NotFound, NotAllowed, Unavailable),
    },
)
async def coverage_cells(
    state: AppState,
    record: Recorder,
    actor: MapReader,
    within: Within,
    month: Month,
    *,
    walked: Annotated[
        bool, Query(description="Whether to tell the cells that were walked instead")
    ] = False,
) -> Response:
    """Draw the cells that nobody came through in a month, or those that somebody did.

    `days` is on how many days of workers: two on one day are two.
    """
    found = await _covered(state, actor, within, month)
    drawn = drawn_cells(found, walked=walked)
    detail = {"month": month, "walked": walked}
    await record(Entry("coverage.read", "ok", "place", within, detail=detail))
    return Response(drawn, media_type=GEOJSON, headers=PRIVATE)


async def _covered(state: State, actor: Actor, within: str, month: str) -> Covered:
    actor.require(Permission.TRACK_READ)
    try:
        places = await state.places.wait(WAIT_S)
    except TimeoutError:
        raise Unavailable("The boundaries are being read; ask again.") from None
    first = date.fromisoformat(f"{month}-01")
    return await covered(state.pool, state.grounds, actor, places, within, first)
