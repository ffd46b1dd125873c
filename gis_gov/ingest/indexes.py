"""Take the indexes of a table away for the time of a large load, and put the same ones back.

Filling an index row by row costs several times as much as building it once. The keys by which
other tables refer to this one stay. All of it happens in the load's transaction: whoever else reads
the table waits for its end, and a load that fails leaves the indexes as they were.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString, cast

from psycopg import Connection, sql

_FIND_INDEXES = """
    select c.relname, pg_get_indexdef(i.indexrelid)
    from pg_index as i
    inner join pg_class as c on c.oid = i.indexrelid
    where
        i.indrelid = %(table)s::regclass
        and not exists (
            select 1 from pg_constraint as k
            where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')
        )
    order by c.relname
"""
_FIND_KEYS = """
    select k.conname, pg_get_constraintdef(k.oid)
    from pg_constraint as k
    where k.conrelid = %(table)s::regclass and k.contype in ('f', 'u')
    order by k.contype desc, k.conname
"""
_MEMORY = "set local maintenance_work_mem = '512MB'"
ROWS_MIN = 50_000
"""Loads of fewer rows leave the indexes in place."""
TIMES_MIN = 2
"""So many times the rows that are there must come for the indexes to be built anew."""


def worth_rebuilding(coming: int, present: int) -> bool:
    """Tell whether to build indexes anew for a load of `coming` rows beside `present` ones."""
    return coming >= ROWS_MIN and coming >= TIMES_MIN * present


@contextmanager
def rebuilt(connection: Connection[Any], table: str) -> Iterator[None]:
    """Drop indexes, unique and foreign keys of a table, and make the same ones at the end."""
    connection.execute(_MEMORY)
    keys = connection.execute(_FIND_KEYS, {"table": table}).fetchall()
    indexes = connection.execute(_FIND_INDEXES, {"table": table}).fetchall()
    alter = sql.SQL("alter table {} ").format(sql.Identifier(table))
    for name, _ in keys:
        connection.execute(alter + sql.SQL("drop constraint {}").format(sql.Identifier(name)))
    for name, _ in indexes:
        connection.execute(sql.SQL("drop index {}").format(sql.Identifier(name)))
    yield
    for _, definition in indexes:
        connection.execute(_trusted(definition))
    for name, definition in keys:
        added = sql.SQL("add constraint {} ").format(sql.Identifier(name))
        connection.execute(alter + added + _trusted(definition))


def _trusted(definition: str) -> sql.SQL:
    """Take a definition that PostgreSQL itself wrote."""
    return sql.SQL(cast("LiteralString", definition))
