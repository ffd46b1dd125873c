"""The items of a box, cell by cell: what comes next is found where the last page ended.

In the order of their codes the things of a box lie anywhere among all others, so that a page needs
all of the box, or half of the table, to be read. In the order of the cells that their places have,
it is what an index gives.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from psycopg import AsyncConnection
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Double,
    TableValuedAlias,
    and_,
    any_,
    case,
    cast,
    func,
    literal,
    select,
    true,
)

from gis_gov.collection import Celled
from gis_gov.counting.boxes import surely_holds_more
from gis_gov.cql.kinds import Condition, Expression, Kind
from gis_gov.db.run import scalar
from gis_gov.geo.bbox import BBox
from gis_gov.geo.cell_ranges import Range, ranges_around
from gis_gov.geo.cells import NO_CELL, stored_cell
from gis_gov.ogc.queries import (
    COUNTED_MAX,
    Item,
    Sought,
    count_each,
    count_items,
    in_order,
    read_items,
)
from gis_gov.ogc.sorting import SortKey
from gis_gov.paging import BadPageToken

_RANGES_MAX: Final = 64
"""So many ranges are looked at in one query."""
_PLACES_MIN: Final = 64
_PLACES_COUNTED: Final = 15_000
"""At so many places one looks at once: half as many again as are counted."""
_PLACES_MAX: Final = 60_000
_LOW: Final = (1 << 52) - 1
"""The bits in which two stored cells differ, as many as a double tells apart."""
_NOWHERE: Final = -1.0
"""The key of what has no cell: less than any."""


def cell_key(celled: Celled) -> SortKey:
    """Return the key by which things come cell by cell, those that have none first.

    What gets its cell while somebody goes from page to page may come twice, and is never left out.
    """
    low = celled.cell.op("&")(cast(literal(_LOW), BigInteger))
    has_cell = and_(celled.cell != NO_CELL, _not_apart(celled))
    return SortKey(Kind.NUMBER, case((has_cell, cast(low, Double)), else_=_NOWHERE))


@dataclass(frozen=True, slots=True)
class Inside:
    """A box in which something is sought: what lies in it `meets` it, and the cells that may be.

    `bound` is the box as a geometry (EPSG:4490), of which `box` is the outside. `layer` names the
    kept counts of what is sought, where they count that alone: all of it that lies in `box`, and
    nothing that who asks may not read one by one.
    """

    box: BBox
    bound: Expression
    meets: Condition
    celled: Celled
    layer: str | None = None


async def read_celled_items(
    conn: AsyncConnection[Any],
    sought: Sought,
    inside: Inside,
    keys: Sequence[SortKey],
    limit: int,
    *,
    after: Condition | None = None,
    last: Sequence[Any] | None = None,
) -> list[Item]:
    """Return the first items of a box `after` the one whose values of the keys are `last`.

    The first of the keys is the `cell_key`.

    Raises:
        BadPageToken: the values are not those of such keys.
        InvalidFilter: the filter calculates what can't be calculated.

    """
    found: list[Item] = []
    if last is None or last[0] == _NOWHERE:
        found = await read_items(conn, _without_cell(sought, inside), keys, limit, after=after)
        if len(found) == limit:
            return found
    rest = sought if after is None else sought.also(after)
    ranges = _from(await asyncio.to_thread(ranges_around, inside.box), last)
    async for here in _windows(conn, inside, ranges, max(2 * limit, _PLACES_MIN)):
        found += await in_order(conn, rest.met_by(here), keys, limit - len(found))
        if len(found) == limit:
            break
    return found


async def count_celled_items(
    conn: AsyncConnection[Any], sought: Sought, inside: Inside
) -> int | None:
    """Count the items of a box, None where there are more than COUNTED_MAX."""
    if inside.layer and await surely_holds_more(conn, inside.layer, inside.box, COUNTED_MAX):
        return None
    counted = await count_items(conn, _without_cell(sought, inside))
    if counted is None:
        return None
    ranges = await asyncio.to_thread(ranges_around, inside.box)
    async for here in _windows(conn, inside, ranges, _PLACES_COUNTED):
        counted += await count_each(conn, sought.met_by(here))
        if counted > COUNTED_MAX:
            return None
    return counted


def _without_cell(sought: Sought, inside: Inside) -> Sought:
    """Seek what is nowhere, or in the box without a cell that says so."""
    celled = inside.celled
    ways = [
        and_(each, _not_apart(celled), inside.meets)
        for each in (celled.missing, celled.cell == NO_CELL)
    ]
    if celled.apart is not None:
        near = celled.apart.op("&&", is_comparison=True)(inside.bound)
        ways.append(and_(near, func.st_intersects(celled.apart, inside.bound)))
    return replace(sought, ways=[*ways, *sought.ways[1:]])


def _not_apart(celled: Celled) -> Condition:
    return true() if celled.apart is None else celled.apart.is_(None)


async def _windows(
    conn: AsyncConnection[Any], inside: Inside, ranges: list[Range], places: int
) -> AsyncIterator[Condition]:
    """Give conditions for what is in the box, of so many places and then of ever more, in order.

    What a filter leaves of a great box lies so far apart that small windows would be legion.
    """
    celled = inside.celled
    while ranges:
        part = ranges[:_RANGES_MAX]
        end = await _end_of_walk(conn, celled, part, places)
        part = part if end is None else _up_to(part, end)
        yield and_(_not_apart(celled), _in_one_of(celled, part), inside.meets)
        ranges = _beyond(ranges, part[-1][1])
        places = min(2 * places, _PLACES_MAX)


async def _end_of_walk(
    conn: AsyncConnection[Any], celled: Celled, ranges: Sequence[Range], places: int
) -> int | None:
    """Return the cell up to which so many places lie in some ranges, None for fewer places."""
    each = _unnested(ranges)
    cells = (
        select(celled.cell.label("cell"))
        .where(celled.cell.between(each.c.first, each.c.last))
        .order_by(celled.cell)
        .limit(places + 1)
        .correlate(each)
        .lateral("cells")
    )
    # PostgreSQL goes from range to range; wherever it ended, the windows have all that there is.
    found = select(cells.c.cell).select_from(each.join(cells, true()))
    return await scalar(conn, found.offset(places).limit(1))


def _in_one_of(celled: Celled, ranges: Sequence[Range]) -> Condition:
    each = _unnested(ranges)
    places = select(celled.id).where(celled.cell.between(each.c.first, each.c.last))
    # An array is made first, and few rows are expected of it: they are then found by their ids.
    return celled.id == any_(func.array(places.correlate(None).scalar_subquery()))


def _unnested(ranges: Sequence[Range]) -> TableValuedAlias:
    bounds = (literal([each[n] for each in ranges], ARRAY(BigInteger)) for n in (0, 1))
    return func.unnest(*bounds).table_valued("first", "last").render_derived(name="one_range")


def _from(ranges: list[Range], last: Sequence[Any] | None) -> list[Range]:
    """Return what is left of ranges from the cell of the last item on."""
    if last is None or last[0] == _NOWHERE:
        return ranges
    if last[0] is None:
        raise BadPageToken
    return _beyond(ranges, stored_cell(int(last[0])) - 1)


def _up_to(ranges: Sequence[Range], cell: int) -> list[Range]:
    return [(first, min(last, cell)) for first, last in ranges if first <= cell]


def _beyond(ranges: Sequence[Range], cell: int) -> list[Range]:
    return [(max(first, cell + 1), last) for first, last in ranges if last > cell]
