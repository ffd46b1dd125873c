"""Which tasks and rules somebody may know of, as the row policies have it."""

from sqlalchemy import ColumnElement, FromClause, and_, exists, or_, select

from gis_gov.access.actor import Actor
from gis_gov.access.filters import visible
from gis_gov.access.permissions import Permission
from gis_gov.areas.tables import grid_worker
from gis_gov.duties.tables import patrol_rule, patrol_rule_worker, patrol_task
from gis_gov.patrols.tables import worker


def known_tasks(actor: Actor, task: FromClause = patrol_task) -> ColumnElement[bool]:
    """Hold for the tasks where one may follow workers, one's own, and those that one may do."""
    found = visible(actor, Permission.TRACK_READ, task)
    if actor.worker_id is None:
        return found
    own = actor.worker_id
    serves = select(grid_worker.c.grid_id).where(
        grid_worker.c.worker_id == own,
        grid_worker.c.valid_from <= task.c.ends_on,
        or_(grid_worker.c.valid_to.is_(None), grid_worker.c.valid_to >= task.c.begins_on),
    )
    himself = worker.alias("himself")
    employed = select(himself.c.area_id).where(himself.c.id == own)
    named = (
        exists()
        .where(
            patrol_rule_worker.c.rule_id == task.c.rule_id,
            patrol_rule_worker.c.worker_id == own,
        )
        .correlate_except(patrol_rule_worker)
    )
    shared = or_(
        task.c.grid_id.in_(serves),
        and_(task.c.grid_id.is_(None), task.c.area_id.in_(employed)),
        named,
    )
    return or_(
        found,
        task.c.worker_id == own,
        and_(task.c.worker_id.is_(None), shared),
    )


def known_rules(actor: Actor) -> ColumnElement[bool]:
    """Hold for the rules of areas where one may follow workers, and those of tasks one knows."""
    of_rule = patrol_task.alias("of_rule")
    known = exists().where(of_rule.c.rule_id == patrol_rule.c.id, known_tasks(actor, of_rule))
    of_area = visible(actor, Permission.TRACK_READ, patrol_rule)
    return or_(of_area, known.correlate_except(of_rule))
