"""Read Parquet and GeoParquet, streaming."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from gis_gov.ingest.errors import LoadError
from gis_gov.ingest.sources.batch import (
    BATCH_ROWS,
    BATCH_SHAPES,
    Batch,
    FileSource,
    ReadOptions,
    row_numbers,
)
from gis_gov.ingest.sources.stated_datum import stated_datum
from gis_gov.ingest.sources.vector import without_unread


class Parquet(FileSource):
    """A Parquet file, with a geometry column if it is a GeoParquet. Rows are numbered from 1."""

    def __init__(self, path: Path, options: ReadOptions) -> None:
        super().__init__(path, options, format="Parquet")
        self._geometry = ""
        self._encoding = "WKB"
        geo = self._metadata()
        if geo:
            self.format = "GeoParquet"
            self._geometry = geo["primary_column"]
            column = geo["columns"][self._geometry]
            self._encoding = column.get("encoding", "WKB")
            # Absent means CRS84, null means unknown (GeoParquet 1.1).
            self.datum = stated_datum(column.get("crs", "OGC:CRS84"), path)

    def batches(self) -> Iterator[Batch]:
        """Read the rows; raises LoadError where the file is broken."""
        first = 1
        with self._open() as file:
            total = max(file.metadata.num_rows, 1)
            size = BATCH_SHAPES if self._geometry else BATCH_ROWS
            try:
                for record_batch in file.iter_batches(batch_size=size):
                    table = pa.Table.from_batches([record_batch])
                    yield self._batch(table, first)
                    first += table.num_rows
                    self._done = first / total
            except (pa.ArrowInvalid, OSError) as error:
                raise LoadError(
                    f"{self.path.name}: broken after row {first - 1}: {error}"
                ) from error

    def _batch(self, table: pa.Table, first: int) -> Batch:
        numbers = row_numbers(first, table.num_rows)
        if not self._geometry:
            return Batch(numbers, table)
        column = table.column(self._geometry)
        given = np.asarray(column.is_valid())
        columns = table.drop_columns([self._geometry])
        if self._encoding == "WKB":
            wkb = column.to_numpy(zero_copy_only=False)
            shapes = np.asarray(shapely.from_wkb(wkb, on_invalid="ignore"), dtype=np.object_)
        else:
            shapes = _native_shapes(column, self._encoding)
        return without_unread(numbers, columns, shapes, given)

    def _metadata(self) -> dict[str, Any] | None:
        with self._open() as file:
            # Some writers put it in the file's own metadata, and not in Arrow's schema.
            text = {**(file.metadata.metadata or {}), **(file.schema_arrow.metadata or {})}.get(
                b"geo"
            )
        return orjson.loads(text) if text else None

    def _open(self) -> pq.ParquetFile:
        try:
            return pq.ParquetFile(self.path)
        except (pa.ArrowInvalid, OSError) as error:
            raise LoadError(
                f"{self.path.name}: no Parquet file, or cut off: {str(error).splitlines()[0]}"
            ) from error


def _native_shapes(column: pa.ChunkedArray, encoding: str) -> np.ndarray:
    """Read geometries in GeoArrow's own encodings (point, polygon, …)."""
    field = pa.field(
        "geometry", column.type, metadata={"ARROW:extension:name": f"geoarrow.{encoding}"}
    )
    table = pa.Table.from_arrays([column], schema=pa.schema([field]))
    return np.asarray(gpd.GeoDataFrame.from_arrow(table).geometry, dtype=np.object_)
