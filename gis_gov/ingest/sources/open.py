"""Choose the reader of a file by its name and its first bytes."""

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, cast

from gis_gov.ingest.errors import LoadError
from gis_gov.ingest.sources.batch import ReadOptions, Source
from gis_gov.ingest.sources.delimited import Delimited
from gis_gov.ingest.sources.json_document import JsonDocument
from gis_gov.ingest.sources.json_lines import JsonLines
from gis_gov.ingest.sources.osm import Osm
from gis_gov.ingest.sources.parquet import Parquet
from gis_gov.ingest.sources.shape_texts import ShapeTexts
from gis_gov.ingest.sources.vector import Vector
from gis_gov.ingest.sources.workbook import Workbook
from gis_gov.ingest.sources.xml import Xml

_READERS: dict[str, Any] = {
    **dict.fromkeys((".csv", ".tsv", ".txt", ".tab.csv"), Delimited),
    **dict.fromkeys((".json", ".geojson"), JsonDocument),
    **dict.fromkeys((".jsonl", ".ndjson", ".geojsonl", ".geojsons", ".geojsonseq"), JsonLines),
    **dict.fromkeys((".gpkg", ".shp", ".fgb", ".gpx", ".kml", ".gml", ".mif", ".gdb"), Vector),
    **dict.fromkeys((".parquet", ".geoparquet"), Parquet),
    **dict.fromkeys((".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"), Workbook),
    **dict.fromkeys((".pbf", ".osm"), Osm),
    ".xml": Xml,
}
_TABLES = (Delimited, JsonDocument, JsonLines, Parquet, Workbook, Xml)
FORMATS = (
    "CSV/TSV, XLSX, JSON, JSON lines, XML, GeoJSON, GeoJSONSeq, GeoPackage, Shapefile (.shp, its "
    "folder or .zip), FlatGeobuf, GeoParquet, Parquet, GPX, OSM PBF"
)
_UNPACKED_MAX_BYTES = 20 << 30


@contextmanager
def open_source(path: Path, options: ReadOptions) -> Iterator[Source]:
    """Open a file, a Shapefile's folder, or the one file in a ZIP, for reading.

    Raises:
        LoadError: there is no such file, it is empty, or of a format that is not read.

    """
    if not path.exists():
        raise LoadError(f"{path}: no such file")
    if path.suffix.lower() == ".zip":
        with tempfile.TemporaryDirectory(prefix="gis_gov_") as folder:
            yield _open(_only_file(_unpack(path, Path(folder)), path), options)
    elif path.is_dir() and path.suffix.lower() != ".gdb":
        yield _open(_only_file(path, path), options)
    else:
        yield _open(path, options)


def _open(path: Path, options: ReadOptions) -> Source:
    if path.is_file() and path.stat().st_size == 0:
        raise LoadError(f"{path.name}: the file is empty")
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise LoadError(
            f"{path.name}: format {path.suffix or '(no suffix)'} is not read; {FORMATS}"
        )
    if reader is JsonDocument and _is_lines(path):
        reader = JsonLines
    source = cast("Source", reader(path, options))
    return ShapeTexts(source) if reader in _TABLES else source


def _is_lines(path: Path) -> bool:
    """Tell JSON lines under a .json name: a second object starts after the first line."""
    with path.open("rb") as file:
        first, second = file.readline(1 << 20).strip(), file.read(1)
    return (first[:1] == b"{" and first[-1:] == b"}" and second == b"{") or first[:1] == b"\x1e"


def _only_file(folder: Path, named: Path) -> Path:
    """Find the one file of a folder that can be loaded."""
    found = [p for p in sorted(folder.iterdir()) if p.suffix.lower() in _READERS]
    shapes = [p for p in found if p.suffix.lower() == ".shp"]
    if shapes:  # beside it lie its metadata (.shp.xml) and its parts
        found = shapes
    if len(found) != 1:
        listed = ", ".join(p.name for p in found) or "none"
        raise LoadError(f"{named.name}: holds {listed} of the files that are read; name one")
    return found[0]


def _unpack(path: Path, folder: Path) -> Path:
    """Unpack the files of a ZIP side by side, whatever folders they lie in."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if sum(entry.file_size for entry in entries) > _UNPACKED_MAX_BYTES:
                raise LoadError(f"{path.name}: unpacks to more than 20 GB; unpack it yourself")
            for entry in entries:
                name = PurePosixPath(entry.filename.replace("\\", "/")).name
                if not name.startswith("."):
                    (folder / name).write_bytes(b"")
                    with archive.open(entry) as packed, (folder / name).open("wb") as file:
                        while chunk := packed.read(1 << 20):
                            file.write(chunk)
    except (zipfile.BadZipFile, EOFError) as error:
        raise LoadError(f"{path.name}: no ZIP, or cut off: {error}") from error
    return folder
