"""Fences are told, drawn, changed and retired."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Path, Query, Request
from psycopg import AsyncConnection, errors
from starlette.responses import JSONResponse, Response

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may
from gis_gov.access.problems import NotAllowed
from gis_gov.api import PRIVATE, AppState, Conn
from gis_gov.areas.service import place_of_code
from gis_gov.asked_shape import BadShape, shape_of
from gis_gov.db.again import again_if_given_up
from gis_gov.fences import fence_queries as queries
from gis_gov.fences.fence_schemas import FenceNew, Fences, FenceSent, FenceTold
from gis_gov.media import JSON
from gis_gov.openapi import problems
from gis_gov.paging import BadPageToken, Paged
from gis_gov.preconditions import (
    PreconditionFailed,
    PreconditionNeeded,
    check_matches,
    check_says_state,
)
from gis_gov.problems import AlreadyThere, InvalidRequest, NotFound, RuleBroken
from gis_gov.state import State

router = APIRouter(tags=["fences"])

MapReader = Annotated[Actor, may(Permission.MAP_READ)]
Drawer = Annotated[Actor, may(Permission.FENCE_WRITE)]
Code = Annotated[str, Path(max_length=64, description="Code of the fence", examples=["danger-1"])]
Within = Annotated[
    str | None,
    Query(
        max_length=255,
        description="Code of an area or a grid in which",
        examples=["990101001001"],
    ),
]
_KINDS: Final = {True: {"LineString", "MultiLineString"}, False: {"Polygon", "MultiPolygon"}}
_IF_MATCH: Final[dict[str, Any]] = {
    "parameters": [
        {
            "name": "If-Match",
            "in": "header",
            "required": False,
            "description": "The ETag of the state that is meant",
            "schema": {"type": "string"},
            "example": "*",
        }
    ]
}
_NONE: Final = "There is no such fence, or it is not yours to see."


@router.get(
    "/fences",
    summary="Geofences",
    response_class=JSONResponse,
    response_model=Fences,
    responses=problems(NotFound, NotAllowed, BadPageToken),
)
async def fences(
    conn: Conn, record: Recorder, actor: MapReader, page: Paged, within: Within = None
) -> Response:
    """Tell the fences where you may follow workers or draw fences, and those that are for you."""
    require_knowing(actor)
    place = None if within is None else await place_of_code(conn, within)
    if within is not None and place is None:
        raise NotFound("query.within: there is no area and no grid of that code")
    areas = place.areas if place is not None and place.path is not None else None
    grid_id = place.grid_id if place is not None and place.path is None else None
    after = page.after(str)
    found = await queries.read_fences(conn, actor, areas, grid_id, after, page.limit + 1)
    shown, following = page.cut(found, lambda row: row["code"])
    await record(Entry("fence.read", "ok", "fences", detail={"fences": len(shown)}))
    return _answer({"fences": shown, "next": following})


@router.get(
    "/fences/{code}",
    summary="One geofence",
    response_class=JSONResponse,
    response_model=FenceTold,
    responses=problems(NotFound, NotAllowed),
)
async def fence(conn: Conn, record: Recorder, actor: MapReader, code: Code) -> Response:
    """Tell a fence, with the ETag of its state."""
    require_knowing(actor)
    found = await _existing(conn, actor, code)
    await record(Entry("fence.read", "ok", "fence", code))
    return _answer(found)


@router.post(
    "/fences",
    summary="Draw a geofence",
    status_code=201,
    response_class=JSONResponse,
    response_model=FenceTold,
    responses=problems(InvalidRequest, NotAllowed, AlreadyThere, BadShape, RuleBroken),
)
async def draw(state: AppState, record: Recorder, actor: Drawer, sent: FenceNew) -> Response:
    """Draw a fence where you may. It counts from now on.

    Does it begin in the past, fixes of up to 7 days are looked at, too.
    """

    async def write() -> None:
        async with state.pool.connection(actor.scope) as conn, conn.transaction():
            values = await _values(conn, actor, sent)
            await queries.put_fence(conn, {"code": sent.code, **values})

    try:
        await again_if_given_up(write)
    except errors.InsufficientPrivilege:
        raise _not_there() from None
    await record(Entry("fence.create", "ok", "fence", sent.code))
    return await _written(state, actor, sent.code, 201)


@router.put(
    "/fences/{code}",
    summary="Change a geofence",
    response_class=JSONResponse,
    response_model=FenceTold,
    responses=problems(
        InvalidRequest,
        NotAllowed,
        NotFound,
        BadShape,
        RuleBroken,
        PreconditionFailed,
        PreconditionNeeded,
    ),
    openapi_extra=_IF_MATCH,
)
async def change(
    request: Request, state: AppState, record: Recorder, actor: Drawer, code: Code, sent: FenceSent
) -> Response:
    """Replace what a fence is. From now on it is what is sent; what was told by it before stays.

    Of `for_workers` those of whom you may not know stay, unless all are watched from now on.
    """

    async def write() -> None:
        async with state.pool.connection(actor.scope) as conn, conn.transaction():
            etag = _etag(await _existing(conn, actor, code, lock=True))
            check_says_state(request, etag)
            check_matches(request, etag)
            unseen = await queries.read_unseen(conn, actor, code)
            values = await _values(conn, actor, sent, unseen)
            if not await queries.change_fence(conn, {"code": code, **values}):
                raise _not_there()

    try:
        await again_if_given_up(write)
    except errors.InsufficientPrivilege:
        raise _not_there() from None
    await record(Entry("fence.change", "ok", "fence", code))
    return await _written(state, actor, code, 200)


@router.delete(
    "/fences/{code}",
    summary="Retire a geofence",
    status_code=204,
    responses=problems(NotAllowed, NotFound, PreconditionFailed),
    openapi_extra=_IF_MATCH,
)
async def retire(
    request: Request, state: AppState, record: Recorder, actor: Drawer, code: Code
) -> Response:
    """Retire a fence: nothing is told by it any more, and its code is not used again."""

    async def write() -> None:
        async with state.pool.connection(actor.scope) as conn, conn.transaction():
            check_matches(request, _etag(await _existing(conn, actor, code, lock=True)))
            if not await queries.retire_fence(conn, code):
                raise _not_there()

    await again_if_given_up(write)
    await record(Entry("fence.retire", "ok", "fence", code))
    return Response(status_code=204)


def require_knowing(actor: Actor) -> None:
    """Refuse who may neither follow workers nor draw fences, and is no worker himself.

    Raises:
        NotAllowed: naming the right.

    """
    if actor.worker_id is None and not actor.may(Permission.FENCE_WRITE):
        actor.require(Permission.TRACK_READ)


async def _values(
    conn: AsyncConnection[Any], actor: Actor, sent: FenceSent, unseen: Collection[int] = ()
) -> dict[str, Any]:
    references = await queries.read_references(conn, actor, sent)
    for name, told in (
        ("of_grid_id", "grid"),
        ("of_area_id", "area"),
        ("for_area_id", "for_area"),
    ):
        if getattr(sent, told) is not None and references[name] is None:
            raise InvalidRequest.at(f"body.{told}", "there is none of that code")
    named = set(references["for_workers"] or ())
    if len(set(sent.for_workers or ())) != len(named):
        raise InvalidRequest.at("body.for_workers", "there is a code of no worker whom you know")
    if sent.for_workers is not None:
        if not (named or unseen):
            raise InvalidRequest.at("body.for_workers", "names nobody; leave it out to watch all")
        references["for_workers"] = [*references["for_workers"], *unseen]
    values = sent.model_dump(
        exclude={"grid", "area", "geometry", "for_area", "for_workers", "code"}
    )
    windows = sent.windows and [each.model_dump(by_alias=True) for each in sent.windows]
    return {**values, **references, "windows": windows, "wkb": _wkb(sent)}


def _wkb(sent: FenceSent) -> bytes | None:
    if sent.geometry is None:
        if sent.width_m is not None:
            raise InvalidRequest.at("body.width_m", "is of a corridor, whose line is the geometry")
        return None
    shape = shape_of(sent.geometry, None)
    if shape.geom_type not in _KINDS[sent.width_m is not None]:
        raise BadShape.at(
            "body.geometry", "it has to be a polygon, or a line with a width of the corridor"
        )
    return shape.wkb


async def _existing(
    conn: AsyncConnection[Any], actor: Actor, code: str, *, lock: bool = False
) -> dict[str, Any]:
    if lock:
        await queries.lock_fence(conn, code)
    found = await queries.read_fence(conn, actor, code)
    if found is None:
        raise NotFound(_NONE)
    return found


def _not_there() -> NotAllowed:
    return NotAllowed(
        f"It needs {Permission.FENCE_WRITE} where all of the fence lies.",
        right=str(Permission.FENCE_WRITE),
    )


async def _written(state: State, actor: Actor, code: str, status: int) -> Response:
    async with state.pool.connection(actor.scope) as conn:
        found = await _existing(conn, actor, code)
    return _answer(found, status, {"location": f"/fences/{code}"} if status == 201 else {})


def _answer(
    told: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    etag = {"etag": _etag(told)} if "updated_at" in told else {}
    return Response(orjson.dumps(told), status, {**PRIVATE, **etag, **(headers or {})}, JSON)


def _etag(told: dict[str, Any]) -> str:
    moment: datetime = told["updated_at"]
    return f'"{moment.timestamp() * 10**6:.0f}"'
