"""CSV with a byte-order mark, which spreadsheets open as it is; the place as WKT.

The last column is `crs` where that is another than CRS84, since nothing else in a CSV tells it.
"""

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any

import shapely

from gis_gov.cql.kinds import Kind
from gis_gov.formats.shapes import shapes_of
from gis_gov.formats.writer import Feature, Table
from gis_gov.spreadsheet import BOM, BROKEN_OFF, csv_rows


class CsvWriter:
    """Writes CSV, each row as it comes."""

    def __init__(self, table: Table) -> None:
        self._columns = table.columns
        self._crs = [] if table.epsg is None else [f"EPSG:{table.epsg}"]

    def begin(self) -> bytes:
        """Write the header."""
        names = [*(each.name for each in self._columns), "geometry", *("crs" for _ in self._crs)]
        return (BOM + csv_rows([names])).encode()

    def write(self, features: Sequence[Feature]) -> bytes:
        """Write a row for each feature."""
        told = [each["properties"] for each in features]
        columns = [
            _cells([each.get(column.name) for each in told], column.kind)
            for column in self._columns
        ]
        crs = [repeat(each, len(features)) for each in self._crs]
        return csv_rows(zip(*columns, _wkt(features), *crs, strict=True)).encode()

    def end(self) -> Iterator[bytes]:
        """Write nothing more."""
        yield from ()

    def broken_off(self) -> bytes:
        """Say so in a last line."""
        return csv_rows([[BROKEN_OFF]]).encode()

    def close(self) -> None:
        """Let go of nothing."""


def _cells(values: Sequence[Any], kind: Kind) -> Sequence[Any]:
    match kind:
        case Kind.TEXTS:
            return [each if each is None else "、".join(map(str, each)) for each in values]
        case Kind.DATE | Kind.INSTANT:
            return [each.isoformat() if hasattr(each, "isoformat") else each for each in values]
        case _:
            return values


def _wkt(features: Sequence[Feature]) -> Sequence[str | None]:
    wkt: Sequence[str | None] = shapely.to_wkt(shapes_of(features), rounding_precision=7).tolist()
    return wkt
