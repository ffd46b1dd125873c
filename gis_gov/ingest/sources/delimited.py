"""Read CSV, TSV and their kin, streaming, every cell as text."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from gis_gov.ingest.encoding import detect_encoding
from gis_gov.ingest.errors import LoadError
from gis_gov.ingest.sources.batch import Batch, BrokenRow, FileSource, ReadOptions

_DELIMITERS = ",\t;|"
_BLOCK_BYTES = 8 << 20
_HEADER_BYTES = 1 << 20
_HEADER_ROW = 1


class Delimited(FileSource):
    """A delimited text file. Rows are numbered as a spreadsheet shows them: the header is row 1."""

    def __init__(self, path: Path, options: ReadOptions) -> None:
        super().__init__(path, options, format="CSV")
        self.encoding = options.encoding or detect_encoding(path)
        header = self._header_text()
        self._delimiter = _delimiter_of(header)
        self.names = unique_names(
            next(csv.reader(io.StringIO(header), delimiter=self._delimiter), [])
        )
        if not any(self.names):
            raise LoadError(f"{path.name}: empty; a CSV starts with a row of column names")

    def batches(self) -> Iterator[Batch]:
        """Read the rows; raises LoadError where the file is cut off or not in its encoding."""
        broken: list[BrokenRow] = []
        skipped: list[int] = []
        seen = 0
        last: pa.RecordBatch | None = None
        size = max(self.path.stat().st_size, 1)
        with self.path.open("rb") as file:
            try:
                for record_batch in self._open(file, broken, skipped):
                    self._done = file.tell() / size
                    if record_batch.num_rows == 0:
                        continue
                    last = record_batch
                    numbers = _numbers(seen, record_batch.num_rows, skipped)
                    seen += record_batch.num_rows
                    ready, broken[:] = tuple(broken), []
                    yield Batch(numbers, pa.Table.from_batches([record_batch]), broken=ready)
            except UnicodeDecodeError as error:
                raise LoadError(
                    f"{self.path.name}: not {self.encoding}: {error.reason} near row {seen + 2}; "
                    "name the encoding with --encoding"
                ) from error
            except pa.ArrowInvalid as error:
                raise LoadError(f"{self.path.name}: {_first_line(error)}") from error
        self._check_end(last, seen, skipped)
        if broken:
            none = pa.table({name: pa.array([], pa.string()) for name in self.names})
            yield Batch(np.empty(0, dtype=np.int64), none, broken=tuple(broken))

    def _open(
        self, file: IO[bytes], broken: list[BrokenRow], skipped: list[int]
    ) -> arrow_csv.CSVStreamingReader:
        def skip(row: arrow_csv.InvalidRow) -> str:
            detail = f"{row.actual_columns} columns instead of {row.expected_columns}"
            broken.append(BrokenRow(row.number, "column_count", detail, row.text))
            skipped.append(row.number)
            return "skip"

        stream = pa.PythonFile(file, mode="r")
        if self.encoding not in {"utf-8", "utf-8-sig"}:
            stream = pa.transcoding_input_stream(stream, self.encoding, "utf-8")
        return arrow_csv.open_csv(
            stream,
            read_options=arrow_csv.ReadOptions(
                column_names=self.names,
                skip_rows_after_names=1,
                use_threads=False,
                block_size=_BLOCK_BYTES,
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=self._delimiter, newlines_in_values=True, invalid_row_handler=skip
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(self.names, pa.string()),
                strings_can_be_null=True,
                null_values=[""],
            ),
        )

    def _header_text(self) -> str:
        with self.path.open("rb") as file:
            start = file.read(_HEADER_BYTES)
        try:
            return start.decode(self.encoding or "utf-8", errors="ignore")
        except LookupError as error:
            raise LoadError(
                f"--encoding {self.encoding}: no such encoding; use utf-8, gb18030, big5hkscs, …"
            ) from error

    def _check_end(self, last: pa.RecordBatch | None, seen: int, skipped: list[int]) -> None:
        """Refuse a file whose last row is cut: too short without a line end, or a quote open."""
        with self.path.open("rb") as file:
            file.seek(max(self.path.stat().st_size - _HEADER_BYTES, 0))
            tail = file.read()
        rows = seen + len(skipped)
        ends_open = not tail.endswith((b"\n", b"\r"))
        if ends_open and skipped and skipped[-1] == rows + _HEADER_ROW:
            raise LoadError(f"{self.path.name}: cut off in the middle of row {rows + _HEADER_ROW}")
        if last is not None and self._quote_is_open(last, tail):
            raise LoadError(
                f"{self.path.name}: cut off within quotes in row {rows + _HEADER_ROW}; "
                "the closing quote is missing"
            )

    def _quote_is_open(self, last: pa.RecordBatch, tail: bytes) -> bool:
        value = last.column(last.num_columns - 1)[-1].as_py() or ""
        encoding = "utf-8" if self.encoding == "utf-8-sig" else self.encoding or "utf-8"
        opened = '"' + value.replace('"', '""')
        if not value:
            return tail.endswith((self._delimiter + opened).encode(encoding))
        return tail.endswith(opened.encode(encoding))


def unique_names(names: list[str]) -> list[str]:
    """Strip the names, and number the repeated and the empty ones, so that each is unique."""
    made: list[str] = []
    for position, raw in enumerate(names, start=1):
        name = (raw or "").strip().strip("\ufeff") or (f"column_{position}" if any(names) else "")
        base, repeat = name, 2
        while name and name in made:
            name, repeat = f"{base}_{repeat}", repeat + 1
        made.append(name)
    return made


def _delimiter_of(header: str) -> str:
    line = header.splitlines()[0] if header.strip() else ""
    return max(_DELIMITERS, key=lambda mark: len(next(csv.reader([line], delimiter=mark), [])))


def _numbers(seen: int, count: int, skipped: list[int]) -> np.ndarray:
    """Give the numbers of rows in the file, in which skipped ones have their place."""
    good = np.arange(seen, seen + count, dtype=np.int64)
    first = _HEADER_ROW + 1
    good_before_each = np.asarray(skipped, dtype=np.int64) - np.arange(len(skipped)) - first
    return good + first + np.searchsorted(good_before_each, good, side="right")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
