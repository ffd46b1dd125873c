"""Run queries on a psycopg connection: SQL files, and SQLAlchemy Core compiled for psycopg."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, LiteralString, TypeVar, cast

from psycopg import AsyncConnection
from psycopg.rows import class_row, dict_row
from sqlalchemy import ClauseElement
from sqlalchemy.dialects import postgresql

Row = TypeVar("Row")
Params = Mapping[str, object] | None
Query = LiteralString | ClauseElement

_DIALECT = postgresql.dialect(paramstyle="pyformat")


@cache
def sql_file(package: str, name: str) -> LiteralString:
    """Return the text of `sql/<name>.sql` in `package`; the files are part of the program."""
    text = (files(package) / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    return cast("LiteralString", text)


def compiled(query: ClauseElement) -> tuple[LiteralString, dict[str, Any]]:
    """Compile a SQLAlchemy statement into psycopg's text and bound parameters."""
    made = query.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    bound: dict[str, Any] = {**(made.params or {})}
    return cast("LiteralString", str(made)), bound


def _text(query: Query, params: Params) -> tuple[LiteralString, Params]:
    if isinstance(query, str):
        return query, params
    text, bound = compiled(query)
    return text, {**bound, **(params or {})}


async def rows_of(
    conn: AsyncConnection[Any], kind: type[Row], query: Query, params: Params = None
) -> list[Row]:
    """Run a query and return its rows as `kind`, a class whose arguments are the columns."""
    text, bound = _text(query, params)
    async with conn.cursor(row_factory=class_row(kind)) as cursor:
        await cursor.execute(text, bound)
        return await cursor.fetchall()


async def dicts(
    conn: AsyncConnection[Any], query: Query, params: Params = None, *, prepare: bool | None = None
) -> list[dict[str, Any]]:
    """Run a query and return its rows as dictionaries.

    Without `prepare` it is prepared once it came often; False has it planned each time.
    """
    text, bound = _text(query, params)
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(text, bound, prepare=prepare)
        return await cursor.fetchall()


async def tuples(
    conn: AsyncConnection[Any], query: Query, params: Params = None, *, binary: bool = False
) -> Sequence[tuple[Any, ...]]:
    """Run a query and return its rows as tuples; many numbers are read sooner as `binary`."""
    text, bound = _text(query, params)
    return await (await conn.execute(text, bound, binary=binary)).fetchall()


async def scalar(
    conn: AsyncConnection[Any], query: Query, params: Params = None, *, prepare: bool | None = None
) -> Any:
    """Run a query and return the first column of its first row, or None; see `dicts`."""
    text, bound = _text(query, params)
    row = await (await conn.execute(text, bound, prepare=prepare)).fetchone()
    return row[0] if row else None
