"""Every statement that writes a thing of a collection."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from psycopg import AsyncConnection
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    LargeBinary,
    Table,
    Text,
    cast,
    delete,
    func,
    insert,
    literal,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from gis_gov.access.actor import Actor
from gis_gov.access.filters import lies_in, visible
from gis_gov.collection import Collection
from gis_gov.cql.kinds import Expression
from gis_gov.db.run import compiled, rows_of, scalar, sql_file
from gis_gov.events.tables import event_class, event_dictionary
from gis_gov.ogc.writable import Writable

_PACKAGE: Final = __package__ or ""


@dataclass(frozen=True, slots=True)
class Held:
    """Where a thing is that is locked, and its class."""

    area_id: int | None
    grid_id: int | None
    row_class: str | None


@dataclass(frozen=True, slots=True)
class Referred:
    """What a code refers to; `grid_id` and `area_id` of its place."""

    id: int
    grid_id: int | None
    area_id: int | None


async def await_others(conn: AsyncConnection[Any], writable: Writable, *, moves: bool) -> None:
    """Wait for changes of boundaries and moves of addresses, before a row is locked.

    Boundaries change alone. An address that moves waits for whoever writes what addresses place,
    too; any other write of an address shares their lock, which the triggers ask for once they hold
    its row.
    """
    if writable.is_boundary:
        await conn.execute(sql_file(_PACKAGE, "redraw_alone"))
        return
    await conn.execute(sql_file(_PACKAGE, "await_boundaries"))
    if moves and writable.table.name == "address":
        await conn.execute(sql_file(_PACKAGE, "move_alone"))
    elif writable.table.name == "address" or writable.is_placed_by_address:
        await conn.execute(sql_file(_PACKAGE, "await_moves"))


async def lock(
    conn: AsyncConnection[Any], writable: Writable, actor: Actor, code: str, *, deleting: bool
) -> Held | None:
    """Lock a thing that who asks may write until the transaction's end, None if there is none."""
    table = writable.table
    row_class = literal(None, Text) if writable.row_class is None else writable.row_class
    query = (
        select(*_place_of(table), row_class.label("row_class"))
        .where(
            table.c.code == literal(code),
            _reached(writable, actor),
            *(table.c[name] == value for name, value in writable.fixed.items()),
        )
        .with_for_update(key_share=not deleting)
    )
    return next(iter(await rows_of(conn, Held, query)), None)


async def may_write(
    conn: AsyncConnection[Any], writable: Writable, actor: Actor, code: str
) -> bool:
    """Say whether a thing lies where who asks may write."""
    table = writable.table
    query = select(literal(value=True)).where(
        table.c.code == literal(code), _reached(writable, actor)
    )
    return bool(await scalar(conn, query))


async def insert_row(
    conn: AsyncConnection[Any], writable: Writable, values: Mapping[str, Any]
) -> None:
    """Insert a thing."""
    text, bound = compiled(insert(writable.table).values(_bound(writable, values)).inline())
    await conn.execute(text, bound)


async def update_row(
    conn: AsyncConnection[Any], writable: Writable, code: str, values: Mapping[str, Any]
) -> None:
    """Change columns of a thing."""
    table = writable.table
    this = table.c.code == literal(code)
    text, bound = compiled(update(table).where(this).values(_bound(writable, values)))
    await conn.execute(text, bound)
    if values.get("cell") is not None:
        # A cell that stays as it was is taken by the trigger for one that nobody computed anew.
        again = update(table).where(this, table.c.cell.is_(None)).values(cell=values["cell"])
        text, bound = compiled(again)
        await conn.execute(text, bound)


async def delete_row(conn: AsyncConnection[Any], writable: Writable, code: str) -> None:
    """Delete a thing."""
    table = writable.table
    text, bound = compiled(delete(table).where(table.c.code == literal(code)))
    await conn.execute(text, bound)


async def find_referred(
    conn: AsyncConnection[Any], collection: Collection, actor: Actor, code: str
) -> Referred | None:
    """Find the thing of a collection that a code refers to, None if who asks may not see it."""
    table = getattr(collection.key, "table")  # noqa: B009 - an expression that is a column
    rows = collection.rows(actor).with_only_columns(table.c.id, *_place_of(table))
    wanted = [collection.key == literal(code)]
    if collection.current is not None:
        wanted.append(collection.current)
    return next(iter(await rows_of(conn, Referred, rows.where(*wanted))), None)


async def find_class(conn: AsyncConnection[Any], dictionary: str, code: str) -> int | None:
    """Find the class of events with a code in a dictionary."""
    query = (
        select(event_class.c.id)
        .join(event_dictionary, event_dictionary.c.id == event_class.c.dictionary_id)
        .where(event_dictionary.c.code == literal(dictionary), event_class.c.code == literal(code))
    )
    return await scalar(conn, query)


def _reached(writable: Writable, actor: Actor) -> ColumnElement[bool]:
    if writable.lies_in is not None:
        return lies_in(writable.lies_in, actor.reach(writable.right).any)
    return visible(actor, writable.right, writable.table, writable.row_class)


def _place_of(table: Table) -> tuple[Expression, Expression]:
    """Return in which area and grid a thing lies, null where it is in none of its kind."""
    grid_id = table.c.id if table.name == "grid" else table.c.get("grid_id")
    area_id = table.c.get("area_id")
    nowhere = cast(null(), BigInteger)
    return (
        (nowhere if area_id is None else area_id).label("area_id"),
        (nowhere if grid_id is None else grid_id).label("grid_id"),
    )


def _bound(writable: Writable, values: Mapping[str, Any]) -> dict[str, Expression]:
    return {name: _value(writable.table.c[name], value) for name, value in values.items()}


def _value(column: Column[Any], value: Any) -> Expression:
    """Bind a value as the loader has written it for its column."""
    if value is None:
        return null()
    if column.name == "geom":
        return func.st_geomfromewkb(literal(bytes.fromhex(value), LargeBinary))
    match column.type:
        case LargeBinary():
            return literal(bytes.fromhex(value.removeprefix("\\x")), LargeBinary)
        case ARRAY() | JSONB():
            return cast(literal(value, Text), column.type)
        case _:
            return literal(value, column.type)
