"""Events by state, level and class, answered by kept counts where a tile gathers them.

A filter by these alone holds for a row of the kept counts as for the events that it counts.
"""

from collections.abc import Sequence
from math import cos, radians
from typing import Any, Final

from psycopg import AsyncConnection
from sqlalchemy import (
    Column,
    FromClause,
    Select,
    Table,
    func,
    select,
)
from sqlalchemy.sql import visitors
from sqlalchemy.sql.selectable import SelectBase

from gis_gov.access.actor import Actor
from gis_gov.access.filters import within_reach
from gis_gov.access.permissions import Permission
from gis_gov.counting.fences import kept_reach
from gis_gov.counting.tables import coarse_event_tally, event_class_tally, event_tally
from gis_gov.cql.kinds import Condition, Expression
from gis_gov.db.run import compiled
from gis_gov.events.tables import event, event_class
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.ogc.tile_gathered import event_columns

EVENTS: Final = "events"
_COUNTED: Final = frozenset({(event.name, "state"), (event.name, "level")})
_OF_CLASSES: Final = frozenset({(event_class.name, "code"), (event_class.name, "name")})

_SINGLE_ZOOM: Final = 12
_FINE_ZOOM: Final = 14
_ZOOM_END: Final = 16
MANY: Final = 20_000
"""More events of a filter than so many are gathered in each tile as long as counts are kept for it.

In all of them: a count may lie in another tile than its events, which would have them singly.
"""

_FINE_DEG: Final = 0.0012
"""What no box of a hexagon of resolution 11 is wider than, at the equator."""


def counts_of(
    layer: str, conditions: Sequence[Condition], actor: Actor, tile: AnyTile
) -> Table | None:
    """Return the kept counts by which a filter of a layer is answered in a tile, if there are any.

    They have to tell who asks of just the events that he may read.
    """
    reach = actor.reach(Permission.EVENT_READ)
    if layer != EVENTS or reach.of or not kept_reach(actor, EVENTS).covers(reach):
        return None
    asked = _columns(conditions)
    if asked is None or not asked <= _COUNTED | _OF_CLASSES:
        return None
    zoom = tile.mercator_tiles()[0].z
    if asked & _OF_CLASSES:
        return event_class_tally if zoom < _FINE_ZOOM else None
    if zoom < _FINE_ZOOM:
        return coarse_event_tally
    return event_tally if zoom < _ZOOM_END else None


async def are_many(
    conn: AsyncConnection[Any],
    counts: Table,
    conditions: Sequence[Condition],
    actor: Actor,
    zoom: int,
) -> bool:
    """Say whether a filter picks so many events that each tile of a zoom gathers them."""
    if zoom < _SINGLE_ZOOM:
        return True
    wide = coarse_event_tally if counts is event_tally else counts
    rows = _picked(wide, conditions, actor).with_only_columns(wide.c.count)
    some = rows.limit(MANY + 1).subquery()  # so many rows are enough by themselves
    text, bound = compiled(select(func.sum(some.c.count)))
    row = await (await conn.execute(text, bound, prepare=False)).fetchone()
    return row is not None and (row[0] or 0) > MANY


def counted_points(
    counts: Table, conditions: Sequence[Condition], actor: Actor, tile: AnyTile, things: Select[Any]
) -> FromClause:
    """Return how many of the events that a filter picks are where, of each state and level.

    `things` are those of the filter in and around the tile: of these the ones that have no cell
    yet are counted one by one.
    """
    picked = _picked(counts, conditions, actor).with_only_columns(
        counts.c.count,
        counts.c.state,
        func.nullif(counts.c.level, "").label("level"),
        ((counts.c.west + counts.c.east) / 2).label("lon"),
        ((counts.c.south + counts.c.north) / 2).label("lat"),
    )
    if counts is event_tally:
        picked = picked.where(*_near(tile))
    uncounted = things.where(event.c.cell.is_(None), event.c.geom.is_not(None))
    return picked.union_all(uncounted.with_only_columns(*event_columns())).subquery("told")


def _columns(conditions: Sequence[Condition]) -> frozenset[tuple[str, str]] | None:
    """Return which columns conditions look at; None if they have a query of their own."""
    found: set[tuple[str, str]] = set()
    for condition in conditions:
        for element in visitors.iterate(condition):
            if isinstance(element, SelectBase):
                return None
            if isinstance(element, Column):
                found.add((str(element.table), element.name))
    return frozenset(found)


def _picked(counts: Table, conditions: Sequence[Condition], actor: Actor) -> Select[Any]:
    """Select the rows of kept counts for which conditions on events hold."""
    source: FromClause = counts
    if counts is event_class_tally:
        source = counts.outerjoin(event_class, event_class.c.id == counts.c.class_id)
    reach = actor.reach(Permission.EVENT_READ)
    return (
        select()
        .select_from(source)
        .where(
            counts.c.count > 0,
            counts.c.cell != 0,
            within_reach(reach, counts),
            *(_of_counts(each, counts) for each in conditions),
        )
    )


def _of_counts(condition: Condition, counts: Table) -> Condition:
    replaced = {
        (event.name, "state"): counts.c.state,
        (event.name, "level"): func.nullif(counts.c.level, ""),
    }

    def replace(element: Any, **_: Any) -> Any:
        if isinstance(element, Column):
            return replaced.get((str(element.table), element.name))
        return None

    return visitors.replacement_traverse(condition, {}, replace)


def _near(tile: AnyTile) -> list[Expression]:
    """Hold for every box of the fine counts whose middle may lie in a tile, by their index."""
    box = tile.bounds()
    narrow = cos(radians(min(max(abs(box.south), abs(box.north)), 89)))
    west, south = event_tally.c.west, event_tally.c.south
    return [
        west.between(box.west - _FINE_DEG / narrow, box.east),
        south.between(box.south - _FINE_DEG, box.north),
    ]
