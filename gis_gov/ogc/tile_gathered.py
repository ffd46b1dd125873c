"""Things of a filtered layer gathered by squares of a tile, where they are too many to be drawn.

A count belongs to one tile only, so that the counts over all tiles add up to the things.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    DateTime,
    Double,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    literal_column,
    select,
    true,
    union_all,
)

from gis_gov.cql.kinds import Condition, Expression
from gis_gov.events.tables import EVENT_LEVELS, EVENT_STATES, event

COUNT: Final = "count"
SIDES: Final = ("west", "south", "east", "north")
FENCE: Final = literal_column("0", Integer)
"""An offset by which a geometry is not worked out twice: for being not null, and for the tile."""

_OVER: Final = ("closed", "rejected")
_SQUARES: Final = 32
"""Into how many squares a tile's side is cut where things are gathered."""


def inside(lon: Expression, lat: Expression, frame: Any) -> list[ColumnElement[bool]]:
    """Hold for what lies in a tile: on its western and southern edge, too."""
    at = frame.c
    return [lon >= at.west, lon < at.east, lat >= at.south, lat < at.north]


def place_columns(place: Expression, *, is_point: bool) -> list[ColumnElement[Any]]:
    """Return what is told of each thing that is gathered: that it is one, and where."""
    at = place if is_point else func.st_centroid(place)
    return [
        cast(literal(1), Integer).label(COUNT),
        func.st_x(at, type_=Double).label("lon"),
        func.st_y(at, type_=Double).label("lat"),
    ]


def event_columns() -> list[ColumnElement[Any]]:
    """Return what is told of each event that is gathered: one of its state and level, and where."""
    count, *at = place_columns(event.c.geom, is_point=True)
    return [count, event.c.state, event.c.level, *at]


def closed_apart(rows: Select[Any], since: datetime) -> CompoundSelect[Any]:
    """Split events into those that are open still and those closed since: an index has either.

    By a condition that holds for both PostgreSQL would read each event, and not from the index.
    """
    closed = event.c.closed_at
    at = cast(literal(since), DateTime(timezone=True))
    return union_all(rows.where(closed.is_(None)), rows.where(closed >= at))


def gathered(told: Select[Any] | CompoundSelect[Any], frame: Any, *, are_events: bool) -> Subquery:
    """Count what there is in each square of a tile, at the mean of where it may be seen.

    `told` are a count, its point and the tile's sides; of events state and level, too. They are
    added up by these first: of a million events that makes some hundred rows to tell apart.
    """
    points = told.offset(FENCE).subquery("points")
    count, lon, lat, at = points.c.count, points.c.lon, points.c.lat, points.c
    column = func.floor((lon - at.west) / (at.east - at.west) * _SQUARES)
    row = func.floor((lat - at.south) / (at.north - at.south) * _SQUARES)
    kinds = [at.state, _level_of_open(at)] if are_events else []
    parts = (
        select(
            column.label("x"),
            row.label("y"),
            *kinds,
            func.sum(count).label(COUNT),
            func.sum(lon * count).label("lon"),
            func.sum(lat * count).label("lat"),
        )
        # As one condition PostgreSQL does not suppose that next to nothing is left, and sort it.
        .where(func.coalesce(and_(*inside(lon, lat, points)), false()))
        .group_by(column, row, *kinds)
        .subquery("parts")
    )
    mean = [func.sum(each) / func.sum(parts.c.count) for each in (parts.c.lon, parts.c.lat)]
    return (
        select(
            cast(func.sum(parts.c.count), Integer).label(COUNT),
            *(_numbers_of(parts) if are_events else ()),
            func.tile_geom(func.st_setsrid(func.st_point(*mean), 4490), frame.c.square).label(
                "geom"
            ),
        )
        .select_from(parts.join(frame, true()))
        .group_by(parts.c.x, parts.c.y, frame.c.square)
        .subquery("things")
    )


def _level_of_open(at: Any) -> ColumnElement[str]:
    """Return the level that is asked for: not of what is over, which makes fewer rows."""
    return case((at.state.not_in(_OVER), at.level)).label("level")


def _numbers_of(parts: Subquery) -> list[ColumnElement[Any]]:
    """Count what is gathered by state, and what of it is open by level; null where there is none.

    `tile_event_clusters` in tiles/ does the same.
    """
    state, level, count = parts.c.state, parts.c.level, parts.c.count

    def counted(name: str, held: Condition) -> ColumnElement[Any]:
        return cast(func.sum(count).filter(held), Integer).label(name)

    is_open = state.not_in(_OVER)
    return [
        counted("open", is_open),
        *(counted(each, state == each) for each in EVENT_STATES),
        *(counted(f"open_{each}", level == each) for each in EVENT_LEVELS),
    ]
