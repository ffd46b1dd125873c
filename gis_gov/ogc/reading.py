"""Read what is asked of a collection: its order and its place decide by which index."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from psycopg import AsyncConnection

from gis_gov.access.actor import Actor
from gis_gov.db.snapshot import snapshot
from gis_gov.ogc.asked import Asked
from gis_gov.ogc.celled_queries import count_celled_items, read_celled_items
from gis_gov.ogc.part import Part
from gis_gov.ogc.queries import Item, Sought, count_items, read_items
from gis_gov.ogc.sorting import beginning_after


def sought_of(asked: Asked, actor: Actor) -> Sought:
    """Return the rows that are asked for, of those that who asks may have."""
    collection = asked.collection
    everywhere = actor.reach(collection.right).everywhere
    return Sought(
        collection.rows(actor), collection.key, asked.conditions, asked.ways, all_seen=everywhere
    )


async def count_asked(conn: AsyncConnection[Any], asked: Asked, sought: Sought) -> int | None:
    """Count what is asked for, None where there is more than COUNTED_MAX."""
    if asked.inside is None:
        return await count_items(conn, sought)
    return await count_celled_items(conn, sought, asked.inside)


async def read_page(
    conn: AsyncConnection[Any], actor: Actor, asked: Asked, part: Part
) -> tuple[int | None, list[Item]]:
    """Return how much is asked for, and what of it is on a page, with the first of the next.

    Raises:
        BadPageToken: the page's token is of another list.
        InvalidFilter: the filter calculates what can't be calculated.

    """
    page, offset = part.page, part.offset
    after, sought = page.after(list), sought_of(asked, actor)
    async with snapshot(conn):
        matched = await count_asked(conn, asked, sought)
        if offset:
            after = await _last_of(conn, asked, sought, offset, matched=matched)
            if after is None:
                return matched, []
        found = await read_asked(conn, asked, sought, page.limit + 1, last=after, matched=matched)
    return matched, found


async def _last_of(
    conn: AsyncConnection[Any], asked: Asked, sought: Sought, many: int, *, matched: int | None
) -> list[Any] | None:
    """Return the sort values of the last of the first `many` items, None where there are fewer.

    Of those before it the keys alone are read.
    """
    keys = replace(sought, rows=sought.rows.with_only_columns(sought.key))
    found = await read_asked(conn, asked, keys, many, last=None, matched=matched)
    return found[-1].key if len(found) == many else None


async def read_asked(
    conn: AsyncConnection[Any],
    asked: Asked,
    sought: Sought,
    limit: int,
    *,
    last: Sequence[Any] | None,
    matched: int | None,
) -> list[Item]:
    """Return what is asked for, after the item whose sort values are `last`.

    `matched` is how much it is all in all, None for more than COUNTED_MAX, and for what is not
    counted.

    Raises:
        BadPageToken: these are not the values of such keys.
        InvalidFilter: the filter calculates what can't be calculated.

    """
    if matched == 0:
        return []
    after = None if last is None else beginning_after(asked.keys, last)
    if asked.inside is None:
        return await read_items(
            conn, sought, asked.keys, limit, after=after, are_many=matched is None
        )
    return await read_celled_items(
        conn, sought, asked.inside, asked.keys, limit, after=after, last=last
    )
