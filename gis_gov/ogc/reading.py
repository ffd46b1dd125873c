"""Read what is asked of a collection: its order and its place decide by which index."""

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection

from gis_gov.access.actor import Actor
from gis_gov.ogc.asked import Asked
from gis_gov.ogc.celled_queries import count_celled_items, read_celled_items
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
