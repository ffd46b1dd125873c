"""CSV with a byte-order mark, which spreadsheets open as it is; the place as WKT."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
import shapely

from gis_gov.formats.writer import Feature, Table
from gis_gov.spreadsheet import BOM, BROKEN_OFF, csv_rows


class CsvWriter:
    """Writes CSV, each row as it comes."""

    def __init__(self, table: Table) -> None:
        self._names = [column.name for column in table.columns]

    def begin(self) -> bytes:
        """Write the header."""
        return (BOM + csv_rows([[*self._names, "geometry"]])).encode()

    def write(self, features: Sequence[Feature]) -> bytes:
        """Write a row for each feature."""
        return csv_rows(self._cells(feature) for feature in features).encode()

    def end(self) -> Iterator[bytes]:
        """Write nothing more."""
        yield from ()

    def broken_off(self) -> bytes:
        """Say so in a last line."""
        return csv_rows([[BROKEN_OFF]]).encode()

    def close(self) -> None:
        """Let go of nothing."""

    def _cells(self, feature: Feature) -> list[Any]:
        told = feature["properties"]
        return [*(_cell(told.get(name)) for name in self._names), _wkt(feature["geometry"])]


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return "、".join(map(str, value))
    return value.isoformat() if hasattr(value, "isoformat") else value


def _wkt(geometry: Any) -> str | None:
    if geometry is None:
        return None
    return shapely.to_wkt(shapely.from_geojson(orjson.dumps(geometry)), rounding_precision=7)
