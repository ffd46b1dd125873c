"""The first fence around grids, areas and last positions in the statistics."""

from sqlalchemy import ColumnElement, FromClause, or_, select, true

from gis_gov.access.actor import Actor
from gis_gov.access.filters import one_of, visible
from gis_gov.access.permissions import Permission
from gis_gov.areas.tables import area, grid
from gis_gov.patrols.service import told_place


def grids(actor: Actor, right: Permission, table: FromClause) -> ColumnElement[bool]:
    """Hold for the grids in `table` (with `grid_id` and `area_id`) to which a right reaches."""
    return visible(actor, right, table)


def seen_workers(actor: Actor) -> ColumnElement[bool]:
    """Hold for the last positions that he may know of."""
    return told_place(actor)


def units(actor: Actor, level: str) -> ColumnElement[bool]:
    """Hold for the grids, or for the areas, that lie in what he may count, or around it."""
    extent = actor.reach(Permission.COUNT).any
    if extent.everywhere:
        return true()
    if level == "grid":
        return or_(one_of(grid.c.id, extent.grids), one_of(grid.c.area_id, extent.areas))
    inner = area.alias("inner_area")
    around = (
        select(inner.c.id)
        .where(
            or_(
                one_of(inner.c.id, extent.areas),
                inner.c.id.in_(select(grid.c.area_id).where(one_of(grid.c.id, extent.grids))),
            ),
            inner.c.path >= area.c.path,
            inner.c.path < area.c.path.concat("Z"),
        )
        .correlate(area)
        .exists()
    )
    return or_(one_of(area.c.id, extent.areas), around)
