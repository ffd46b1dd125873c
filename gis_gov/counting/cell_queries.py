"""Counts by hexagon, for who may count parts of them; for others see `whole_cell_queries`."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Double,
    FromClause,
    Select,
    Table,
    and_,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)

from gis_gov.access.actor import Actor
from gis_gov.counting import fences
from gis_gov.counting.boxes import boxes_inside
from gis_gov.counting.layers import UNTALLIED, has_cells, placed, tallies
from gis_gov.counting.question import Question, in_box, in_time
from gis_gov.counting.tables import COARSE_RESOLUTION, coarse_tally, tally
from gis_gov.db.metadata import SRID
from gis_gov.db.run import tuples
from gis_gov.geo.bbox import BBox


@dataclass(frozen=True, slots=True)
class Counts:
    """How many things there are by H3 cell, and by point (lon, lat) where they have no cell yet."""

    cells: dict[int, int]
    points: dict[tuple[float, float], int]


async def count_by_cell(conn: AsyncConnection[Any], asked: Question) -> Counts | None:
    """Count a layer's placed things by H3 cell, in one statement; None for over `limit` cells.

    With a bbox exactly the things in it or on its edge are counted: the kept counts serve where
    the box around what they count lies inside, and the things themselves at the bbox's edge. For
    whom that may not be done there is `whole_cell_queries`.
    """
    query: Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]] = _things_without_cell(asked)
    if has_cells(asked.layer):
        cells = _merged(_parts(asked)).limit(asked.limit + 1).subquery()
        query = union_all(select(cells), query)
    rows = await tuples(conn, query)
    counts = Counts({}, {})
    for cell, lon, lat, count in rows:
        if cell is None:
            counts.points[lon, lat] = count
        else:
            counts.cells[cell] = count
    return counts if len(counts.cells) <= asked.limit else None


def _parts(asked: Question) -> list[Select[*tuple[Any, ...]]]:
    if asked.is_timed or asked.layer in UNTALLIED:
        return [_things_by_cell(asked, fences.readable(asked.actor, asked.layer))]
    coarse = asked.resolution <= COARSE_RESOLUTION
    if asked.bbox is None:
        parts = [_tally_by_cell(asked, coarse_tally if coarse else tally)]
    else:
        parts = _tally_in_box(asked, asked.bbox)
    if fences.reads_beyond_kept(asked.actor, asked.layer):
        parts.append(_things_by_cell(asked, fences.beyond_kept(asked.actor, asked.layer)))
    return parts


def _parent(cell: ColumnElement[Any], resolution: int) -> ColumnElement[int]:
    return func.cell_parent(cell, resolution)


def _by_cell(
    cell: ColumnElement[int],
    count: ColumnElement[Any],
    source: Select[*tuple[Any, ...]] | None = None,
) -> Select[*tuple[Any, ...]]:
    columns = (cell.label("cell"), cast(count, BigInteger).label("count"))
    query = select(*columns) if source is None else source.add_columns(*columns)
    return query.group_by(cell)


def _merged(parts: Sequence[Select[*tuple[Any, ...]]]) -> Select[*tuple[Any, ...]]:
    part = union_all(*parts).subquery("part")
    return select(
        part.c.cell,
        cast(null(), Double).label("lon"),
        cast(null(), Double).label("lat"),
        cast(func.sum(part.c.count), BigInteger).label("count"),
    ).group_by(part.c.cell)


def _tally_by_cell(asked: Question, counts: Table = tally) -> Select[*tuple[Any, ...]]:
    return _by_cell(_parent(counts.c.cell, asked.resolution), func.sum(counts.c.count)).where(
        counts.c.layer.in_(tallies(asked.layer)),
        counts.c.cell != 0,
        counts.c.count > 0,
        fences.kept(asked.actor, counts),
    )


def _tally_in_box(asked: Question, bbox: BBox) -> list[Select[*tuple[Any, ...]]]:
    return [
        part
        for name in tallies(asked.layer)
        for part in (
            _tally_by_cell(asked).where(tally.c.layer == name, boxes_inside(tally, bbox)),
            _at_the_edge(asked, name, bbox),
        )
    ]


def _boxes_near_a_side(bbox: BBox) -> ColumnElement[bool]:
    """Hold for every box that a side of the bbox cuts, in terms that the index serves."""
    west, south, width = tally.c.west, tally.c.south, cell_width_deg(bbox)
    within_columns = west.between(bbox.west - width, bbox.east)
    return or_(
        west.between(bbox.west - width, bbox.west),
        west.between(bbox.east - width, bbox.east),
        and_(within_columns, south.between(bbox.south - width, bbox.south)),
        and_(within_columns, south.between(bbox.north - width, bbox.north)),
    )


def _at_the_edge(asked: Question, layer: str, bbox: BBox) -> Select[*tuple[Any, ...]]:
    """Count one by one the things in the boxes that the bbox's edge cuts."""
    edge = (
        select(tally)
        .where(
            tally.c.layer == layer,
            tally.c.cell != 0,
            tally.c.count > 0,
            fences.kept(asked.actor),
            _boxes_near_a_side(bbox),
            tally.c.south <= bbox.north,
            tally.c.east >= bbox.west,
            tally.c.north >= bbox.south,
            ~boxes_inside(tally, bbox),
        )
        .subquery("edge")
    )
    _, place = placed(layer)
    inside = [
        func.st_x(place.c.geom).between(bbox.west, bbox.east),
        func.st_y(place.c.geom).between(bbox.south, bbox.north),
    ]
    point = things_of(edge, asked.actor, layer, inside)
    return _by_cell(
        _parent(point.c.cell, asked.resolution),
        func.count(),
        select().select_from(edge.join(point, literal(value=True))),
    )


