"""Files that GDAL writes as a whole: FlatGeobuf and GeoPackage.

The features go to a temporary Arrow file first, from which GDAL reads them batch by batch.
"""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa

from gis_gov.formats.arrow_batches import GEOMETRY, batch_of, schema_of
from gis_gov.formats.writer import Feature, Table

_PIECE_BYTES: Final = 256 * 1024


class GdalWriter:
    """Keeps the features in a file until all are there, then writes and sends the real one."""

    driver: str
    suffix: str

    def __init__(self, table: Table) -> None:
        self._table = table
        self._schema = schema_of(table, lists=False)
        self._folder = tempfile.TemporaryDirectory(prefix="gis_gov-export-")
        self._kept = Path(self._folder.name) / "features.arrow"
        self._has_nowhere = False
        self._arrow = pa.ipc.new_file(str(self._kept), self._schema)

    def begin(self) -> bytes:
        """Send nothing yet."""
        return b""

    def write(self, features: Sequence[Feature]) -> bytes:
        """Keep the features."""
        self._has_nowhere |= any(each["geometry"] is None for each in features)
        self._arrow.write_batch(batch_of(self._schema, features))
        return b""

    def end(self) -> Iterator[bytes]:
        """Let GDAL write the file, and send it."""
        # It imports pandas, too, which takes a quarter of the time that a server needs to start.
        import pyogrio  # noqa: PLC0415

        self._arrow.close()
        file = Path(self._folder.name) / f"{self._table.name}.{self.suffix}"
        # Mapped into memory all that was read would stay there until the end.
        with pa.OSFile(str(self._kept)) as source, pa.ipc.open_file(source) as kept:
            batches = (kept.get_batch(n) for n in range(kept.num_record_batches))
            pyogrio.write_arrow(
                pa.RecordBatchReader.from_batches(self._schema, batches),
                file,
                layer=self._table.name,
                driver=self.driver,
                geometry_name=GEOMETRY,
                geometry_type="Unknown",
                crs=self._table.crs.to_wkt(),
                # FlatGeobuf's index has no room for what is nowhere.
                spatial_index="no" if self._has_nowhere and self.driver == "FlatGeobuf" else "yes",
            )
        with file.open("rb") as made:
            while piece := made.read(_PIECE_BYTES):
                yield piece
        self.close()

    def broken_off(self) -> bytes:
        """Send nothing at all: half a file would pass for a whole one."""
        return b""

    def close(self) -> None:
        """Remove the temporary files."""
        self._arrow.close()
        self._folder.cleanup()


class FlatGeobufWriter(GdalWriter):
    """Writes FlatGeobuf, with its index."""

    driver = "FlatGeobuf"
    suffix = "fgb"


class GeoPackageWriter(GdalWriter):
    """Writes a GeoPackage of one layer."""

    driver = "GPKG"
    suffix = "gpkg"
