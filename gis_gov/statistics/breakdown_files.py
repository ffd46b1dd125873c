"""Breakdowns as GeoParquet, each row with the outline of its unit."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from gis_gov.cql.kinds import Kind
from gis_gov.formats.writer import Column
from gis_gov.statistics.breakdown import Row
from gis_gov.statistics.breakdown_queries import Breakdown
from gis_gov.statistics.files import outlines_at, rows_parquet

OUTLINED_MAX: Final = 50_000
"""So many rows are written with an outline each."""
_KINDS: Final[Mapping[str, Kind]] = {
    "count": Kind.INTEGER,
    "denominator": Kind.INTEGER,
    "share": Kind.NUMBER,
    "start": Kind.DATE,
    "end": Kind.DATE,
    "complete": Kind.BOOLEAN,
    "previous": Kind.INTEGER,
    "previous_change": Kind.NUMBER,
    "year_before": Kind.INTEGER,
    "year_change": Kind.NUMBER,
}


def breakdown_parquet(found: Breakdown, names: Sequence[str], rows: Sequence[Row]) -> bytes:
    """Write the columns with these names, and the outlines of the units where there are some."""
    columns = [Column(name, _KINDS.get(name, Kind.TEXT)) for name in names]
    typed = [_typed(row) for row in rows]
    return rows_parquet(columns, typed, found.at, outlines_at(found.outlines, rows))


def _typed(row: Row) -> Row:
    days = {name: date.fromisoformat(row[name]) for name in ("start", "end") if name in row}
    return {**row, **days}
