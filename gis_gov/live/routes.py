"""The live stream."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from starlette.responses import Response

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may, unattended
from gis_gov.api import AppState, BBox
from gis_gov.areas.service import place_of_code
from gis_gov.geo.bbox import BBox as Box
from gis_gov.live.following import Following
from gis_gov.live.kinds import KINDS, TILES, may_follow
from gis_gov.live.origin import refuse_foreign
from gis_gov.live.problems import TooManyStreams
from gis_gov.live.queries import read_fence
from gis_gov.live.schemas import EXAMPLE, SCHEMA
from gis_gov.live.stream import MEDIA_TYPE, EventStream, Wish
from gis_gov.openapi import problems
from gis_gov.problems import InvalidRequest, NotFound, Unavailable
from gis_gov.state import State

router = APIRouter(tags=["live"])


@dataclass(frozen=True, slots=True)
class Where:
    """Where, and by which fence, things are followed."""

    bbox: Box | None
    within: str | None
    fence: str | None


async def _where(
    bbox: BBox,
    within: Annotated[
        str | None,
        Query(
            max_length=255,
            description="Code of an area or a grid in which",
            examples=["990101001001"],
        ),
    ] = None,
    fence: Annotated[
        str | None,
        Query(
            max_length=64,
            description="Code of the fence whose crossings and alarms are followed",
            examples=["danger-1"],
        ),
    ] = None,
) -> Where:
    return Where(bbox, within, fence)


@router.get(
    "/live",
    summary="What changes, as it happens",
    response_class=Response,
    responses={
        200: {
            "description": "A stream of server-sent events, without end",
            "content": {MEDIA_TYPE: {"schema": SCHEMA, "example": EXAMPLE}},
        },
        **problems(InvalidRequest, NotFound, TooManyStreams, Unavailable),
    },
)
@unattended
async def live(
    request: Request,
    actor: Annotated[Actor, may(Permission.MAP_READ)],
    record: Recorder,
    state: AppState,
    where: Annotated[Where, Depends(_where)],
    kinds: Annotated[
        str | None,
        Query(
            max_length=200,
            description="What to follow, with commas between; without it all that you may read,"
            " but `tiles`",
            examples=["event,resource"],
        ),
    ] = None,
    last_event_id: Annotated[
        str | None,
        Header(
            description="The last id that was received: what came since is told first",
            examples=["AABRkNz1"],
        ),
    ] = None,
) -> Response:
    """Tell what is made, changed and removed where you may read it, whoever writes it.

    Each `event` tells what an event of the community now is, or that it is `gone`: removed, or not
    yours to see any more. Each `change` tells that things of a kind changed in a box, or anywhere;
    read them anew. A `reset` tells that something was missed: read everything anew. The same may be
    told more than once.

    A `crossing` tells who came into a fence, left it or passed through it, and again if a late fix
    shows that it was not so; an `alarm` what is alarming, as it is opened, acknowledged and closed.

    As a WebSocket, at the same address and with the same parameters, it says the same: each message
    is a JSON text with `event` and `data`, or with `id`. The last id is the parameter
    `last_event_id` there.
    """
    refuse_foreign(request)
    if where.within is not None:
        await _require_place(state, actor, where.within)
    fence_id = None if where.fence is None else await _fence(state, actor, where.fence)
    wish = Wish(
        kinds=_kinds(kinds, actor),
        following=Following(frozenset(), bbox=where.bbox, fence_id=fence_id),
        code=where.within,
        after=last_event_id or None,
    )
    return EventStream(request, actor, record, wish)


async def _require_place(state: State, actor: Actor, code: str) -> None:
    async with state.pool.connection(actor.scope) as conn:
        if await place_of_code(conn, code) is None:
            raise NotFound("query.within: there is no area and no grid of that code")


async def _fence(state: State, actor: Actor, code: str) -> int:
    async with state.pool.connection(actor.scope) as conn:
        number = await read_fence(conn, code)
    if number is None:
        raise NotFound("query.fence: there is no such fence, or it is not yours to see")
    return number


def _kinds(asked: str | None, actor: Actor) -> frozenset[str]:
    if asked is None:
        return frozenset(KINDS) - {TILES}
    kinds = frozenset(asked.split(","))
    for kind in sorted(kinds):
        if kind not in KINDS:
            raise InvalidRequest.at("query.kinds", f"has a kind that is none of {', '.join(KINDS)}")
        if not may_follow(actor, kind):
            actor.require(KINDS[kind])
    return kinds
