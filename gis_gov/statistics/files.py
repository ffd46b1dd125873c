"""The statistics as files: for spreadsheets, and as GeoParquet with the outlines of the units."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import orjson
from pyproj import CRS

from gis_gov.cql.kinds import Kind
from gis_gov.formats.parquet_file import ParquetWriter
from gis_gov.formats.writer import Column, Table
from gis_gov.statistics.columns import FRACTIONAL
from gis_gov.statistics.rates import Per, divided
from gis_gov.statistics.service import Row, Tabulated

PARQUET: Final = "application/vnd.apache.parquet"
_ROW_GROUP: Final = 10_000

Shape = orjson.Fragment | None
"""A geometry as GeoJSON, longitude first."""


def names_of(measures: Sequence[str], per: Per | None, *, withholds: bool = False) -> list[str]:
    """Name the columns: code, name, the measures, and the rates with what they are divided by.

    The last one names what is withheld, for who is told by the threshold.
    """
    rates = [] if per is None else [per, *(f"{name}_per_{per}" for name in divided(measures, per))]
    return ["code", "name", *measures, *rates, *(["withheld"] if withholds else [])]


def flat(rows: Sequence[Row], per: Per | None) -> list[Row]:
    """Make rows without anything in them that is no single value."""
    return [_flat(row, per) for row in rows]


def table_parquet(
    table: Tabulated, measures: Sequence[str], per: Per | None, outlines: Mapping[str, str]
) -> bytes:
    """Write the rows as GeoParquet (CRS84), with the moment that they are true for."""
    names = names_of(measures, per)
    columns = [Column(name, _kind(name, measures)) for name in names]
    columns.append(Column("withheld", Kind.TEXTS))
    rows = flat(table.rows, per)
    return rows_parquet(columns, rows, table.at, outlines_at(outlines, rows))


def rows_parquet(
    columns: Sequence[Column], rows: Sequence[Row], at: datetime, shapes: Iterable[Shape]
) -> bytes:
    """Write rows, each with its shape, and the moment that they are true for, as GeoParquet."""
    dated = [*columns, Column("at", Kind.INSTANT)]
    writer = ParquetWriter(Table("statistics", dated, CRS.from_user_input("OGC:CRS84")))
    features = [
        {"properties": {**row, "at": at}, "geometry": shape}
        for row, shape in zip(rows, shapes, strict=True)
    ]
    made = [writer.begin()]
    made += [
        writer.write(features[start : start + _ROW_GROUP])
        for start in range(0, len(features), _ROW_GROUP)
    ]
    return b"".join([*made, *writer.end()])


def outlines_at(outlines: Mapping[str, str], rows: Iterable[Row]) -> Iterable[Shape]:
    """Return for each row the outline (GeoJSON) of its unit; None where there is none."""
    return [_geometry(outlines, row.get("code")) for row in rows]


def _flat(row: Row, per: Per | None) -> Row:
    rates: dict[str, dict[str, Any]] = row.get("rates", {})
    single = {name: value for name, value in row.items() if name != "rates"}
    for name, rate in rates.items():
        single[f"{name}_per_{per}"] = rate["value"]
        single[str(per)] = rate["denominator"]
    return single


def _kind(name: str, measures: Sequence[str]) -> Kind:
    if name in ("code", "name"):
        return Kind.TEXT
    return Kind.INTEGER if name in measures and name not in FRACTIONAL else Kind.NUMBER


def _geometry(outlines: Mapping[str, str], code: str | None) -> Shape:
    outline = outlines.get(code) if code is not None else None
    return None if outline is None else orjson.Fragment(outline)
