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
    case,
    cast,
    func,
    literal,
    null,
)

from gis_gov.analysis import fences
from gis_gov.analysis.heatmap_queries import Question, in_box, in_time
from gis_gov.analysis.layers import placed
from gis_gov.analysis.weights import LISTED, weight_of
from gis_gov.cql.faults import filter_faults
from gis_gov.db.run import rows_of
from gis_gov.geo.cells import FINE_RESOLUTION

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
    actor, layer = asked.actor, asked.layer
    collection, among = LISTED[layer]
    _, table = placed(layer)
    point, cell = table.c.geom, table.c.cell
    if layer == "persons" and fences.finest_of_persons(actor) < FINE_RESOLUTION:
        # The cell is that of the home: whoever is told of the grid only gets the grid's middle.
        point, cell = collection.shape(actor).expression, cast(null(), BigInteger)
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
        collection.rows(actor)
        .with_only_columns(*keys, func.count().label("count"), cast(weight, Double).label("weight"))
        .where(
            point.is_not(None),
            fences.readable(actor, layer),
            *(each for each in (among, collection.current, asked.condition) if each is not None),
            *in_box(point, asked.bbox),
            *in_time(asked),
        )
        .group_by(*(key.element for key in keys))
    )
