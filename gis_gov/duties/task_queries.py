"""Every query of those who read tasks and judgements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import AsyncConnection
from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    true,
    tuple_,
)

from gis_gov.access.actor import Actor
from gis_gov.access.filters import one_of
from gis_gov.areas.tables import area, grid
from gis_gov.db.run import dicts, tuples
from gis_gov.duties.objects import object_code
from gis_gov.duties.seen import known_rules, known_tasks
from gis_gov.duties.state import STATE, due_between
from gis_gov.duties.tables import patrol_judgement, patrol_rule, patrol_task
from gis_gov.patrols.patrol_reading import followed
from gis_gov.patrols.service import known_workers
from gis_gov.patrols.tables import patrol, worker

_TASK: Final = ("id", "number", "begins_on", "ends_on", "due_at", "done_at", "excused_for")
_RULE: Final[list[ColumnElement[Any]]] = [
    patrol_rule.c.code.label("rule_code"),
    patrol_rule.c.version.label("rule_version"),
    patrol_rule.c.name.label("rule_name"),
    patrol_rule.c.object_kind,
]
_JUDGED: Final = (
    "is_enough",
    "is_alternate",
    "duration_s",
    "valid_mileage_m",
    "coverage",
    "reasons",
    "points",
    "task_reasons",
    "version",
    "judged_at",
)


@dataclass(frozen=True, slots=True)
class WantedTasks:
    """Which tasks are asked for; by when they are due as `due_between` says."""

    worker: str | None = None
    state: str | None = None
    rule: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    area_ids: Sequence[int] | None = None
    grid_id: int | None = None


def _tasks(actor: Actor) -> Select[Any]:
    return (
        select(
            *(patrol_task.c[name] for name in _TASK),
            patrol_task.c.worker_id,
            *_RULE,
            STATE.label("state"),
            object_code(actor, patrol_rule.c.object_kind, patrol_task.c.object_id).label("object"),
            worker.c.code.label("worker_code"),
            worker.c.name.label("worker_name"),
            area.c.code.label("area"),
            grid.c.code.label("grid"),
            patrol.c.code.label("patrol"),
        )
        .select_from(patrol_task)
        .join(patrol_rule, patrol_rule.c.id == patrol_task.c.rule_id)
        .outerjoin(worker, (worker.c.id == patrol_task.c.worker_id) & known_workers(actor))
        .outerjoin(area, area.c.id == patrol_task.c.area_id)
        .outerjoin(grid, grid.c.id == patrol_task.c.grid_id)
        .outerjoin(patrol, (patrol.c.id == patrol_task.c.patrol_id) & followed(actor))
        .where(known_tasks(actor))
    )


async def read_tasks(
    conn: AsyncConnection[Any],
    actor: Actor,
    wanted: WantedTasks,
    after: tuple[datetime, int] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Read tasks, those that are due first before the others; `after` is where a page ended."""
    query = _tasks(actor)
    if wanted.worker is not None:
        query = query.where(worker.c.code == wanted.worker)
    if wanted.state is not None:
        query = query.where(literal(wanted.state) == STATE)
    if wanted.rule is not None:
        query = query.where(patrol_rule.c.code == wanted.rule)
    query = query.where(*due_between(wanted.since, wanted.until))
    if wanted.area_ids is not None:
        query = query.where(one_of(patrol_task.c.area_id, wanted.area_ids))
    if wanted.grid_id is not None:
        query = query.where(patrol_task.c.grid_id == wanted.grid_id)
    key = tuple_(patrol_task.c.due_at, patrol_task.c.id)
    if after is not None:
        query = query.where(key > tuple_(*after))
    query = query.order_by(patrol_task.c.due_at, patrol_task.c.id).limit(limit)
    return await dicts(conn, query)


async def read_task(conn: AsyncConnection[Any], actor: Actor, number: int) -> dict[str, Any] | None:
    """Read one task."""
    found = await dicts(conn, _tasks(actor).where(patrol_task.c.id == number))
    return next(iter(found), None)


async def read_place(
    conn: AsyncConnection[Any], number: int
) -> tuple[int | None, int | None] | None:
    """Read the area and the grid of a task."""
    query = select(patrol_task.c.area_id, patrol_task.c.grid_id).where(patrol_task.c.id == number)
    found = await tuples(conn, query)
    return (found[0][0], found[0][1]) if found else None


async def judgements_of_task(
    conn: AsyncConnection[Any], actor: Actor, number: int
) -> list[dict[str, Any]]:
    """Read how patrols in the time of a task were judged for it, in their order."""
    is_for_it = and_(
        patrol_judgement.c.rule_id == patrol_task.c.rule_id,
        patrol_judgement.c.object_id == patrol_task.c.object_id,
        patrol.c.begins_at >= patrol_task.c.begins_at,
        patrol.c.begins_at < patrol_task.c.due_at,
        (patrol_task.c.worker_id.is_(None)) | (patrol_task.c.worker_id == patrol.c.worker_id),
    )
    query = _judgements(actor).join(patrol_task, is_for_it)
    query = query.where(patrol_task.c.id == number, known_tasks(actor))
    return await dicts(conn, query.order_by(patrol.c.begins_at, patrol.c.id))


async def judgements_of_patrol(
    conn: AsyncConnection[Any], actor: Actor, number: int
) -> list[dict[str, Any]]:
    """Read how a patrol was judged by rules that one may know of."""
    query = _judgements(actor).where(patrol.c.id == number)
    order = (patrol_rule.c.code, patrol_rule.c.version, patrol_judgement.c.object_id)
    return await dicts(conn, query.order_by(*order))


def _judgements(actor: Actor) -> Select[Any]:
    line = func.st_asgeojson(patrol_judgement.c.missed, 7, 0)
    is_empty = func.st_isempty(patrol_judgement.c.missed)
    return (
        select(
            *(patrol_judgement.c[name] for name in _JUDGED),
            patrol_judgement.c.task_id.label("task"),
            *_RULE,
            object_code(actor, patrol_rule.c.object_kind, patrol_judgement.c.object_id).label(
                "object"
            ),
            patrol.c.code.label("patrol"),
            case((is_empty.is_(true()), None), else_=cast(line, Text)).label("missed"),
        )
        .select_from(patrol_judgement)
        .join(patrol, patrol.c.id == patrol_judgement.c.patrol_id)
        .join(patrol_rule, patrol_rule.c.id == patrol_judgement.c.rule_id)
        .where(followed(actor), known_rules(actor))
    )
