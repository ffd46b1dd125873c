"""Tracks of many workers are told to a player, and those of the last minutes to the live map."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from psycopg import AsyncConnection
from pydantic import AwareDatetime
from starlette.responses import JSONResponse, Response

from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.problems import NotAllowed
from gis_gov.access.purpose import PurposeNeeded, StatedPurpose
from gis_gov.api import PRIVATE, Conn
from gis_gov.areas.service import place_of_code
from gis_gov.days import utc_now
from gis_gov.media import JSON
from gis_gov.openapi import problems
from gis_gov.paging import BadPageToken, Page, Paged
from gis_gov.patrols.patrol_routes import MapReader
from gis_gov.patrols.playback import Shown, read_played, told
from gis_gov.patrols.playback_schemas import Playback
from gis_gov.patrols.service import require_following
from gis_gov.problems import InvalidRequest, NotFound

router = APIRouter(tags=["patrols"])

LONGEST: Final = timedelta(days=1)

Area = Annotated[
    str | None,
    Query(
        max_length=255,
        description="Code of an area or grid: only the fixes in it",
        examples=["990101001001"],
    ),
]
Step = Annotated[
    float,
    Query(
        ge=1,
        le=300,
        allow_inf_nan=False,
        description="Of so many seconds one fix is told, the first",
        examples=[30],
    ),
]


async def follow(actor: MapReader, purpose: StatedPurpose) -> None:
    """Let who may follow workers and says what for, and any worker for his own way."""
    require_following(actor)
    purpose.require_of_all(actor)


@router.get(
    "/playback",
    dependencies=[Depends(follow)],
    summary="The tracks of many workers",
    response_class=JSONResponse,
    response_model=Playback,
    responses=problems(InvalidRequest, NotFound, NotAllowed, BadPageToken, PurposeNeeded),
)
async def playback(
    conn: Conn,
    record: Recorder,
    page: Paged,
    since: Annotated[
        AwareDatetime,
        Query(
            alias="from",
            description="Begin, with its offset",
            examples=["2026-01-05T08:00:00+08:00"],
        ),
    ],
    until: Annotated[
        AwareDatetime,
        Query(
            alias="to",
            description="End, without it; a day later at most",
            examples=["2026-01-05T09:00:00+08:00"],
        ),
    ],
    area: Area = None,
    step_s: Step = 30.0,
) -> Response:
    """Tell where workers were in a time, as columns for each, thinned to a step, page by page.

    Only fixes that count, and that you may know by where they are. A page has `limit` workers, or
    fewer if they have too many fixes.
    """
    if not timedelta(0) < until - since <= LONGEST:
        raise InvalidRequest.at("query.to", "is not after `from`, or more than 24 hours")
    shown = await _shown(conn, since.astimezone(UTC), until.astimezone(UTC), step_s, area)
    return await _answer(conn, record, "playback.read", area, shown, page)


@router.get(
    "/trails",
    dependencies=[Depends(follow)],
    summary="The last minutes of those under way",
    response_class=JSONResponse,
    response_model=Playback,
    responses=problems(InvalidRequest, NotFound, NotAllowed, BadPageToken, PurposeNeeded),
)
async def trails(
    conn: Conn,
    record: Recorder,
    page: Paged,
    area: Area = None,
    minutes: Annotated[int, Query(ge=1, le=60, description="How far back")] = 10,
    step_s: Step = 10.0,
) -> Response:
    """Tell the way of the last minutes of each worker who was heard of in them, as `/playback`."""
    now = utc_now() + timedelta(minutes=5)  # a phone's clock may be ahead so far
    since = _begin(page, now - timedelta(minutes=minutes + 5))
    until = since + timedelta(minutes=minutes + 5)
    shown = replace(await _shown(conn, since, until, step_s, area), is_live=True)
    return await _answer(conn, record, "trails.read", area, shown, page)


def _begin(page: Page, since: datetime) -> datetime:
    """Return when trails begin: on later pages as on the first one."""
    match page.after(list):
        case [int(), int(seconds)]:
            return datetime.fromtimestamp(seconds, UTC)
        case _:
            return since.replace(microsecond=0)


async def _shown(
    conn: AsyncConnection[object], since: datetime, until: datetime, step_s: float, area: str | None
) -> Shown:
    if area is None:
        return Shown(since, until, step_s)
    place = await place_of_code(conn, area)
    if place is None:
        raise NotFound("query.area: there is no area and no grid of that code")
    if place.grid_id is not None:
        return Shown(since, until, step_s, grid_id=place.grid_id)
    return Shown(since, until, step_s, place.areas)


async def _answer(
    conn: Conn, record: Recorder, action: str, area: str | None, shown: Shown, page: Page
) -> Response:
    page = replace(page, limit=min(page.limit, shown.workers_max))
    after = _after(page)
    found = await read_played(conn, shown, after, page.limit + 1)
    played, following = page.cut(found, lambda each: [each.id, int(shown.since.timestamp())])
    detail = {
        "since": shown.since.isoformat(),
        "until": shown.until.isoformat(),
        "rows": len(played),
    }
    await record(Entry(action, "ok", "workers", area, detail=detail))
    content = await asyncio.to_thread(told, shown, played, following)
    return Response(content, media_type=JSON, headers=PRIVATE)


def _after(page: Page) -> int:
    match page.after(list):
        case None:
            return 0
        case [int(number), int()]:
            return number
        case _:
            raise BadPageToken
