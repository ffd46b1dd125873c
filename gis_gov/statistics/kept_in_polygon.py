"""How many things lie in a polygon: by kept counts where their boxes do, by point at its edge."""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    cast,
    func,
    literal,
    not_,
    select,
    union_all,
)

from gis_gov.access.actor import Actor
from gis_gov.counting import fences
from gis_gov.counting.cell_queries import cell_width_deg, things_of
from gis_gov.counting.layers import placed, tallies
from gis_gov.counting.tables import tally
from gis_gov.db.metadata import SRID
from gis_gov.geo.bbox import BBox

_COUNT: Final = "count"


def count_in_polygon(
    actor: Actor, measure: str, polygon: ColumnElement[Any], bbox: BBox
) -> Select[*tuple[Any, ...]]:
    """Count what lies in a polygon (EPSG:4490) with a box, or on its edge, each thing once.

    It serves those who may read each thing that the kept counts count for them, and no other.
    """
    parts = [
        part
        for name in tallies(measure)
        for part in (
            _whole(actor, name, polygon, bbox),
            _at_the_edge(actor, name, polygon, bbox),
            _without_cell(actor, name, polygon),
        )
    ]
    part = union_all(*parts).subquery("part")
    return select(cast(func.coalesce(func.sum(part.c.count), 0), BigInteger))


def _near(actor: Actor, name: str, bbox: BBox) -> list[ColumnElement[bool]]:
    """Make the conditions that a row of the tally may count something in the box."""
    width = cell_width_deg(bbox)
    return [
        tally.c.layer == name,
        tally.c.cell != 0,
        tally.c.count > 0,
        fences.kept(actor),
        tally.c.west.between(bbox.west - width, bbox.east),
        tally.c.south.between(bbox.south - width, bbox.north),
        tally.c.east >= bbox.west,
        tally.c.north >= bbox.south,
    ]


def _ground() -> ColumnElement[Any]:
    """Return what a row of the tally covers: a box, or a line or point where it has no width."""
    corners = (
        func.st_point(tally.c.west, tally.c.south),
        func.st_point(tally.c.east, tally.c.north),
    )
    return func.st_setsrid(func.geometry(func.st_makebox2d(*corners)), SRID)


def _whole(
    actor: Actor, name: str, polygon: ColumnElement[Any], bbox: BBox
) -> Select[*tuple[Any, ...]]:
    return select(func.sum(tally.c.count).label(_COUNT)).where(
        *_near(actor, name, bbox), func.st_covers(polygon, _ground())
    )


def _at_the_edge(
    actor: Actor, name: str, polygon: ColumnElement[Any], bbox: BBox
) -> Select[*tuple[Any, ...]]:
    cut = and_(func.st_intersects(polygon, _ground()), not_(func.st_covers(polygon, _ground())))
    edge = select(tally).where(*_near(actor, name, bbox), cut).subquery("edge")
    _, place = placed(name)
    point = things_of(edge, actor, name, [func.st_intersects(polygon, place.c.geom)])
    return select(func.count().label(_COUNT)).select_from(edge.join(point, literal(value=True)))


def _without_cell(actor: Actor, name: str, polygon: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """Count what others wrote a moment ago, and the server has not given its cell yet."""
    things, place = placed(name)
    return things.add_columns(func.count().label(_COUNT)).where(
        place.c.cell.is_(None),
        place.c.geom.is_not(None),
        func.st_intersects(polygon, place.c.geom),
        fences.readable(actor, name),
    )
