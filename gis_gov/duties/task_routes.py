"""Tasks are told and excused, and how patrols were judged for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Query
from psycopg import AsyncConnection
from starlette.responses import JSONResponse, Response

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import Permission
from gis_gov.access.problems import NotAllowed
from gis_gov.access.purpose import Purpose, PurposeNeeded, StatedPurpose
from gis_gov.api import PRIVATE, AppState, Conn, Interval
from gis_gov.db.scope import SYSTEM
from gis_gov.duties import excusing
from gis_gov.duties import task_queries as queries
from gis_gov.duties.judging import judge_due
from gis_gov.duties.rule_routes import RuleWriter
from gis_gov.duties.task_queries import WantedTasks
from gis_gov.duties.task_schemas import Excuse, Judgements, Tasks, TaskWhole
from gis_gov.duties.task_schemas import State as TaskState
from gis_gov.duties.telling import judgement_told, task_told, task_whole
from gis_gov.interval import Interval as Span
from gis_gov.media import JSON
from gis_gov.openapi import problems
from gis_gov.paging import BadPageToken, Paged, moment_key
from gis_gov.patrols import patrol_reading
from gis_gov.patrols.patrol_routes import Asked, MapReader, PatrolCode, wanted_of
from gis_gov.patrols.refreshing import refresh_due
from gis_gov.patrols.service import require_following
from gis_gov.problems import Conflict, InvalidRequest, NotFound
from gis_gov.state import State

router = APIRouter(tags=["duties"])

TaskId = Annotated[int, Path(ge=1, lt=2**63, description="Id of the task", examples=[1])]


class TaskDone(Conflict):
    """It is done: there is nothing to excuse."""

    slug, title, status = "task-done", "The task is done", 409


@dataclass(frozen=True, slots=True)
class AskedTasks:
    """What the parameters of a list of tasks say."""

    interval: Span | None
    worker: str | None
    within: str | None
    rule: str | None
    state: str | None


async def asked_tasks(
    interval: Interval,
    worker: Annotated[
        str | None, Query(max_length=255, description="Code of the worker", examples=["W0012"])
    ] = None,
    within: Annotated[
        str | None,
        Query(
            max_length=255,
            description="Code of the area or the grid that they are of",
            examples=["990101001001"],
        ),
    ] = None,
    rule: Annotated[
        str | None, Query(max_length=64, description="Code of the rule", examples=["river-village"])
    ] = None,
    is_in: Annotated[
        TaskState | None, Query(alias="state", description="State", examples=["overdue"])
    ] = None,
) -> AskedTasks:
    """Take the parameters."""
    return AskedTasks(interval, worker, within, rule, is_in)


@router.get(
    "/tasks",
    summary="What has to be patrolled by whom until when",
    response_class=JSONResponse,
    response_model=Tasks,
    responses=problems(InvalidRequest, NotFound, NotAllowed, BadPageToken, PurposeNeeded),
)
async def tasks(
    state: AppState,
    record: Recorder,
    actor: MapReader,
    page: Paged,
    purpose: StatedPurpose,
    asked: Annotated[AskedTasks, Depends(asked_tasks)],
) -> Response:
    """Tell the tasks that are due in the time, those due first before the others.

    Those where you may follow workers, your own, and those that you may do for all. If a worker is
    named, fixes of his that came late are worked in first.
    """
    require_following(actor)
    after = page.before()
    await purpose.require_of_named(actor, asked.worker)
    detail = {"parameters": sorted({name for name, _ in page.filters})}
    await record(Entry("task.read", "ok", "tasks", asked.worker, detail=detail))
    mover = asked.worker and await state.movers.worker(asked.worker)
    if mover:
        await _work_in(state, mover.id)
    async with state.pool.connection(actor.scope) as conn:
        span = asked.interval or Span(None, None)
        place = await wanted_of(conn, Asked(None, None, asked.within, None, None))
        wanted = WantedTasks(
            asked.worker,
            asked.state,
            asked.rule,
            span.since,
            span.until,
            place.area_ids,
            place.grid_id,
        )
        found = await queries.read_tasks(conn, actor, wanted, after, page.limit + 1)
    shown, following = page.cut(found, lambda row: moment_key(row["due_at"], row["id"]))
    told = {"tasks": [task_told(row) for row in shown], "next": following}
    return Response(orjson.dumps(told), media_type=JSON, headers=PRIVATE)


@router.get(
    "/tasks/{id}",
    summary="One task",
    response_class=JSONResponse,
    response_model=TaskWhole,
    responses=problems(InvalidRequest, NotFound, NotAllowed, PurposeNeeded),
)
async def task(
    conn: Conn,
    record: Recorder,
    actor: MapReader,
    purpose: StatedPurpose,
    id: TaskId,  # noqa: A002
) -> Response:
    """Tell a task, and how patrols in its time were judged for it: what was missed, and why."""
    require_following(actor)
    row = await _existing(conn, actor, id)
    _require_purpose(purpose, actor, row)
    told = task_whole(row, await queries.judgements_of_task(conn, actor, id))
    await record(Entry("task.read", "ok", "task", str(id)))
    return Response(orjson.dumps(told), media_type=JSON, headers=PRIVATE)


@router.post(
    "/tasks/{id}/excuse",
    summary="Excuse a task",
    response_class=JSONResponse,
    response_model=TaskWhole,
    responses=problems(InvalidRequest, NotFound, NotAllowed, TaskDone, PurposeNeeded),
)
async def excuse(
    state: AppState,
    record: Recorder,
    actor: RuleWriter,
    purpose: StatedPurpose,
    id: TaskId,  # noqa: A002
    sent: Excuse,
) -> Response:
    """Say why a task need not be done; it takes `rule.write` where the task is."""
    async with state.pool.connection(actor.scope) as conn:
        row = await queries.read_task(conn, actor, id)
        place = await queries.read_place(conn, id)
    if row is None or place is None:
        raise NotFound("There is no such task, or it is not yours to see.")
    if not actor.reach(Permission.RULE_WRITE).holds(*place):
        raise NotAllowed(
            f"This needs {Permission.RULE_WRITE} where the task is.",
            right=str(Permission.RULE_WRITE),
        )
    # The answer tells the task, and so how those went who are judged for it.
    _require_purpose(purpose, actor, row)
    async with state.pool.connection(SYSTEM) as conn:
        if not await excusing.excuse(conn, id, sent.reason):
            raise TaskDone("A patrol fulfilled it.")
    # The reason is told of the task: it may be about somebody, and the record is kept for years.
    await record(Entry("task.excuse", "ok", "task", str(id)))
    async with state.pool.connection(actor.scope) as conn:
        told = await _whole(conn, actor, id)
    return Response(orjson.dumps(told), media_type=JSON, headers=PRIVATE)


@router.get(
    "/patrols/{code}/judgements",
    summary="How a patrol is judged",
    response_class=JSONResponse,
    response_model=Judgements,
    responses=problems(InvalidRequest, NotFound, NotAllowed, PurposeNeeded),
)
async def judgements(
    state: AppState,
    record: Recorder,
    actor: MapReader,
    purpose: StatedPurpose,
    code: PatrolCode,
) -> Response:
    """Tell what of each rule a patrol met, and with what it falls short, by codes and numbers.

    The parts of a river or route that it did not come by are told as lines.
    """
    async with state.pool.connection(actor.scope) as conn:
        row = await patrol_reading.existing(conn, actor, code)
    purpose.require_of(actor, row["worker_id"])
    await _work_in(state, row["worker_id"])
    async with state.pool.connection(actor.scope) as conn:
        row = await patrol_reading.existing(conn, actor, code)
        found = await queries.judgements_of_patrol(conn, actor, row["id"])
    await record(Entry("patrol.read", "ok", "patrol", code, detail={"judgements": len(found)}))
    told = {"patrol": code, "judgements": [judgement_told(each) for each in found]}
    return Response(orjson.dumps(told), media_type=JSON, headers=PRIVATE)


async def _existing(conn: AsyncConnection[Any], actor: Actor, number: int) -> dict[str, Any]:
    row = await queries.read_task(conn, actor, number)
    if row is None:
        raise NotFound("There is no such task, or it is not yours to see.")
    return row


def _require_purpose(purpose: Purpose, actor: Actor, row: Mapping[str, Any]) -> None:
    if row["worker_id"] is None:
        purpose.require_of_all(actor)
    else:
        purpose.require_of(actor, row["worker_id"])


async def _whole(conn: AsyncConnection[Any], actor: Actor, number: int) -> dict[str, Any]:
    row = await _existing(conn, actor, number)
    return task_whole(row, await queries.judgements_of_task(conn, actor, number))


async def _work_in(state: State, worker_id: int) -> None:
    """Make a worker's patrols anew of whom fixes came since, and judge them."""
    async with state.pool.connection(SYSTEM) as conn:
        await refresh_due(conn, worker_id)
        await judge_due(conn, worker_id)
