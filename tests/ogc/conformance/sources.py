"""Collections that the abstract tests are run on besides our own.

`places`, `countries` and `rivers` are the data of the CQL2 tests (Natural Earth), with what those
expect of them. `traps` has holes, shared edges, nothing at all, lists, control characters and times
at the borders of days; what holds for them is computed by shapely and plain Python.
"""

import json
from pathlib import Path
from typing import Any

import psycopg
from geoalchemy2 import Geometry
from psycopg import sql
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    MetaData,
    Table,
    Text,
    select,
)
from sqlalchemy.schema import CreateTable
from sqlalchemy.types import TypeEngine

from gis_gov.access.permissions import Permission
from gis_gov.collection import Collection, Property, column, plain_feature, selected, shape_column
from gis_gov.cql.kinds import Kind, Queryable
from gis_gov.db.run import compiled

DATA = Path(__file__).parent / "natural_earth"
GEOM = "geom"
_TYPES: dict[Kind, TypeEngine[Any]] = {
    Kind.TEXT: Text(),
    Kind.TEXTS: ARRAY(Text()),
    Kind.INTEGER: BigInteger(),
    Kind.NUMBER: Double(),
    Kind.BOOLEAN: Boolean(),
    Kind.DATE: Date(),
    Kind.INSTANT: DateTime(timezone=True),
}
SOURCES: dict[str, tuple[str, dict[str, Kind]]] = {
    "countries": ("MultiPolygon", {"NAME": Kind.TEXT, "POP_EST": Kind.NUMBER}),
    "places": (
        "Point",
        {
            "name": Kind.TEXT,
            "nameascii": Kind.TEXT,
            "pop_max": Kind.INTEGER,
            "pop_min": Kind.INTEGER,
            "pop_other": Kind.INTEGER,
            "date": Kind.DATE,
            "start": Kind.INSTANT,
            "end": Kind.INSTANT,
            "boolean": Kind.BOOLEAN,
        },
    ),
    "rivers": ("LineString", {"name": Kind.TEXT}),
    "traps": (
        "Geometry",
        {
            "name": Kind.TEXT,
            "tags": Kind.TEXTS,
            "n": Kind.INTEGER,
            "x": Kind.NUMBER,
            "ok": Kind.BOOLEAN,
            "day": Kind.DATE,
            "since": Kind.INSTANT,
            "until": Kind.INSTANT,
        },
    ),
}


def _square(west: float, south: float, size: float = 1.0) -> list[list[float]]:
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


TRAPS: list[dict[str, Any]] = [
    {
        "type": "Feature",
        "id": code,
        "geometry": geometry,
        "properties": properties,
    }
    for code, geometry, properties in (
        (
            "hole",
            {"type": "Polygon", "coordinates": [_square(110, 20), _square(110.25, 20.25, 0.5)]},
            {"name": "学院路12号", "tags": ["a", "b"], "n": 1, "x": 0.5, "ok": True},
        ),
        (
            "shared_edge",
            {"type": "Polygon", "coordinates": [_square(111, 20)]},
            {"name": "it's", "tags": ["b"], "n": -2, "x": -0.25, "ok": False},
        ),
        (
            "multi_part",
            {"type": "MultiPolygon", "coordinates": [[_square(113, 21)], [_square(115, 21)]]},
            {"name": "a\tb\nc\a\b\v\f\r", "tags": [], "n": 0, "x": 4_294_967_297.25},
        ),
        ("quoted name", {"type": "Point", "coordinates": [110.5, 20.5]}, {"name": '<b>"%_\\'}),
        ("line", {"type": "LineString", "coordinates": [[110, 19], [112, 22]]}, {"n": 7, "x": 2.0}),
        (
            "first_moment",
            {"type": "MultiPoint", "coordinates": [[110, 20], [111, 21]]},
            {"day": "2026-01-31", "since": "2026-01-31T00:00:00+08:00"},
        ),
        (
            "last_moment",
            {"type": "Point", "coordinates": [179.9, 0]},
            {
                "day": "2026-01-31",
                "since": "2026-01-31T23:59:59.999999+08:00",
                "until": "2026-02-01T00:00:00+08:00",
            },
        ),
        ("west_of_it", {"type": "Point", "coordinates": [-179.9, 0]}, {"name": "Straße"}),
        ("nowhere", None, {"name": None, "tags": ["foo", "bar"], "until": "2020-01-01T00:00:00Z"}),
    )
]


def features(source: str) -> list[dict[str, Any]]:
    """Return the features of a source, with each property, null where there is no value."""
    if source == "traps":
        found = TRAPS
    else:
        found = json.loads((DATA / f"{source}.geojson").read_text(encoding="utf-8"))["features"]
    nothing = dict.fromkeys(SOURCES[source][1])
    return [{**each, "properties": {**nothing, **each["properties"]}} for each in found]


def _table(source: str) -> Table:
    kinds = SOURCES[source][1]
    return Table(
        f"conformance_{source}",
        MetaData(),
        Column("code", Text(), primary_key=True),
        *(Column(name, _TYPES[kind]) for name, kind in kinds.items()),
        Column(GEOM, Geometry(srid=4490, spatial_index=False)),
    )


TABLES = {source: _table(source) for source in SOURCES}


def _collection(source: str) -> Collection:
    table = TABLES[source]
    shape_type, kinds = SOURCES[source]
    properties: tuple[Property, ...] = (
        column(table.c.code, Kind.TEXT, "Natural key"),
        *(column(table.c[name], kind, name) for name, kind in kinds.items()),
    )
    return Collection(
        name=source,
        title=source.capitalize(),
        title_zh="测试",
        description="For tests.",
        right=Permission.MAP_READ,
        key=table.c.code,
        rows=lambda actor: select(*selected(properties, actor), shape_column(table.c.geom)),
        feature=plain_feature(properties),
        properties=properties,
        shape=lambda _actor: Queryable(Kind.GEOMETRY, table.c.geom),
        shape_type=shape_type,
        times=("since", "until") if source == "traps" else None,
        stays_inside=False,
    )


COLLECTIONS = {source: _collection(source) for source in SOURCES}


_ADD = sql.SQL("insert into {} ({}) values ({}, st_setsrid(st_geomfromgeojson(%s::text), 4490))")


def write_sources(url: str) -> None:
    """Make the tables, readable by the server."""
    with psycopg.connect(url) as conn:
        for source, table in TABLES.items():
            name = sql.Identifier(table.name)
            names = ["code", *SOURCES[source][1]]
            listed = sql.SQL(", ").join(map(sql.Identifier, [*names, GEOM]))
            values = sql.SQL(", ").join([sql.Placeholder()] * len(names))
            conn.execute(compiled(CreateTable(table))[0])
            conn.execute(sql.SQL("grant select on {} to gis_gov_app").format(name))
            with conn.cursor() as cursor:
                cursor.executemany(
                    _ADD.format(name, listed, values),
                    [
                        [
                            each["id"],
                            *each["properties"].values(),
                            each["geometry"] and json.dumps(each["geometry"]),
                        ]
                        for each in features(source)
                    ],
                )
