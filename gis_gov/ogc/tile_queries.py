"""The query of a tile of which some layers are filtered.

A layer that is drawn whole is its function in tiles/. Of a filtered one the things are those of
its collection, each property as who asks may see it: a tile tells no more than a list by the same
filter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

from psycopg import AsyncConnection
from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Double,
    Integer,
    LargeBinary,
    ScalarSelect,
    Select,
    Subquery,
    Table,
    Text,
    any_,
    cast,
    column,
    extract,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from gis_gov.access.actor import Actor
from gis_gov.collection import Collection
from gis_gov.cql.faults import filter_faults
from gis_gov.cql.kinds import Expression, Kind, Queryable
from gis_gov.db.run import compiled
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.ogc.tile_asked import Drawn
from gis_gov.ogc.tile_counts import (
    EVENTS,
    are_many,
    counted_points,
    counts_of,
)
from gis_gov.ogc.tile_gathered import (
    COUNT,
    FENCE,
    SIDES,
    closed_apart,
    event_columns,
    gathered,
    inside,
    place_columns,
)
from gis_gov.resources.tables import resource
from gis_gov.tiles.service import Layer, tile_parameters

_CELL: Final = "cell"
_FRAME: Final = (column("square"), *(column(name, Double) for name in SIDES))
_MARGIN: Final = 1 / 16
_EXTENT: Final = 4096

SINGLE_MAX: Final = 2_000
"""How many things of a filtered layer a tile draws one by one: more make more than 500 kB."""

_COVERAGES: Final = ("areas", "grids")
"""Layers whose neighbours share their borders."""

_LABELS: Final = ("area_labels", "grid_labels")
_SHAPES: Final = {"camera_sectors": Queryable(Kind.GEOMETRY, resource.c.sector)}
"""What is drawn of a thing where it is not what its collection tells."""

_CALLED: Final = {("workers", "time"): "seen_at"}
"""Fields of layers that the collection calls otherwise."""


async def read_drawn(
    conn: AsyncConnection[Any], drawn: Sequence[Drawn], actor: Actor, tile: AnyTile
) -> bytes:
    """Return the tile as Mapbox Vector Tile bytes, the layers one after the other; maybe empty.

    It is planned each time: which index serves hangs on what is asked for.

    Raises:
        InvalidFilter: a filter calculates what can't be calculated.

    """
    with filter_faults():
        ways = {each.layer.name: await _way(conn, each, actor, tile) for each in drawn}
        text, bound = compiled(drawn_query(drawn, actor, tile, ways))
        cursor = conn.cursor(binary=True)
        await cursor.execute(text, bound, prepare=False)
        row = await cursor.fetchone()
    return bytes(row[0]) if row and row[0] else b""


@dataclass(frozen=True, slots=True)
class Way:
    """How the things of a filtered layer are found: gathered, by kept `counts`, or one by one.

    `few` are the ids of those that lie about the tile, if it is known.
    """

    gathers: bool = False
    counts: Table | None = None
    few: Sequence[int] | None = None


_SINGLY: Final = Way()
_GATHERED: Final = Way(gathers=True)


async def _way(conn: AsyncConnection[Any], drawn: Drawn, actor: Actor, tile: AnyTile) -> Way:
    """Find how a layer is drawn: whether more things lie about a tile than are drawn one by one."""
    layer, collection = drawn.layer, drawn.collection
    if collection is None or layer.geometry != "point" or layer.name in _LABELS:
        return _SINGLY
    zoom = tile.mercator_tiles()[0].z
    counts = counts_of(layer.name, drawn.conditions, actor, tile)
    if counts is not None and await are_many(conn, counts, drawn.conditions, actor, zoom):
        return Way(gathers=True, counts=counts)
    if zoom < layer.single_zoom:
        return _GATHERED
    near = _near(drawn, collection, actor, tile).with_only_columns(_id(collection))
    text, bound = compiled(_by_end(drawn, near).limit(SINGLE_MAX + 1))
    cursor = await conn.execute(text, bound, prepare=False)
    found = [row[0] for row in await cursor.fetchall()]
    return _GATHERED if len(found) > SINGLE_MAX else Way(few=found)


def _id(collection: Collection) -> ColumnElement[int]:
    return collection.key.table.c.id  # type: ignore[attr-defined]


def drawn_query(
    drawn: Sequence[Drawn], actor: Actor, tile: AnyTile, ways: Mapping[str, Way]
) -> Select[Any]:
    """Make the query of a tile, each layer in the way that was found; every value is bound."""
    parts: list[ColumnElement[bytes]] = [
        type_coerce(
            getattr(func, f"tile_{each.layer.name}")(*_numbers(tile, each.query))
            if each.collection is None
            else _filtered(each, each.collection, actor, tile, ways[each.layer.name]),
            LargeBinary,
        )
        for each in drawn
    ]
    return select(reduce(lambda one, other: one.op("||")(other), parts))


def _numbers(tile: AnyTile, query: Mapping[str, str] | None = None) -> list[ColumnElement[Any]]:
    told = tile_parameters(tile, query)
    numbers = [cast(literal(told[name], Integer), Integer) for name in ("z", "x", "y")]
    return [*numbers, cast(literal(told["query"], Text), JSON)]


def _near(drawn: Drawn, collection: Collection, actor: Actor, tile: AnyTile) -> Select[Any]:
    """Select the things of a filtered layer that lie in a tile or around it."""
    shape, around = _shape(drawn.layer, collection, actor), _around(tile)
    near = (
        shape.near(around)
        if shape.near is not None
        else shape.expression.op("&&", is_comparison=True)(around)
    )
    return collection.rows(actor).where(near, *drawn.conditions)


def _by_end(drawn: Drawn, rows: Select[Any]) -> Select[Any] | CompoundSelect[Any]:
    """Find events that are asked for by time by when they were closed, if at all."""
    if drawn.layer.name != EVENTS or drawn.since is None:
        return rows
    return closed_apart(rows, drawn.since)


def _sides(frame: Any) -> list[ColumnElement[Any]]:
    return [frame.c[side] for side in SIDES]


def _shape(layer: Layer, collection: Collection, actor: Actor) -> Queryable:
    return _SHAPES.get(layer.name) or collection.shape(actor)


def _filtered(
    drawn: Drawn, collection: Collection, actor: Actor, tile: AnyTile, way: Way
) -> ScalarSelect[Any]:
    layer = drawn.layer
    zoom = tile.mercator_tiles()[0].z
    if zoom < layer.zoom_min:
        return select(literal(b"", LargeBinary)).scalar_subquery()
    frame = func.tile_frame(*_numbers(tile)).table_valued(*_FRAME).alias("frame")
    place = _shape(layer, collection, actor).expression
    rows = _near(drawn, collection, actor, tile)
    if way.counts is not None:
        told = counted_points(way.counts, drawn.conditions, actor, tile, rows)
        points = select(told).select_from(told).add_columns(*_sides(frame))
        things = gathered(points, frame, are_events=True)
        return _encoded(layer, things, things.c.geom, has_id=False)
    rows = rows.select_from(frame)
    if layer.name in _LABELS:
        place = func.st_pointonsurface(place)
        return _singly(layer, collection, actor, rows, place, frame, tile)
    if way.gathers:
        are_events = layer.name == EVENTS
        is_point = collection.shape_type == "Point"
        columns = event_columns() if are_events else place_columns(place, is_point=is_point)
        points = _by_end(drawn, rows.with_only_columns(*columns, *_sides(frame)))
        things = gathered(points, frame, are_events=are_events)
        return _encoded(layer, things, things.c.geom, has_id=False)
    if way.few is not None:
        few = cast(literal(list(way.few), ARRAY(BigInteger)), ARRAY(BigInteger))
        rows = rows.where(_id(collection) == any_(few))
    if set(layer.fields) <= {COUNT, _CELL}:
        return _by_place(layer, rows, place, frame)
    return _singly(layer, collection, actor, rows, place, frame, tile)


def _around(tile: AnyTile) -> Expression:
    """Make the box of a tile with a margin, wider than what is drawn, by which indexes find rows.

    It is a constant, so that PostgreSQL can tell how much lies in it.
    """
    box = tile.bounds()
    wide, high = (box.east - box.west) * _MARGIN, (box.north - box.south) * _MARGIN
    south, north = max(box.south - high, -90.0), min(box.north + high, 90.0)
    return func.st_makeenvelope(box.west - wide, south, box.east + wide, north, 4490)


def _singly(
    layer: Layer,
    collection: Collection,
    actor: Actor,
    rows: Select[Any],
    place: Expression,
    frame: Any,
    tile: AnyTile,
) -> ScalarSelect[Any]:
    """Draw each thing for itself, with the id that it has in the unfiltered tile."""
    square = frame.c.square
    told = rows.with_only_columns(
        _id(collection).label("id"),
        *_fields(layer, collection, actor),
        (
            func.tile_face(place, square, tile.mercator_tiles()[0].z)
            if layer.name in _COVERAGES
            else func.tile_geom(place, square)
        ).label("geom"),
    )
    if layer.name in _LABELS:
        told = told.where(*inside(func.st_x(place), func.st_y(place), frame))
    things = told.offset(FENCE).subquery("things")
    return _encoded(layer, things, things.c.id, has_id=True)


def _by_place(layer: Layer, rows: Select[Any], place: Expression, frame: Any) -> ScalarSelect[Any]:
    """Draw how many there are at each place: a number of things, and none of them."""
    places = rows.with_only_columns(func.tile_geom(place, frame.c.square).label("geom")).subquery()
    things = (
        select(cast(func.count(), Integer).label(COUNT), places.c.geom)
        .group_by(places.c.geom)
        .subquery("things")
    )
    return _encoded(layer, things, things.c.geom, has_id=False)


def _encoded(
    layer: Layer, things: Subquery, order: Expression, *, has_id: bool
) -> ScalarSelect[Any]:
    told: list[Any] = [things.table_valued(), layer.name, _EXTENT]
    last = "id" if has_id else "geom"
    if has_id:
        told.append("geom")
    made = func.st_asmvt(*told, aggregate_order_by(literal(last, Text), order))
    return select(made).where(things.c.geom.is_not(None)).scalar_subquery()


def _fields(layer: Layer, collection: Collection, actor: Actor) -> list[ColumnElement[Any]]:
    made: list[ColumnElement[Any]] = []
    for name in layer.fields:
        if name == COUNT:
            made.append(cast(literal(1), Integer).label(name))
            continue
        found = collection.by_name.get(_CALLED.get((layer.name, name), name))
        if found is None or found.expression is None:
            continue
        value = found.expression(actor)
        if found.kind is Kind.INSTANT:
            value = cast(extract("epoch", value), BigInteger)
        made.append(value.label(name))
    return made
