"""Where persons, houses and enterprises are: what filters and boxes may know of it, for whom."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, case, func, null, or_, select, true

from gis_gov.access.actor import Actor
from gis_gov.access.filters import within_reach
from gis_gov.access.permissions import Permission
from gis_gov.areas.tables import grid
from gis_gov.collection import Celled
from gis_gov.cql.kinds import Condition, Expression, Kind, Queryable
from gis_gov.registry.tables import address, house, person


def in_reach(actor: Actor, right: Permission, table: Table) -> Condition:
    """Hold for the rows of a table that a right reaches."""
    return within_reach(
        actor.reach(right), table, person.c.person_class if table is person else None
    )


def home(actor: Actor) -> Queryable:
    """Return where a person lives, the middle of the grid for whoever may see no more."""
    seen = in_reach(actor, Permission.PLAIN_PLACE, person)
    unseen = seen.is_not(true())  # null where it is not known in which area somebody lives
    middle = func.st_centroid(grid.c.geom)
    place = case((seen, address.c.geom), (address.c.geom.is_not(None), middle), else_=null())

    def near(box: Expression) -> ColumnElement[bool]:
        around = select(grid.c.id).where(grid.c.geom.op("&&", is_comparison=True)(box))
        meets: ColumnElement[bool] = address.c.geom.op("&&", is_comparison=True)(box)
        return or_(and_(seen, meets), and_(unseen, person.c.grid_id.in_(around)))

    nowhere = and_(unseen, person.c.grid_id.is_(None))
    return Queryable(Kind.GEOMETRY, place, near, (*unplaced(person), nowhere))


def unplaced(table: Table) -> tuple[Condition, ...]:
    """Tell in which ways a thing that an address places has no place."""
    known = and_(address.c.id.is_not(None), address.c.geom.is_(None))
    return table.c.address_id.is_(None), known


def footprint(_actor: Actor) -> Queryable:
    """Return a house's footprint, else the point of its address."""
    place = func.coalesce(house.c.geom, address.c.geom)

    def near(box: Expression) -> ColumnElement[bool]:
        return or_(
            house.c.geom.op("&&", is_comparison=True)(box),
            and_(house.c.geom.is_(None), address.c.geom.op("&&", is_comparison=True)(box)),
        )

    absent = tuple(and_(house.c.geom.is_(None), each) for each in unplaced(house))
    return Queryable(Kind.GEOMETRY, place, near, absent)


def celled_by_address(
    *seen: Permission, apart: ColumnElement[Any] | None = None
) -> Callable[[Actor], Celled | None]:
    """Tell things by the cell of their address, to whoever sees all that there are."""
    missing = and_(address.c.cell.is_(None), address.c.geom.is_not(None))
    celled = Celled(address.c.id, address.c.cell, missing, apart)

    def of(actor: Actor) -> Celled | None:
        return celled if all(actor.reach(each).everywhere for each in seen) else None

    return of