def things_of(
    counts: FromClause, actor: Actor, layer: str, conditions: Sequence[ColumnElement[bool]]
) -> FromClause:
    """Return those of the things that rows of the tally count that hold some conditions.

    The conditions are on the table that `layers.placed` names; its column is `cell`.
    """
    things, place = placed(layer)
    box = func.st_makeenvelope(counts.c.west, counts.c.south, counts.c.east, counts.c.north, SRID)
    return (
        things.add_columns(place.c.cell)
        .where(
            place.c.geom.op("&&")(box),
            place.c.cell == counts.c.cell,
            func.coalesce(place.c.grid_id, 0) == counts.c.grid_id,
            func.coalesce(place.c.area_id, 0) == counts.c.area_id,
            *conditions,
            fences.readable(actor, layer),
        )
        .offset(0)  # keeps the planner at one search of the index for each box
        .correlate(counts)
        .lateral("point")
    )


def cell_width_deg(bbox: BBox) -> float:
    """Return more than the width of any stored cell (24 m) in degrees, to the poles' side of it."""
    latitude = max(abs(bbox.south), abs(bbox.north))
    return 0.0003 / cos(radians(latitude)) if latitude < 89 else 360


def _things_by_cell(asked: Question, fence: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    things, place = placed(asked.layer)
    return _by_cell(_parent(place.c.cell, asked.resolution), func.count(), things).where(
        place.c.cell != 0, fence, *in_box(place.c.geom, asked.bbox), *in_time(asked)
    )


def _things_without_cell(asked: Question) -> Select[*tuple[Any, ...]]:
    """Count what has no cell: that others wrote a moment ago, or of layers that have none."""
    things, place = placed(asked.layer)
    lon, lat = func.st_x(place.c.geom), func.st_y(place.c.geom)
    return (
        things.add_columns(
            cast(null(), BigInteger).label("cell"),
            lon.label("lon"),
            lat.label("lat"),
            func.count().label("count"),
        )
        .where(
            place.c.cell.is_(None) if has_cells(asked.layer) else true(),
            place.c.geom.is_not(None),
            fences.readable(asked.actor, asked.layer),
            *in_box(place.c.geom, asked.bbox),
            *in_time(asked),
        )
        .group_by(lon, lat)
    )
