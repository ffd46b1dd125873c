"""Features as Arrow record batches, their geometries as WKB."""

from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa
import shapely

from gis_gov.cql.kinds import Kind
from gis_gov.formats.shapes import shapes_of
from gis_gov.formats.writer import Feature, Table

GEOMETRY: Final = "geometry"
_TYPES: Final[dict[Kind, pa.DataType]] = {
    Kind.TEXT: pa.string(),
    Kind.TEXTS: pa.list_(pa.string()),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.DATE: pa.date32(),
    Kind.INSTANT: pa.timestamp("us", tz="UTC"),
}
_WKB: Final = {b"ARROW:extension:name": b"geoarrow.wkb"}


def schema_of(table: Table, *, lists: bool = True) -> pa.Schema:
    """Make the schema; without `lists` they are texts, for formats that have none."""
    fields = [pa.field(each.name, _type(each.kind, lists=lists)) for each in table.columns]
    return pa.schema([*fields, pa.field(GEOMETRY, pa.binary(), metadata=_WKB)])


def batch_of(schema: pa.Schema, features: Sequence[Feature]) -> pa.RecordBatch:
    """Make a batch of features."""
    names = schema.names[:-1]
    columns = [
        pa.array(
            [
                _value(feature["properties"].get(name), schema.field(name).type)
                for feature in features
            ],
            schema.field(name).type,
        )
        for name in names
    ]
    return pa.record_batch(
        [*columns, pa.array(shapely.to_wkb(shapes_of(features)), pa.binary())], schema=schema
    )


def _type(kind: Kind, *, lists: bool) -> pa.DataType:
    return pa.string() if kind is Kind.TEXTS and not lists else _TYPES[kind]


def _value(value: Any, kind: pa.DataType) -> Any:
    if isinstance(value, list) and pa.types.is_string(kind):
        return "、".join(map(str, value))
    return value
