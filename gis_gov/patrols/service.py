"""What the rest asks of patrols: whom of the workers one may know."""

from sqlalchemy import ColumnElement, or_, select

from gis_gov.access.actor import Actor
from gis_gov.access.filters import one_of, visible
from gis_gov.access.permissions import Permission
from gis_gov.areas.tables import grid_worker
from gis_gov.patrols.tables import worker


def known_workers(actor: Actor) -> ColumnElement[bool]:
    """Hold for the workers of whom one may know: of one's areas, and of one's grids."""
    grids = actor.reach(Permission.WORKER_READ).any.grids
    of_area = visible(actor, Permission.WORKER_READ, worker, own_column=worker.c.id)
    if not grids:
        return of_area
    in_grids = select(grid_worker.c.worker_id).where(one_of(grid_worker.c.grid_id, grids))
    return or_(of_area, worker.c.id.in_(in_grids))
