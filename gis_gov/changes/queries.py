"""Every query of the change log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString

from psycopg import AsyncConnection

from gis_gov.changes.cursor import Cursor, database_mark
from gis_gov.db.run import dicts, scalar, sql_file
from gis_gov.geo.bbox import BBox

_PRUNE: Final[LiteralString] = "select prune_changes(%(kept_h)s)"
# Sees no row that any transaction wrote.
_NOTHING_SINCE: Final = "9223372036854775807:9223372036854775807:"


_WHERE: Final[LiteralString] = """
    select
        pg_current_snapshot()::text as read_to,
        (select system_identifier from pg_control_system())::text as system_id,
        (select oid from pg_database where datname = current_database())::text as database_id
"""


@dataclass(frozen=True, slots=True)
class Change:
    """What was written of a kind: one thing, or all of an area, grid and class.

    `box` is in degrees, with infinite sides where it may be anywhere, None where it is on no map.
    `for_all` tells that any thing of the kind may have changed.
    """

    kind: str
    row_class: str | None
    area_id: int | None
    grid_id: int | None
    object_id: int | None
    object_code: str | None
    box: BBox | None
    for_all: bool


@dataclass(frozen=True, slots=True)
class Read:
    """Changes, up to where they were read, and the newest transaction that lacks some (0: none)."""

    changes: Sequence[Change]
    cursor: Cursor
    horizon: int


@dataclass(frozen=True, slots=True)
class Written:
    """The kinds of which counts may differ, up to where that was read; the horizon as in `Read`."""

    kinds: Sequence[str]
    cursor: Cursor
    horizon: int

    def lacks_some_since(self, since: Cursor) -> bool:
        """Say whether some of what came since a cursor is there no more, or never was."""
        return is_cut_off(self.cursor, self.horizon, since)


async def read_cursor(conn: AsyncConnection[Any]) -> Cursor:
    """Return up to where a connection sees what was written."""
    (row,) = await dicts(conn, _WHERE)
    return _cursor(row)


async def read_written(conn: AsyncConnection[Any], since: Cursor | None) -> Written:
    """Return of which kinds counts may have changed since a cursor, and where that leads."""
    snapshot = _NOTHING_SINCE if since is None else since.snapshot
    (row,) = await dicts(conn, sql_file(__package__, "written"), {"since": snapshot})
    return Written(row["kinds"], _cursor(row), int(row["horizon"] or 0))


async def read_changes(
    conn: AsyncConnection[Any], since: Cursor | None, until: Cursor | None, most: int
) -> Read:
    """Return at most `most` changes that were committed since a cursor, and where that leads."""
    rows = await dicts(
        conn,
        sql_file(__package__, "read"),
        {
            "since": _NOTHING_SINCE if since is None else since.snapshot,
            "until": until and until.snapshot,
            "most": most,
        },
    )
    first = rows[0]
    changes = [_change(row) for row in rows if row["id"] is not None]
    return Read(changes, _cursor(first), int(first["horizon"] or 0))


async def read_touched(
    conn: AsyncConnection[Any], since: Cursor, until: Cursor, most: int
) -> list[Change]:
    """Return at most `most` kinds, classes and places of what was committed between cursors.

    Each is as a change that may be anywhere, of no one thing except a worker.
    """
    rows = await dicts(
        conn,
        sql_file(__package__, "touched"),
        {"since": since.snapshot, "until": until.snapshot, "most": most},
    )
    return [Change(**row, object_code=None, box=None) for row in rows]


def is_cut_off(read_to: Cursor, horizon: int, since: Cursor) -> bool:
    """Say whether not all that came since a cursor was there to be read."""
    return horizon >= since.oldest or read_to.database != since.database or read_to.end < since.end


async def read_newest_track(conn: AsyncConnection[Any]) -> datetime:
    """Return the last moment of which there may be fixes that make tracks."""
    return await scalar(conn, sql_file(__package__, "newest_track"))


async def prune(conn: AsyncConnection[Any], kept_h: float) -> int:
    """Drop the changes that are older; return how many, 0 while another process does it."""
    return await scalar(conn, _PRUNE, {"kept_h": kept_h})


def _cursor(row: dict[str, Any]) -> Cursor:
    return Cursor(database_mark(row["system_id"], row["database_id"]), row["read_to"])


def _change(row: dict[str, Any]) -> Change:
    west, south, east, north = (row[side] for side in ("west", "south", "east", "north"))
    return Change(
        kind=row["kind"],
        row_class=row["row_class"],
        area_id=row["area_id"],
        grid_id=row["grid_id"],
        object_id=row["object_id"],
        object_code=row["object_code"],
        box=None if west is None else BBox(west, south, east, north),
        for_all=row["for_all"],
    )
