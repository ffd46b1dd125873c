"""Every query of the collections; what who asks may have of each is the collection's to say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from psycopg import AsyncConnection
from sqlalchemy import Select, func, select

from gis_gov.collection import Row
from gis_gov.cql.faults import filter_faults
from gis_gov.cql.kinds import Condition
from gis_gov.db.run import dicts, rows_of, scalar, sql_file
from gis_gov.geo.bbox import BBox
from gis_gov.ogc.sorting import SortKey

COUNTED_MAX: Final = 10_000
"""How many matching items are counted; of more, only that there are."""
_KEY: Final = "sort_key_"


@dataclass(frozen=True, slots=True)
class Item:
    """A row of a collection, and its values of the sort keys, as a page's token takes them."""

    row: Row
    key: list[Any]


async def read_items(
    conn: AsyncConnection[Any],
    rows: Select[Any],
    conditions: Sequence[Condition],
    keys: Sequence[SortKey],
    limit: int,
) -> list[Item]:
    """Return rows in order, each with its values of the sort keys.

    Raises:
        InvalidFilter: the filter calculates what can't be calculated.

    """
    query = (
        rows.add_columns(*(key.expression.label(f"{_KEY}{n}") for n, key in enumerate(keys)))
        .where(*conditions)
        .order_by(*(key.order() for key in keys))
        .limit(limit)
    )
    with filter_faults():
        rows_found = await dicts(conn, query)
    return [
        Item(row, [_told(row.pop(f"{_KEY}{n}")) for n in range(len(keys))]) for row in rows_found
    ]


async def count_items(
    conn: AsyncConnection[Any], rows: Select[Any], conditions: Sequence[Condition]
) -> int | None:
    """Count the rows, None where there are more than COUNTED_MAX."""
    # PostgreSQL leaves out the columns that nobody reads, and the joins for their sake.
    found = rows.where(*conditions).limit(COUNTED_MAX + 1).subquery()
    with filter_faults():
        counted = await scalar(conn, select(func.count()).select_from(found))
    return counted if counted <= COUNTED_MAX else None


async def read_extent(conn: AsyncConnection[Any]) -> BBox | None:
    """Return a coarse box around all areas, grids and counted things that `conn` sees."""
    return next(iter(await rows_of(conn, BBox, sql_file(__package__, "extent"))), None)


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
