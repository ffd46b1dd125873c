"""The working calendar is told and written."""

from typing import Any, Final

import orjson
from fastapi import APIRouter
from psycopg import AsyncConnection
from sqlalchemy import select
from starlette.responses import JSONResponse, Response

from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import Permission
from gis_gov.access.problems import NotAllowed
from gis_gov.api import REVALIDATE, AppState, Conn, Interval
from gis_gov.days import day_of
from gis_gov.db.run import dicts, sql_file
from gis_gov.db.scope import SYSTEM
from gis_gov.duties.rule_routes import RuleWriter
from gis_gov.duties.tables import working_day
from gis_gov.duties.task_making import make_tasks
from gis_gov.duties.task_schemas import Calendar, CalendarSent
from gis_gov.interval import Interval as Span
from gis_gov.media import JSON
from gis_gov.openapi import problems
from gis_gov.patrols.patrol_routes import MapReader
from gis_gov.problems import InvalidRequest

router = APIRouter(tags=["duties"])
_PACKAGE: Final = __package__ or ""


@router.get(
    "/calendar",
    summary="When it is worked",
    response_class=JSONResponse,
    response_model=Calendar,
    responses=problems(InvalidRequest),
)
async def calendar(conn: Conn, _: MapReader, interval: Interval) -> Response:
    """Tell the days on which it is worked, or not, otherwise than from Monday to Friday."""
    return await _answer(conn, interval or Span(None, None))


@router.put(
    "/calendar",
    summary="Say when it is worked",
    response_class=JSONResponse,
    response_model=Calendar,
    responses=problems(InvalidRequest, NotAllowed),
)
async def write(
    state: AppState, record: Recorder, actor: RuleWriter, sent: CalendarSent
) -> Response:
    """Write holidays, and the days of rest that are worked in their place; others stay.

    It takes `rule.write` everywhere. Tasks that are still to come follow.
    """
    if not actor.reach(Permission.RULE_WRITE).everywhere:
        raise NotAllowed(
            f"The calendar is for all: this needs {Permission.RULE_WRITE} everywhere.",
            right=str(Permission.RULE_WRITE),
        )
    days = {each.day: each for each in sent.days}
    if len(days) < len(sent.days):
        raise InvalidRequest.at("body.days", "a day is told twice")
    values = {
        "days": list(days),
        "works": [each.works for each in days.values()],
        "names": [each.name for each in days.values()],
    }
    async with state.pool.connection(actor.scope) as conn, conn.transaction():
        await conn.execute(sql_file(_PACKAGE, "forget_days"), values)
        await conn.execute(sql_file(_PACKAGE, "put_days"), values)
    async with state.pool.connection(SYSTEM) as conn:
        await make_tasks(conn, state.settings.positions_kept_days)
    await record(Entry("calendar.write", "ok", "calendar", detail={"days": len(days)}))
    async with state.pool.connection(actor.scope) as conn:
        return await _answer(conn, Span(None, None))


async def _answer(conn: AsyncConnection[Any], span: Span) -> Response:
    query = select(working_day).order_by(working_day.c.day)
    if span.since is not None:
        query = query.where(working_day.c.day >= day_of(span.since))
    if span.until is not None:
        query = query.where(working_day.c.day < day_of(span.until))
    told = {"days": await dicts(conn, query)}
    return Response(orjson.dumps(told), media_type=JSON, headers=REVALIDATE)
