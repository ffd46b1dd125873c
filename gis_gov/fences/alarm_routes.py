"""Alarms are told and acknowledged."""

from dataclasses import replace
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import JSONResponse, Response

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may
from gis_gov.access.problems import NotAllowed
from gis_gov.access.purpose import PurposeNeeded, StatedPurpose
from gis_gov.api import PRIVATE, AppState
from gis_gov.db.scope import SYSTEM
from gis_gov.fences.alarm_queries import acknowledge
from gis_gov.fences.asked import Asked, asked_of, wanted_of
from gis_gov.fences.fence_routes import MapReader
from gis_gov.fences.passing_queries import read_alarm, read_alarms
from gis_gov.fences.passing_schemas import Acknowledgement, AlarmKind, AlarmsTold, AlarmTold
from gis_gov.media import JSON
from gis_gov.openapi import problems
from gis_gov.paging import BadPageToken, Paged, moment_key
from gis_gov.patrols.service import require_following
from gis_gov.problems import Conflict, InvalidRequest, NotFound

router = APIRouter(tags=["fences"])

_NONE = "There is no such alarm, or it is not yours to see."


class AlarmAcknowledged(Conflict):
    """Somebody sees to the alarm already."""

    slug, title, status = "alarm-acknowledged", "The alarm is acknowledged already", 409


@router.get(
    "/alarms",
    summary="What is alarming in where workers are",
    response_class=JSONResponse,
    response_model=AlarmsTold,
    responses=problems(InvalidRequest, NotFound, NotAllowed, BadPageToken, PurposeNeeded),
)
async def alarms(
    state: AppState,
    record: Recorder,
    actor: MapReader,
    page: Paged,
    purpose: StatedPurpose,
    asked: Annotated[Asked, Depends(asked_of)],
    kind: Annotated[AlarmKind | None, Query(description="Of which kind")] = None,
    is_open: Annotated[
        bool | None,
        Query(alias="open", description="Those that last, or those that are over", examples=[True]),
    ] = None,
) -> Response:
    """Tell the alarms that were opened in the time, the newest first.

    Those that were, or whose whole fence is, where you may follow workers, and your own.
    """
    require_following(actor)
    before = page.before()
    await purpose.require_of_named(actor, asked.wanted.worker)
    async with state.pool.connection(actor.scope) as conn:
        wanted = replace(await wanted_of(conn, asked), kind=kind)
        found = await read_alarms(
            conn, actor, wanted, is_open=is_open, before=before, limit=page.limit + 1
        )
    shown, following = page.cut(found, lambda row: moment_key(row["opened_at"], row["id"]))
    detail = {"parameters": sorted({name for name, _ in page.filters})}
    await record(Entry("alarm.read", "ok", "alarms", asked.wanted.worker, detail=detail))
    told = {"alarms": shown, "next": following}
    return Response(orjson.dumps(told), media_type=JSON, headers=PRIVATE)


@router.post(
    "/alarms/{id}/acknowledgement",
    summary="Acknowledge an alarm",
    response_class=JSONResponse,
    response_model=AlarmTold,
    responses=problems(InvalidRequest, NotAllowed, NotFound, AlarmAcknowledged),
)
async def acknowledge_alarm(
    state: AppState,
    record: Recorder,
    actor: Annotated[Actor, may(Permission.TRACK_READ)],
    number: Annotated[
        int, Path(alias="id", ge=1, lt=2**63, description="Id of the alarm", examples=[7])
    ],
    sent: Acknowledgement,
) -> Response:
    """Say that you see to an alarm. It takes the right to follow workers; one's own is not enough.

    An SOS is over with it; the others are as soon as their cause is.
    """
    async with state.pool.connection(actor.scope) as conn:
        found = await read_alarm(conn, actor, number)
    if found is None:
        raise NotFound(_NONE)
    async with state.pool.connection(SYSTEM) as conn:
        done = await acknowledge(conn, number, actor, sent.note)
    if done is None:
        raise NotAllowed(
            "It is your own: somebody else has to see to it.", right=str(Permission.TRACK_READ)
        )
    if not done:
        raise AlarmAcknowledged("Somebody sees to it already.")
    await record(Entry("alarm.acknowledge", "ok", "alarm", str(number)))
    async with state.pool.connection(actor.scope) as conn:
        told = await read_alarm(conn, actor, number)
    if told is None:
        raise NotFound(_NONE)
    return Response(orjson.dumps(told), media_type=JSON, headers=PRIVATE)
