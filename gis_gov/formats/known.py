"""The formats that are offered, by the name that requests use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from gis_gov.formats.csv_file import CsvWriter
from gis_gov.formats.gdal_file import FlatGeobufWriter, GeoPackageWriter
from gis_gov.formats.geojson_sequence import SequenceWriter
from gis_gov.formats.parquet_file import ParquetWriter
from gis_gov.formats.writer import Table, Writer

FormatName = Literal["csv", "geojsonseq", "parquet", "fgb", "gpkg"]


@dataclass(frozen=True, slots=True)
class Format:
    """A format: how it is called, and what writes it."""

    media_type: str
    suffix: str
    writer: Callable[[Table], Writer]
    example: str | None = None

    @property
    def plain_type(self) -> str:
        """Return the media type without its parameters."""
        return self.media_type.partition(";")[0]


_CSV: Final = "code,name,geometry\r\nC1,学院路口北,POINT (123.3004 29.8592)\r\n"
_SEQUENCE: Final = '\x1e{"type":"Feature","id":"C1","geometry":null,"properties":{"code":"C1"}}\n'
FORMATS: Final[Mapping[str, Format]] = {
    "csv": Format("text/csv; charset=utf-8; header=present", "csv", CsvWriter, example=_CSV),
    "geojsonseq": Format("application/geo+json-seq", "geojsons", SequenceWriter, example=_SEQUENCE),
    "parquet": Format("application/vnd.apache.parquet", "parquet", ParquetWriter),
    "fgb": Format("application/flatgeobuf", "fgb", FlatGeobufWriter),
    "gpkg": Format("application/geopackage+sqlite3", "gpkg", GeoPackageWriter),
}
