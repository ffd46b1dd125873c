"""Pages of a list in few areas: each area's first rows by an index, then the first of all.

A list in the order of its codes reads past whatever lies elsewhere, for a street a hundred thousand
rows and more. With an index of area and code each area gives as many rows as a page has at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    Table,
    any_,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union_all,
)

from gis_gov.access.filters import one_of
from gis_gov.access.reach import Reach

ROWS_MAX: Final = 10_000
"""So many rows may be read for a page; of more areas, the order of the codes is as good."""


@dataclass(frozen=True, slots=True)
class Cover:
    """Places in which all rows of a list lie: areas, each for itself, and grids."""

    areas: frozenset[int] = frozenset()
    grids: frozenset[int] = frozenset()

    def serves(self, limit: int) -> bool:
        """Say whether to read a page of `limit` rows area by area."""
        return 0 < (len(self.areas) + len(self.grids)) * limit <= ROWS_MAX


def cover_of(reach: Reach, areas: frozenset[int] | None = None) -> Cover | None:
    """Return where the rows of a reach lie, within `areas` if given; None for anywhere."""
    extents = (reach.any, *reach.of.values())
    if any(extent.everywhere for extent in extents):
        return None if areas is None else Cover(areas)
    reached = frozenset[int]().union(*(extent.areas for extent in extents))
    grids = frozenset[int]().union(*(extent.grids for extent in extents))
    return Cover(reached if areas is None else reached & areas, grids)


def on_page(
    table: Table,
    cover: Cover,
    conditions: Sequence[ColumnElement[bool]],
    *,
    limit: int,
    after: str | None,
) -> ColumnElement[bool]:
    """Hold for the first `limit` rows by code after a key, among those of a cover.

    The table has `id`, `code`, `area_id`, `grid_id`, and an index of `area_id` and `code`; the
    conditions are about it alone.
    """
    wanted = [*conditions, *([] if after is None else [table.c.code > after])]
    elsewhere = or_(table.c.area_id.is_(None), not_(one_of(table.c.area_id, cover.areas)))
    branches = [
        _first_of_each(table, "area_id", cover.areas, wanted, limit),
        _first_of_each(table, "grid_id", cover.grids, [*wanted, elsewhere], limit),
    ]
    used = [each for each, ids in zip(branches, (cover.areas, cover.grids), strict=True) if ids]
    found = union_all(*used).subquery("found")
    page = select(found.c.id).order_by(found.c.code).limit(limit)
    # An array is made first, and few rows are expected of it: they are then found by their ids.
    return table.c.id == any_(func.array(page.scalar_subquery()))


def _first_of_each(
    table: Table,
    column: str,
    ids: frozenset[int],
    conditions: Sequence[ColumnElement[bool]],
    limit: int,
) -> Select[Any, Any]:
    places = func.unnest(literal(sorted(ids), ARRAY(BigInteger))).table_valued("id")
    place = places.render_derived(name=f"one_{column}")
    rows = (
        select(table.c.id, table.c.code)
        .where(table.c[column] == place.c.id, *conditions)
        .order_by(table.c.code)
        .limit(limit)
        .correlate(place)
        .lateral(f"of_{column}")
    )
    return select(rows.c.id, rows.c.code).select_from(place.join(rows, true()))
