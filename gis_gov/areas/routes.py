"""Where a point lies, or many: grid, exclusive grids, community, street, district."""

import asyncio
from collections.abc import Callable
from email.message import Message
from functools import partial
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may
from gis_gov.api import AppState, GeographicDatum, Lat, Lon, UnusableDatum
from gis_gov.areas import queries, service
from gis_gov.areas.place_index import Place, PlaceIndex
from gis_gov.areas.points import BadPoint
from gis_gov.areas.points_arrow import answer_arrow
from gis_gov.areas.points_csv import BadTable, answer_csv
from gis_gov.areas.points_streamed import LocatedStream
from gis_gov.areas.schemas import ANSWER, ARROW, BODY, CSV, Located, LocatedMany
from gis_gov.body import MEGABYTE, FileResponse, Spool, pieces_of, received
from gis_gov.db.scope import NOTHING
from gis_gov.direct_route import direct_get
from gis_gov.geo.datum import Datum
from gis_gov.media import JSON
from gis_gov.openapi import problems
from gis_gov.problems import InvalidRequest, TooLarge, Unavailable, UnsupportedMedia
from gis_gov.state import State

router = APIRouter(tags=["areas"])

# JSON is unpacked as a whole, at many times its size.
JSON_BODY_MAX_MB = 8.0
WAIT_S = 10.0

Streamed = Annotated[
    bool, Query(description="Answer an Arrow stream while it still comes, without a limit of size.")
]
Answer = Callable[[Spool, PlaceIndex, Datum], Spool]


@direct_get(
    router,
    "/locate",
    summary="Where a point lies",
    response_model=Located,
    dependencies=[may(Permission.MAP_READ)],
    responses=problems(InvalidRequest, BadPoint, UnusableDatum),
)
async def locate(state: AppState, lon: Lon, lat: Lat, datum: GeographicDatum) -> Response:
    """Answer the grid that the point belongs to, and the community, street and district above.

    For a point in no grid, the areas are those of the deepest area that covers it, and `nearest`
    tells the grid nearest to it.
    """
    point = service.canonical_point(lon, lat, datum)
    told = service.tell(await _place(state, *point))
    return Response(orjson.dumps(told), media_type=JSON)


async def _place(state: State, lon: float, lat: float) -> Place:
    index = state.places.newest()
    if index is not None:
        return index.locate_one(lon, lat)
    async with state.pool.connection(NOTHING) as conn:
        return await queries.read_place(conn, lon, lat)


@router.post(
    "/locate",
    summary="Where many points lie",
    response_model=LocatedMany,
    dependencies=[may(Permission.MAP_READ)],
    responses={
        200: ANSWER,
        **problems(InvalidRequest, BadPoint, BadTable, UnusableDatum, TooLarge, UnsupportedMedia),
    },
    openapi_extra={"requestBody": BODY},
)
async def locate_many(
    request: Request, state: AppState, datum: GeographicDatum, stream: Streamed = False
) -> Response:
    """Answer in the form in which the points came, in their order.

    JSON `{"points": [[lon, lat], …]}` gets `{"results": […]}`, an object as of `GET /locate` each.
    CSV and Arrow get all their columns back with `grid_code` added: empty (null) for a point in no
    grid and for a row with neither lon nor lat. Any other coordinates that are no position are
    refused with the number of the row: swapped or broken ones must not pass for "outside". With
    `stream=true` Arrow is answered batch by batch while it still comes, however long it is.
    """
    media_type, answer, max_mb = _reading(request.headers.get("content-type", ""))
    # To compress coordinates takes longer than to locate them, and leaves nearly as many bytes.
    headers = {"content-encoding": "identity"} if media_type == ARROW else {}
    if stream:
        if media_type != ARROW:
            raise UnsupportedMedia(f"Only {ARROW} is answered as a stream.")
        index = await _index(state)
        return LocatedStream(pieces_of(request), index, datum, headers, media_type)
    limit_mb = min(max_mb, state.settings.body_max_mb)
    async with received(request, int(limit_mb * MEGABYTE)) as body:
        made = await asyncio.to_thread(answer, body, await _index(state), datum)
    response = FileResponse(made, media_type)
    response.headers.update(headers)
    return response


async def _index(state: State) -> PlaceIndex:
    try:
        return await state.places.wait(WAIT_S)
    except TimeoutError:
        raise Unavailable("The grids are being read; try again in a moment.") from None


def _reading(content_type: str) -> tuple[str, Answer, float]:
    """Return the answer's media type, how the body is answered, and how many MB it may have."""
    header = Message()
    header["content-type"] = content_type
    charset = header.get_content_charset("utf-8")
    match header.get_content_type():
        case "application/json":
            return JSON, service.answer_json, JSON_BODY_MAX_MB
        case "text/csv":
            return f"{CSV}; charset={charset}", partial(answer_csv, charset), float("inf")
        case "application/vnd.apache.arrow.stream":
            return ARROW, answer_arrow, float("inf")
        case _:
            raise UnsupportedMedia(f"Send points as {JSON}, {CSV} or {ARROW}.")
