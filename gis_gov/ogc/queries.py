"""Every query of the collections; what who asks may have of each is the collection's to say."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from psycopg import AsyncConnection
from sqlalchemy import ColumnElement, Select, Subquery, func, literal, or_, select, union

from gis_gov.collection import Row
from gis_gov.cql.faults import filter_faults
from gis_gov.cql.kinds import Condition, Expression
from gis_gov.db.run import dicts, rows_of, scalar, sql_file
from gis_gov.geo.bbox import BBox
from gis_gov.ogc.sorting import SortKey

COUNTED_MAX: Final = 10_000
"""How many matching items are counted; of more, only that there are."""
_ENOUGH: Final = COUNTED_MAX + 1
WALKED: Final = 10_000
"""So many rows are looked at in the order of their codes, before all in a box are sorted."""
_KEY: Final = "sort_key_"


@dataclass(frozen=True, slots=True)
class Sought:
    """Rows of a collection: all `conditions` hold, and one of the `ways`, if there are any.

    Each way is found by an index of its own. `key` is the code; `all_seen` says that who asks may
    see every row there is.
    """

    rows: Select[Any]
    key: Expression
    conditions: Sequence[Condition] = ()
    ways: Sequence[Condition] = ()
    all_seen: bool = False

    def also(self, *conditions: Condition) -> "Sought":
        """Seek what meets more conditions."""
        return replace(self, conditions=[*self.conditions, *conditions])

    def met_by(self, way: Condition) -> "Sought":
        """Seek what meets a condition, whatever the ways are."""
        return replace(self.also(way), ways=())

    @property
    def met(self) -> Select[Any]:
        """Return the rows, each looked at by itself."""
        return self.rows.where(*self.conditions, *([or_(*self.ways)] if self.ways else []))

    def by_way(self) -> list[Select[Any]]:
        """Return the codes of the rows, way by way; a row may come more than once."""
        codes = self.rows.with_only_columns(self.key.label("code")).where(*self.conditions)
        return [codes.where(each) for each in self.ways]


@dataclass(frozen=True, slots=True)
class Item:
    """A row of a collection, and its values of the sort keys, as a page's token takes them."""

    row: Row
    key: list[Any]


async def read_items(
    conn: AsyncConnection[Any],
    sought: Sought,
    keys: Sequence[SortKey],
    limit: int,
    *,
    after: Condition | None = None,
    are_many: bool = False,
) -> list[Item]:
    """Return the first rows `after` others in order, each with its values of the sort keys.

    `are_many` says that a count found more than COUNTED_MAX.

    Raises:
        InvalidFilter: the filter calculates what can't be calculated.

    """
    rest = sought if after is None else sought.also(after)
    if not sought.ways:
        return await in_order(conn, rest, keys, limit)
    if are_many and sought.all_seen and len(keys) == 1 and not keys[0].descending:
        end = await _end_of_walk(conn, sought, after)
        walked = rest if end is None else rest.also(sought.key <= literal(end))
        found = await in_order(conn, walked, keys, limit)
        if len(found) == limit or end is None:
            return found
    return await in_order(conn, rest.also(_on_page(rest, keys, limit)), keys, limit)


async def in_order(
    conn: AsyncConnection[Any], sought: Sought, keys: Sequence[SortKey], limit: int
) -> list[Item]:
    """Return the first rows in order, each of them looked at by itself. Raises as `read_items`."""
    query = (
        sought.met.add_columns(*_labelled(keys))
        .order_by(*(key.order() for key in keys))
        .limit(limit)
    )
    with filter_faults():
        rows = await dicts(conn, query, prepare=_prepared(sought))
    return [Item(row, [_told(row.pop(f"{_KEY}{n}")) for n in range(len(keys))]) for row in rows]


async def count_items(conn: AsyncConnection[Any], sought: Sought) -> int | None:
    """Count the rows, None where there are more than COUNTED_MAX."""
    if not sought.ways:
        counted = await count_each(conn, sought)
    else:
        # Each way by itself, for each ends with its own index; a row may be found by two.
        parts = [select(each.limit(_ENOUGH).subquery().c.code) for each in sought.by_way()]
        counted = await _counted(conn, sought, union(*parts).subquery())
    return counted if counted <= COUNTED_MAX else None


async def count_each(conn: AsyncConnection[Any], sought: Sought) -> int:
    """Count the rows, each of them looked at by itself, no more than one above COUNTED_MAX."""
    # PostgreSQL leaves out the columns that nobody reads, and the joins for their sake.
    return await _counted(conn, sought, sought.met.limit(_ENOUGH).subquery())


async def _counted(conn: AsyncConnection[Any], sought: Sought, found: Subquery) -> int:
    with filter_faults():
        return await scalar(
            conn, select(func.count()).select_from(found), prepare=_prepared(sought)
        )


async def read_extent(conn: AsyncConnection[Any]) -> BBox | None:
    """Return a coarse box around all areas, grids and counted things that `conn` sees."""
    return next(iter(await rows_of(conn, BBox, sql_file(__package__, "extent"))), None)


async def _end_of_walk(
    conn: AsyncConnection[Any], sought: Sought, after: Condition | None
) -> str | None:
    """Return the code up to which WALKED rows are looked at, None where there are fewer."""
    codes = sought.rows.with_only_columns(sought.key).order_by(sought.key)
    rest = codes if after is None else codes.where(after)
    return await scalar(conn, rest.offset(WALKED).limit(1), prepare=False)


def _on_page(sought: Sought, keys: Sequence[SortKey], limit: int) -> Condition:
    """Hold for the rows of a page: their codes alone are sorted, way by way."""
    firsts = [
        # Without the offset PostgreSQL may look for few rows in the order of all there are.
        _first(each.add_columns(*_labelled(keys)).offset(0).subquery(), keys, limit)
        for each in sought.by_way()
    ]
    either = union(*firsts).subquery()
    return sought.key.in_(_first(either, keys, limit).with_only_columns(either.c.code))


def _first(rows: Subquery, keys: Sequence[SortKey], limit: int) -> Select[Any]:
    order = [replace(key, expression=rows.c[f"{_KEY}{n}"]).order() for n, key in enumerate(keys)]
    return select(rows).order_by(*order).limit(limit)


def _labelled(keys: Sequence[SortKey]) -> list[ColumnElement[Any]]:
    return [key.expression.label(f"{_KEY}{n}") for n, key in enumerate(keys)]


def _prepared(sought: Sought) -> bool | None:
    """Have a box planned for what lies in it; else a plan is kept for a query that comes often."""
    return False if sought.ways else None


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
