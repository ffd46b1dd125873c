"""Write the files of a sample: text that git shows, or columns that load fast.

Tables come in chunks. Points are columns `lon` and `lat`; times are local time without a zone, and
leave as UTC+8.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pyproj
import shapely
from numpy.typing import NDArray

from gis_gov.sample.columns import joined

Geometries = NDArray[np.object_]
Shape = Literal["none", "point", "polygon"]

CRS = "EPSG:4490"
TIME_ZONE = "Asia/Shanghai"
_OFFSET, _AHEAD = "+08:00", np.timedelta64(8, "h")
_ROW_GROUP = 250_000


@dataclass(frozen=True)
class FileEntry:
    """One file of a sample."""

    kind: str
    """KIND of `gis-gov load`."""
    path: str
    rows: int
    crs: str | None
    """None where the file has no coordinates."""


class Sheet(Protocol):
    """A file being written."""

    def add(self, table: pa.Table, geometry: Geometries | None = None) -> None:
        """Append rows."""
        ...

    def close(self) -> FileEntry:
        """Finish the file."""
        ...

    def abandon(self) -> None:
        """Let go of the file, finished or not."""
        ...


def open_sheet(folder: Path, kind: str, stem: str, shape: Shape, *, columnar: bool) -> Sheet:
    """Open a file for a kind's rows.

    Columnar: Parquet, or GeoParquet where there is a place. Text: CSV, or GeoJSON for polygons.
    """
    if columnar:
        return _ParquetSheet(folder / f"{stem}.parquet", kind, shape)
    if shape == "polygon":
        return _GeoJsonSheet(folder / f"{stem}.geojson", kind)
    return _CsvSheet(folder / f"{stem}.csv", kind, shape)


class _CsvSheet:
    def __init__(self, path: Path, kind: str, shape: Shape) -> None:
        self._path, self._kind, self._shape = path, kind, shape
        self._rows = 0
        self._file = path.open("wb")

    def add(self, table: pa.Table, geometry: Geometries | None = None) -> None:
        if geometry is not None:
            raise ValueError(f"{self._path.name}: CSV holds no shapes")
        options = pacsv.WriteOptions(include_header=self._rows == 0, quoting_style="needed")
        pacsv.write_csv(_text_times(table), self._file, options)
        self._rows += table.num_rows

    def close(self) -> FileEntry:
        self._file.close()
        crs = CRS if self._shape == "point" else None
        return FileEntry(self._kind, self._path.name, self._rows, crs)

    def abandon(self) -> None:
        self._file.close()


class _GeoJsonSheet:
    """GeoJSON, one feature a line, longitude before latitude; the file names its CRS."""

    def __init__(self, path: Path, kind: str) -> None:
        self._path, self._kind = path, kind
        self._rows = 0
        self._file = path.open("wb")
        named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
        head = b'{"type":"FeatureCollection","name":"%b","crs":%b,"features":['
        self._file.write(head % (path.stem.encode(), orjson.dumps(named)))

    def add(self, table: pa.Table, geometry: Geometries | None = None) -> None:
        shapes = [None] * table.num_rows if geometry is None else _turned(geometry)
        for row, shape in zip(_text_times(table).to_pylist(), shapes, strict=True):
            feature = {
                "type": "Feature",
                "properties": row,
                "geometry": None if shape is None else _member(shape),
            }
            self._file.write(b",\n" if self._rows else b"\n")
            self._file.write(orjson.dumps(feature))
            self._rows += 1

    def close(self) -> FileEntry:
        self._file.write(b"\n]}\n")
        self._file.close()
        return FileEntry(self._kind, self._path.name, self._rows, CRS)

    def abandon(self) -> None:
        self._file.close()


class _ParquetSheet:
    """Parquet in chunks; GeoParquet where there is a place."""

    def __init__(self, path: Path, kind: str, shape: Shape) -> None:
        self._path, self._kind = path, kind
        self._shape: Shape = shape
        self._rows = 0
        self._writer: pq.ParquetWriter | None = None

    def add(self, table: pa.Table, geometry: Geometries | None = None) -> None:
        table = _zoned_times(table)
        if self._shape == "point":
            lon, lat = (table.column(name).to_numpy() for name in ("lon", "lat"))
            table = table.drop_columns(["lon", "lat"])
            table = table.append_column("geometry", _points(lon, lat))
        elif self._shape == "polygon" and geometry is not None:
            column = pa.array(shapely.to_wkb(geometry, byte_order=1), pa.binary())
            table = table.append_column("geometry", column)
        if self._writer is None:
            schema = table.schema.with_metadata(_geo(self._shape))
            self._writer = pq.ParquetWriter(
                self._path, schema, compression="zstd", compression_level=1
            )
        self._writer.write_table(table, row_group_size=_ROW_GROUP)
        self._rows += table.num_rows

    def close(self) -> FileEntry:
        if self._writer is None:
            raise ValueError(f"{self._path.name}: nothing was written")
        self._writer.close()
        crs = None if self._shape == "none" else CRS
        return FileEntry(self._kind, self._path.name, self._rows, crs)

    def abandon(self) -> None:
        if self._writer is not None:
            self._writer.close()


def _geo(shape: Shape) -> dict[str, str] | None:
    """Tell the geometry column as GeoParquet 1.1 asks."""
    if shape == "none":
        return None
    column = {
        "encoding": "WKB",
        "geometry_types": ["Point" if shape == "point" else "Polygon"],
        "crs": pyproj.CRS.from_user_input(CRS).to_json_dict(),
    }
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    return {"geo": orjson.dumps(geo).decode()}


def _member(polygon: shapely.Geometry) -> dict[str, object]:
    """Write a polygon as a GeoJSON geometry."""
    rings = [shapely.get_coordinates(ring).tolist() for ring in shapely.get_rings(polygon)]
    return {"type": "Polygon", "coordinates": rings}


def _turned(geometry: Geometries) -> list[shapely.Geometry | None]:
    """Turn outer rings counter-clockwise, as GeoJSON asks."""
    return list(shapely.orient_polygons(geometry, exterior_cw=False))


def _points(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> pa.Array:
    """Write points as WKB, 21 bytes each."""
    layout = np.dtype([("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])
    rows = np.empty(len(lon), dtype=layout)
    rows["order"], rows["kind"], rows["x"], rows["y"] = 1, 1, lon, lat
    offsets = np.arange(0, layout.itemsize * len(lon) + 1, layout.itemsize, dtype=np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(rows.view(np.uint8))]
    return pa.Array.from_buffers(pa.binary(), len(lon), buffers)


def _text_times(table: pa.Table) -> pa.Table:
    for at, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            moment = table.column(at).to_numpy().astype("datetime64[s]")
            text = pa.array(np.datetime_as_string(moment), mask=np.isnat(moment))
            table = table.set_column(at, field.name, joined(text, _OFFSET))
    return table


def _zoned_times(table: pa.Table) -> pa.Table:
    for at, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            moment = table.column(at).to_numpy().astype("datetime64[ms]") - _AHEAD
            zoned = pa.array(moment).cast(pa.timestamp("ms", TIME_ZONE))
            table = table.set_column(at, field.name, zoned)
    return table
