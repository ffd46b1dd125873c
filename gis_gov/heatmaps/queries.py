"""Where a heat map lies, and in which grids somebody may count."""

from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import (
    Select,
    func,
    select,
)

from gis_gov.access.actor import Actor
from gis_gov.areas.service import district_extent
from gis_gov.areas.tables import grid
from gis_gov.counting import fences, unit_fences
from gis_gov.counting.layers import UNTALLIED, placed, tallies
from gis_gov.counting.tables import tally
from gis_gov.db.run import tuples
from gis_gov.geo.bbox import BBox


async def read_extent(conn: AsyncConnection[Any], actor: Actor, layer: str) -> BBox | None:
    """Return the box around the grids, or without any the areas, or without any most of a layer.

    A single point far off, as real data have, must not set the scale: 2 % on each side is cut.
    """
    district = await district_extent(conn)
    if district is not None:
        return district
    found = await tuples(conn, _most(actor, layer))
    west, south, east, north = found[0]
    return None if west is None else BBox(west, south, east, north)


async def read_countable_grids(conn: AsyncConnection[Any], actor: Actor) -> frozenset[str]:
    """Return the codes of the grids in which somebody may count."""
    query = select(grid.c.code).where(grid.c.valid_to.is_(None), unit_fences.units(actor, "grid"))
    return frozenset(code for (code,) in await tuples(conn, query))


def _most(actor: Actor, layer: str) -> Select[*tuple[Any, ...]]:
    if layer in UNTALLIED:
        things, place = placed(layer)
        things = things.where(fences.readable(actor, layer))
        lon, lat = func.st_x(place.c.geom), func.st_y(place.c.geom)
    else:
        counted = tally.c.layer.in_(tallies(layer))
        things = select().where(counted, tally.c.count > 0, fences.kept(actor))
        lon, lat = tally.c.west, tally.c.south
    return things.add_columns(
        *(
            func.percentile_disc(share).within_group(value)
            for share in (0.02, 0.98)
            for value in (lon, lat)
        )
    )
