"""A table of values in a real database, and what a filter finds in it."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from geoalchemy2 import Geometry
from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Integer,
    MetaData,
    Table,
    Text,
    select,
)

from gis_gov.cql.compiler import compile_text, compile_tree
from gis_gov.cql.kinds import Kind, Queryable
from gis_gov.cql.shapes import CRS84, Frame
from gis_gov.db.run import compiled

Find = Callable[..., list[int]]

thing = Table(
    "thing",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", Text),
    Column("n", Integer),
    Column("x", Double),
    Column("ok", Boolean),
    Column("tags", ARRAY(Text)),
    Column("day", Date),
    Column("since", DateTime(timezone=True)),
    Column("until", DateTime(timezone=True)),
    Column("geom", Geometry(srid=4490, spatial_index=False)),
)
NAMES = {
    "name": Queryable(Kind.TEXT, thing.c.name),
    "n": Queryable(Kind.INTEGER, thing.c.n),
    "x": Queryable(Kind.NUMBER, thing.c.x),
    "ok": Queryable(Kind.BOOLEAN, thing.c.ok),
    "tags": Queryable(Kind.TEXTS, thing.c.tags),
    "day": Queryable(Kind.DATE, thing.c.day),
    "since": Queryable(Kind.INSTANT, thing.c.since),
    "until": Queryable(Kind.INSTANT, thing.c.until),
    "geometry": Queryable(Kind.GEOMETRY, thing.c.geom),
}
_MAKE = """
    create temporary table thing (
        id int, name text, n int, x double precision, ok boolean, tags text[], day date,
        since timestamptz, until timestamptz, geom geometry(geometry, 4490)
    )
"""
_ADD = """
    insert into thing values (
        %(id)s, %(name)s, %(n)s, %(x)s, %(ok)s, %(tags)s, %(day)s, %(since)s, %(until)s,
        st_geomfromtext(%(wkt)s, 4490)
    )
"""


class Things:
    """The table, on one connection."""

    def __init__(self, conn: psycopg.Connection[Any]) -> None:
        self.conn = conn
        conn.execute(_MAKE)

    def put(self, *rows: dict[str, Any]) -> None:
        """Let there be just these rows; what a row does not tell is null."""
        nothing = dict.fromkeys((*thing.c.keys(), "wkt"))
        self.conn.execute("truncate thing")
        with self.conn.cursor() as cursor:
            cursor.executemany(
                _ADD, [{**nothing, "id": n, **row} for n, row in enumerate(rows, start=1)]
            )

    def find(self, filter_: Any, frame: Frame = CRS84) -> list[int]:
        """Return the ids of the rows for which a filter (text, or a tree) holds."""
        make = compile_text if isinstance(filter_, str) else compile_tree
        text, bound = compiled(
            select(thing.c.id).where(make(filter_, NAMES, frame)).order_by(thing.c.id)
        )
        return [row[0] for row in self.conn.execute(text, bound)]


@pytest.fixture
def things(database_url: str) -> Iterator[Things]:
    with psycopg.connect(database_url) as conn:
        yield Things(conn)
        conn.rollback()
