"""Rules are told, made, changed and ended."""

from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Body, Path, Query
from starlette.responses import JSONResponse, Response

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may
from gis_gov.access.problems import NotAllowed
from gis_gov.api import PRIVATE, AppState, Conn
from gis_gov.asked_shape import BadShape
from gis_gov.db.scope import SYSTEM
from gis_gov.duties import rule_queries as queries
from gis_gov.duties import rule_writing as writing
from gis_gov.duties.examples import RULES_SENT
from gis_gov.duties.rule_schemas import RuleEnd, Rules, RuleSent, RuleTerms, RuleWhole
from gis_gov.duties.rule_writing import RuleEnded
from gis_gov.duties.task_making import make_tasks
from gis_gov.media import JSON
from gis_gov.openapi import problems
from gis_gov.paging import BadPageToken, Page, Paged
from gis_gov.patrols.patrol_routes import MapReader
from gis_gov.patrols.service import require_following
from gis_gov.problems import AlreadyThere, InvalidRequest, NotFound, RuleBroken
from gis_gov.state import State

router = APIRouter(tags=["duties"])

RuleWriter = Annotated[Actor, may(Permission.RULE_WRITE)]
RuleCode = Annotated[
    str, Path(max_length=64, description="Code of the rule", examples=["river-village"])
]


@router.get(
    "/rules",
    summary="What has to be patrolled",
    response_class=JSONResponse,
    response_model=Rules,
    responses=problems(InvalidRequest, NotAllowed, BadPageToken),
)
async def rules(conn: Conn, record: Recorder, actor: MapReader, page: Paged) -> Response:
    """Tell the rules that are in force or are to come, where you may follow workers.

    And those of which you have tasks yourself.
    """
    require_following(actor)
    found = await queries.read_rules(conn, actor, _after(page), page.limit + 1)
    shown, following = page.cut(found, lambda row: [row["code"], row["version"]])
    await record(Entry("rule.read", "ok", "rules", None, detail={"rows": len(shown)}))
    told = {"rules": shown, "next": following}
    return Response(orjson.dumps(told), media_type=JSON, headers=PRIVATE)


@router.get(
    "/rules/{code}",
    summary="One rule",
    response_class=JSONResponse,
    response_model=RuleWhole,
    responses=problems(NotFound, NotAllowed),
)
async def rule(
    conn: Conn,
    record: Recorder,
    actor: MapReader,
    code: RuleCode,
    version: Annotated[
        int | None,
        Query(ge=1, lt=2**31, description="Its number; without it the newest", examples=[1]),
    ] = None,
) -> Response:
    """Tell the newest version of a rule, or the one asked for, with what it names and draws.

    Of persons and workers, those of whom you may know.
    """
    require_following(actor)
    row = await queries.read_rule(conn, actor, code, version)
    if row is None:
        raise NotFound("There is no such rule, or it is not yours to see.")
    await record(Entry("rule.read", "ok", "rule", code))
    return Response(orjson.dumps(_whole(row)), media_type=JSON, headers=PRIVATE)


@router.post(
    "/rules",
    summary="Make a rule",
    status_code=201,
    response_class=JSONResponse,
    response_model=RuleWhole,
    responses=problems(InvalidRequest, BadShape, RuleBroken, NotAllowed, AlreadyThere),
)
async def create(
    state: AppState,
    record: Recorder,
    actor: RuleWriter,
    sent: Annotated[RuleSent, Body(openapi_examples=RULES_SENT)],
) -> Response:
    """Say what has to be patrolled, how often and by whom; tasks are made until it ends."""
    async with state.pool.connection(actor.scope) as conn, conn.transaction():
        await writing.create(conn, actor, sent.code, sent, state.settings.positions_kept_days)
    await record(Entry("rule.create", "ok", "rule", sent.code))
    return await _answer(state, actor, sent.code, 201)


@router.put(
    "/rules/{code}",
    summary="Change a rule",
    response_class=JSONResponse,
    response_model=RuleWhole,
    responses=problems(InvalidRequest, BadShape, RuleBroken, NotAllowed, NotFound, RuleEnded),
)
async def replace(
    state: AppState, record: Recorder, actor: RuleWriter, code: RuleCode, sent: RuleTerms
) -> Response:
    """Let a new version of a rule begin; the tasks that there are keep theirs."""
    async with state.pool.connection(actor.scope) as conn, conn.transaction():
        await writing.replace(conn, actor, code, sent)
    await record(Entry("rule.replace", "ok", "rule", code))
    return await _answer(state, actor, code, 200)


@router.post(
    "/rules/{code}/end",
    summary="End a rule",
    response_class=JSONResponse,
    response_model=RuleWhole,
    responses=problems(InvalidRequest, NotAllowed, NotFound, RuleEnded),
)
async def end(
    state: AppState, record: Recorder, actor: RuleWriter, code: RuleCode, sent: RuleEnd
) -> Response:
    """Let a rule end; tasks of periods that began by then stay."""
    async with state.pool.connection(actor.scope) as conn, conn.transaction():
        await writing.end(conn, actor, code, sent)
    await record(Entry("rule.end", "ok", "rule", code))
    return await _answer(state, actor, code, 200)


async def _answer(state: State, actor: Actor, code: str, status: int) -> Response:
    """Make the tasks of a rule that was written, and tell it."""
    async with state.pool.connection(SYSTEM) as conn:
        await make_tasks(conn, state.settings.positions_kept_days, code=code)
    async with state.pool.connection(actor.scope) as conn:
        row = await queries.read_rule(conn, actor, code)
    if row is None:
        raise NotFound("It was written, but is not yours to see.")
    headers = {**PRIVATE, "location": f"/rules/{code}"} if status == 201 else PRIVATE
    return Response(orjson.dumps(_whole(row)), status, headers, JSON)


def _whole(row: Mapping[str, Any]) -> dict[str, Any]:
    line = row["geometry"]
    return {**row, "geometry": None if line is None else orjson.Fragment(line)}


def _after(page: Page) -> tuple[str, int] | None:
    match page.after(list):
        case None:
            return None
        case [str(code), int(version)]:
            return code, version
        case _:
            raise BadPageToken
