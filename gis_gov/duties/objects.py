"""What rules are about, by their codes: told and taken only as far as who asks may know it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from psycopg import AsyncConnection
from sqlalchemy import ColumnElement, FromClause, Text, and_, case, null, or_, select, true

from gis_gov.access.actor import Actor
from gis_gov.access.filters import visible
from gis_gov.access.permissions import Permission
from gis_gov.areas.tables import area, grid
from gis_gov.db.run import tuples
from gis_gov.registry.tables import enterprise, house, person
from gis_gov.resources.tables import resource

TABLES: Final[Mapping[str, FromClause]] = {
    "area": area,
    "grid": grid,
    "person": person,
    "house": house,
    "enterprise": enterprise,
    "resource": resource,
}
"""The kinds of objects that have codes; a rule draws the others itself."""


def known(actor: Actor, kind: str) -> ColumnElement[bool]:
    """Hold for the things of a kind of whom one may be told that a rule is about them.

    Of persons, a rule tells of which class they are: that takes the right to it, too.
    """
    match kind:
        case "person":
            of_class = person.c.person_class
            return and_(
                visible(actor, Permission.PERSON_READ, person, of_class),
                visible(actor, Permission.PLAIN_CLASS, person, of_class),
            )
        case "house":
            rooms = visible(actor, Permission.PLAIN_ROOM, house)
            return and_(
                visible(actor, Permission.HOUSE_READ, house),
                or_(house.c.kind == "building", rooms),
            )
        case "enterprise":
            return visible(actor, Permission.ENTERPRISE_READ, enterprise)
        case "resource":
            return visible(actor, Permission.RESOURCE_READ, resource)
        case _:
            return true()


def object_code(
    actor: Actor, kind: ColumnElement[str], number: ColumnElement[int]
) -> ColumnElement[Any]:
    """Tell the code of what a row is about; null if one may not know, or it is drawn."""
    cases = [
        (
            kind == name,
            select(table.c.code)
            .where(table.c.id == number, known(actor, name))
            .correlate_except(table)
            .scalar_subquery(),
        )
        for name, table in TABLES.items()
    ]
    return case(*cases, else_=null().cast(Text))


async def ids_of(
    conn: AsyncConnection[Any], actor: Actor, kind: str, codes: Sequence[str]
) -> dict[str, int]:
    """Find things of a kind by their codes, of which one may know."""
    table = TABLES[kind]
    query = select(table.c.code, table.c.id).where(
        table.c.code.in_(list(codes)), known(actor, kind)
    )
    return dict(await tuples(conn, query))
