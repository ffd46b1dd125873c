"""What the boxes around kept counts tell of a box that somebody asks about."""

from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import ColumnElement, Table, and_, func, select

from gis_gov.counting.layers import tallies
from gis_gov.counting.tables import coarse_tally
from gis_gov.db.run import scalar
from gis_gov.geo.bbox import BBox


def boxes_inside(counts: Table, bbox: BBox) -> ColumnElement[bool]:
    """Hold for the rows of a tally of which all that they count lies in a box."""
    return and_(
        counts.c.west.between(bbox.west, bbox.east),
        counts.c.east.between(bbox.west, bbox.east),
        counts.c.south.between(bbox.south, bbox.north),
        counts.c.north.between(bbox.south, bbox.north),
    )


async def surely_holds_more(
    conn: AsyncConnection[Any], layer: str, bbox: BBox, number: int
) -> bool:
    """Say whether more than a `number` of things certainly lie in a box, of those that are counted.

    That is more than whoever sees `conn` may read, where rooms are counted that he may not know.

    Where it says no there may be more: in coarse cells that the box's edge cuts, or without a cell.
    """
    counted = func.coalesce(func.sum(coarse_tally.c.count), 0)
    query = select(counted > number).where(
        coarse_tally.c.layer.in_(tallies(layer)),
        coarse_tally.c.cell != 0,  # with these stands what is nowhere
        boxes_inside(coarse_tally, bbox),
    )
    return await scalar(conn, query)
