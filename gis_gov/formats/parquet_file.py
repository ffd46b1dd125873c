"""GeoParquet 1.1: a row group a piece, sent as soon as it is whole."""

import io
from collections.abc import Iterator, Sequence

import orjson
import pyarrow.parquet as pq

from gis_gov.formats.arrow_batches import GEOMETRY, batch_of, schema_of
from gis_gov.formats.writer import Feature, Table


class _Sink(io.RawIOBase):
    """Keeps what is written until it is taken away, and knows how much that was in all."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._written = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._written

    def write(self, data: object) -> int:
        view = memoryview(data)  # type: ignore[arg-type]
        self._kept += view
        self._written += view.nbytes
        return view.nbytes

    def taken(self) -> bytes:
        """Take away what was written since."""
        made = bytes(self._kept)
        self._kept.clear()
        return made


class ParquetWriter:
    """Writes GeoParquet; the text of the file's foot comes last."""

    def __init__(self, table: Table) -> None:
        told = {
            "version": "1.1.0",
            "primary_column": GEOMETRY,
            "columns": {
                GEOMETRY: {
                    "encoding": "WKB",
                    "geometry_types": [],
                    "crs": table.crs.to_json_dict(),
                }
            },
        }
        self._schema = schema_of(table).with_metadata({b"geo": orjson.dumps(told)})
        self._sink = _Sink()
        self._writer = pq.ParquetWriter(self._sink, self._schema, compression="zstd")

    def begin(self) -> bytes:
        """Write the head."""
        return self._sink.taken()

    def write(self, features: Sequence[Feature]) -> bytes:
        """Write a row group."""
        self._writer.write_batch(batch_of(self._schema, features))
        return self._sink.taken()

    def end(self) -> Iterator[bytes]:
        """Write the foot."""
        self._writer.close()
        yield self._sink.taken()

    def broken_off(self) -> bytes:
        """Leave the foot away: without it nobody opens the file."""
        return b""

    def close(self) -> None:
        """Let go of the file."""
        self._writer.close()
