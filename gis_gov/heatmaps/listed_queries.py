"""The query of heat maps of things that a filter picks, or that are weighed.

Such a heat map counts exactly what the layer's collection lists to who asks, where it tells him
that it is. So it can tell nothing that the list of the same things, filtered alike, does not tell.
"""

from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
)

from gis_gov.access.filters import within_reach
from gis_gov.access.permissions import Permission
from gis_gov.areas.tables import grid
from gis_gov.counting import fences
from gis_gov.counting.layers import has_cells, placed
from gis_gov.counting.question import Question, in_box, in_time
from gis_gov.cql.faults import filter_faults
from gis_gov.db.run import rows_of
from gis_gov.geo.cells import FINE_RESOLUTION
from gis_gov.heatmaps.weights import LISTED, weight_of
from gis_gov.registry.tables import address, person

POINTS_MAX = 200_000
"""At how many points that have no cell yet things may lie."""


@dataclass(frozen=True, slots=True)
class ListedSum:
    """What lies in a cell, or, where it has none yet, at a point (lon, lat), and what it weighs."""

    cell: int | None
    lon: float | None
    lat: float | None
    count: int
    weight: float


async def read_listed(conn: AsyncConnection[Any], asked: Question) -> list[ListedSum] | None:
    """Count and weigh by H3 cell what a collection lists; None for far more than `limit` cells.

    Raises:
        InvalidFilter: the filter calculates what can't be calculated.

    """
    limit = asked.limit + POINTS_MAX
    with filter_faults():
        rows = await rows_of(conn, ListedSum, _sums(asked).limit(limit + 1))
    return rows if len(rows) <= limit else None


def _sums(asked: Question) -> Select[*tuple[Any, ...]]:
    if asked.layer == "persons" and fences.finest_of_persons(asked.actor) < FINE_RESOLUTION:
        return _at_middles(asked)
    actor, layer = asked.actor, asked.layer
    _, table = placed(layer)
    point = table.c.geom
    cell = table.c.cell if has_cells(layer) else cast(null(), BigInteger)
    parent = case((cell != 0, func.cell_parent(cell, asked.resolution)))
    keys = [
        parent.label("cell"),
        case((parent.is_(None), func.st_x(point))).label("lon"),
        case((parent.is_(None), func.st_y(point))).label("lat"),
    ]
    weight: ColumnElement[Any] = literal(0.0, Double)
    if asked.weight is not None:
        weight = func.coalesce(func.sum(weight_of(layer, asked.weight, actor)), 0.0)
    return (
        _listed(asked)
        .with_only_columns(*keys, func.count().label("count"), cast(weight, Double).label("weight"))
        .where(point.is_not(None), *in_box(point, asked.bbox), *in_time(asked))
        .group_by(*(key.element for key in keys))
    )


def _listed(asked: Question) -> Select[*tuple[Any, ...]]:
    collection, among = LISTED[asked.layer]
    picked = (among, collection.current, asked.condition)
    return collection.rows(asked.actor).where(
        fences.readable(asked.actor, asked.layer), *(each for each in picked if each is not None)
    )


def _at_middles(asked: Question) -> Select[*tuple[Any, ...]]:
    """Count persons where the list tells them to be: at home, or at the middle of their grid.

    A home's hexagon along with the grid, which the list tells too, would be where they meet.
    """
    reach = asked.actor.reach(Permission.PLAIN_PLACE)
    seen = within_reach(reach, person, person.c.person_class)
    unseen = seen.is_not(true())  # null where it is not known in which area somebody lives
    home, box = address.c.geom, asked.bbox
    cell = case(
        (and_(seen, address.c.cell != 0), func.cell_parent(address.c.cell, asked.resolution))
    )
    keys = [
        cell.label("cell"),
        case((and_(seen, cell.is_(None)), func.st_x(home))).label("lon"),
        case((and_(seen, cell.is_(None)), func.st_y(home))).label("lat"),
        case((unseen, person.c.grid_id)).label("grid_id"),
    ]
    found = (
        _listed(asked)
        .with_only_columns(*keys, func.count().label("count"))
        .where(home.is_not(None), or_(unseen, and_(true(), *in_box(home, box))))
        .group_by(*(key.element for key in keys))
        .subquery("found")
    )
    middle = func.st_centroid(grid.c.geom)
    lon = func.coalesce(found.c.lon, func.st_x(middle))
    lat = func.coalesce(found.c.lat, func.st_y(middle))
    told = lon.is_not(None)
    if box is not None:
        told = and_(lon.between(box.west, box.east), lat.between(box.south, box.north))
    return (
        select(
            found.c.cell,
            lon.label("lon"),
            lat.label("lat"),
            found.c["count"],
            literal(0.0, Double).label("weight"),
        )
        .select_from(found.outerjoin(grid, grid.c.id == found.c.grid_id))
        .where(or_(found.c.cell.is_not(None), told))
    )
