"""What the rest asks of duties: how many tasks were due, and how many of them are overdue."""

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import ColumnElement, Integer, Select, cast, func, literal, select

from gis_gov.access.actor import Actor
from gis_gov.access.filters import one_of
from gis_gov.areas.tables import area, grid
from gis_gov.db.run import rows_of
from gis_gov.duties.seen import known_tasks
from gis_gov.duties.state import LAST_DAY, STATE, due_between
from gis_gov.duties.tables import patrol_task
from gis_gov.patrols.patrol_reading import Wanted
from gis_gov.patrols.service import known_workers
from gis_gov.patrols.summary_queries import ABOVE, ROWS_MAX, By, Period, begin_of, named_by
from gis_gov.patrols.tables import worker
from gis_gov.patrols.task_sums import TaskSum


async def sum_tasks(
    conn: AsyncConnection[Any], actor: Actor, wanted: Wanted, by: By, period: Period
) -> Sequence[TaskSum]:
    """Count the tasks that one may know of by whose they are and by when they were due.

    Of workers, their own; of grids, those of the grid, and of areas and in all, those of nobody in
    particular, too. Of `wanted`, what is of patrols alone has no meaning here.
    """
    code, name = named_by(by)
    begins = begin_of(period, LAST_DAY)
    done, overdue, still_open = (_counted(state) for state in ("done", "overdue", "open"))
    columns: list[ColumnElement[Any]] = [
        code.label("code"),
        name.label("name"),
        begins.label("begins"),
        (done + overdue + still_open).label("due"),
        done.label("done"),
        overdue.label("overdue"),
    ]
    query = select(*columns).select_from(_sources(by, actor))
    query = _narrowed(query.where(known_tasks(actor), literal("excused") != STATE), wanted)
    if by in {"worker", "grid"}:
        whose = patrol_task.c.worker_id if by == "worker" else patrol_task.c.grid_id
        query = query.where(whose.is_not(None))
    query = query.group_by(code, name, begins).order_by(code.nulls_last(), begins)
    return await rows_of(conn, TaskSum, query.limit(ROWS_MAX + 1))


def _counted(state: str) -> ColumnElement[int]:
    return cast(func.count().filter(literal(state) == STATE), Integer)


def _sources(by: By, actor: Actor) -> Any:
    whose = patrol_task.outerjoin(
        worker, (worker.c.id == patrol_task.c.worker_id) & known_workers(actor)
    )
    if by in {"worker", "all"}:
        return whose
    if by == "grid":
        return whose.outerjoin(grid, grid.c.id == patrol_task.c.grid_id)
    own = area.alias("own")
    is_below = own.c.path.startswith(ABOVE.c.path, autoescape=False)
    return whose.outerjoin(own, own.c.id == patrol_task.c.area_id).outerjoin(
        ABOVE, (ABOVE.c.level == by) & is_below
    )


def _narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.worker is not None:
        query = query.where(worker.c.code == wanted.worker)
    query = query.where(*due_between(wanted.since, wanted.until))
    if wanted.area_ids is not None:
        query = query.where(one_of(patrol_task.c.area_id, wanted.area_ids))
    if wanted.grid_id is not None:
        query = query.where(patrol_task.c.grid_id == wanted.grid_id)
    return query
