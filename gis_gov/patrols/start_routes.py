"""Patrols are started and stopped."""

from datetime import datetime, timedelta
from typing import Final

import orjson
from fastapi import APIRouter
from psycopg import errors
from starlette.responses import JSONResponse, Response

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.problems import NotAllowed
from gis_gov.api import PRIVATE, AppState
from gis_gov.days import LOCAL, day_of, utc_now
from gis_gov.db.scope import SYSTEM
from gis_gov.media import JSON
from gis_gov.openapi import problems
from gis_gov.patrols import patrol_reading as reading
from gis_gov.patrols.movers import Mover, check_may_tell
from gis_gov.patrols.patrol_routes import MapReader, PatrolCode
from gis_gov.patrols.patrol_schemas import PatrolStart, PatrolStop, PatrolTold
from gis_gov.patrols.patrol_telling import patrol_told
from gis_gov.problems import AlreadyThere, Conflict, InvalidRequest
from gis_gov.state import State

router = APIRouter(tags=["patrols"])

CLOCK: Final = timedelta(minutes=5)
"""So far may the clock of who starts or stops a patrol be ahead of ours."""
OLDEST: Final = timedelta(days=7)
"""What was begun or ended without a network is told within that time."""


class PatrolEnded(Conflict):
    """It is over already, or would end before it began."""

    slug, title, status = "patrol-ended", "The patrol cannot be ended then", 409


@router.post(
    "/patrols",
    summary="Start a patrol",
    status_code=201,
    response_class=JSONResponse,
    response_model=PatrolTold,
    responses=problems(InvalidRequest, NotAllowed, AlreadyThere),
)
async def start(state: AppState, record: Recorder, actor: MapReader, sent: PatrolStart) -> Response:
    """Let a worker begin a patrol; one of his that is open ends then.

    It ends when it is stopped, when he starts another one, or after a day.
    """
    mover = await _mover(state, actor, sent.worker)
    begins_at = _in_time("body.begins_at", sent.begins_at)
    local = begins_at.astimezone(LOCAL)
    code = f"{mover.code}-{local:%Y%m%dT%H%M%S}"
    values = {
        "code": code,
        "worker_id": mover.id,
        "area_id": mover.area_id,
        "day": day_of(begins_at),
        "kind": sent.kind,
        "begins_at": begins_at,
    }
    async with state.pool.connection(SYSTEM) as conn:
        try:
            async with conn.transaction():
                await reading.start_patrol(conn, values)
        except errors.UniqueViolation:
            raise AlreadyThere("A patrol of the worker began at that second.") from None
    await record(Entry("patrol.start", "ok", "patrol", code))
    return await _answer(state, code, 201)


@router.post(
    "/patrols/{code}/stop",
    summary="Stop a patrol",
    response_class=JSONResponse,
    response_model=PatrolTold,
    responses=problems(InvalidRequest, NotAllowed, PatrolEnded),
)
async def stop(
    state: AppState, record: Recorder, actor: MapReader, code: PatrolCode, sent: PatrolStop
) -> Response:
    """Let a patrol end that was started; fixes of it may still come."""
    ends_at = _in_time("body.ends_at", sent.ends_at)
    async with state.pool.connection(SYSTEM) as conn:
        row = await reading.read_patrol(conn, None, code)
    mover = await state.movers.worker_by_id(row["worker_id"]) if row else None
    check_may_tell(actor, mover)
    async with state.pool.connection(SYSTEM) as conn:
        values = {"code": code, "ends_at": ends_at}
        if not await reading.stop_patrol(conn, values):
            raise PatrolEnded("It is over already, was not started, or began later than that.")
    await record(Entry("patrol.stop", "ok", "patrol", code))
    return await _answer(state, code, 200)


async def _mover(state: State, actor: Actor, code: str | None) -> Mover:
    if code is not None:
        return check_may_tell(actor, await state.movers.worker(code))
    if actor.worker_id is None:
        raise InvalidRequest.at("body.worker", "is not told, and your account is of no worker")
    return check_may_tell(actor, await state.movers.worker_by_id(actor.worker_id))


def _in_time(where: str, told: datetime | None) -> datetime:
    now = utc_now()
    if told is None:
        return now
    if told > now + CLOCK:
        raise InvalidRequest.at(where, "lies in the future")
    if told < now - OLDEST:
        raise InvalidRequest.at(where, f"is more than {OLDEST.days} days ago")
    return told


async def _answer(state: State, code: str, status: int) -> Response:
    async with state.pool.connection(SYSTEM) as conn:
        row = await reading.read_patrol(conn, None, code)
    if row is None:
        raise PatrolEnded("It was removed meanwhile.")
    headers = {**PRIVATE, "location": f"/patrols/{code}"} if status == 201 else PRIVATE
    return Response(orjson.dumps(patrol_told(row)), status, headers, JSON)
