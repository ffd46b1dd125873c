"""The first fence: conditions that leave in a query only the rows that who asks may have.

The row policies of the database hold the same for every query, also for one that forgets to ask.
"""

from collections.abc import Iterable

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    and_,
    any_,
    false,
    literal,
    or_,
    true,
)

from gis_gov.access.actor import Actor
from gis_gov.access.permissions import Permission
from gis_gov.access.reach import Extent, Reach


def visible(
    actor: Actor,
    right: Permission,
    table: FromClause,
    class_column: ColumnElement[str] | None = None,
    own_column: ColumnElement[int] | None = None,
) -> ColumnElement[bool]:
    """Hold for the rows of `table` (with `area_id`, maybe `grid_id`) to which a right reaches.

    A right for some classes only opens rows by `class_column`, without it none. `own_column` is the
    worker whom a row is about: a worker sees what is about himself.
    """
    reached = within_reach(actor.reach(right), table, class_column)
    if own_column is None or actor.worker_id is None or not actor.may(right):
        return reached
    return or_(reached, own_column == literal(actor.worker_id, BigInteger))


def within_reach(
    reach: Reach, table: FromClause, class_column: ColumnElement[str] | None = None
) -> ColumnElement[bool]:
    """Hold for the rows of `table` that lie in a reach."""
    if reach.everywhere:
        return true()
    parts = [_in_extent(reach.any, table)]
    if class_column is not None:
        parts += [
            and_(class_column == name, _in_extent(extent, table))
            for name, extent in sorted(reach.of.items())
        ]
    return or_(false(), *parts)


def lies_in(column: ColumnElement[int], extent: Extent) -> ColumnElement[bool]:
    """Hold where a column has the id of an area in an extent."""
    return true() if extent.everywhere else one_of(column, extent.areas)


def one_of(column: ColumnElement[int], numbers: Iterable[int]) -> ColumnElement[bool]:
    """Hold where a column has one of the numbers, in one parameter however many they are."""
    return column == any_(literal(sorted(numbers), ARRAY(BigInteger)))


def extent_parameters(extent: Extent, prefix: str = "") -> dict[str, object]:
    """Make the parameters by which a query in a `.sql` file leaves in only what lies in an extent.

    `%(everywhere)s or area_id = any(%(areas)s) or grid_id = any(%(grids)s)`, each name behind the
    prefix.
    """
    return {
        f"{prefix}everywhere": extent.everywhere,
        f"{prefix}areas": sorted(extent.areas),
        f"{prefix}grids": sorted(extent.grids),
    }


def _in_extent(extent: Extent, table: FromClause) -> ColumnElement[bool]:
    if extent.everywhere:
        return true()
    columns = {"area_id": extent.areas, "grid_id": extent.grids}
    return or_(
        false(),
        *(
            one_of(table.c[name], numbers)
            for name, numbers in columns.items()
            if numbers and name in table.c
        ),
    )
