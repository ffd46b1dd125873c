"""Read JSON lines and GeoJSON text sequences (RFC 8142), streaming."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import orjson

from gis_gov.ingest.encoding import detect_encoding
from gis_gov.ingest.errors import LoadError
from gis_gov.ingest.sources.batch import (
    BATCH_SHAPES,
    Batch,
    BrokenRow,
    FileSource,
    ReadOptions,
    position,
)
from gis_gov.ingest.sources.geojson import feature_batch
from gis_gov.ingest.sources.records import record_batch
from gis_gov.ingest.sources.stated_datum import CRS84

_RECORD_SEPARATOR = "\x1e"


class JsonLines(FileSource):
    """One JSON value a line, or after each record separator: records, or GeoJSON features.

    Rows are numbered by line (by record, where there are record separators), from 1.
    """

    def __init__(self, path: Path, options: ReadOptions) -> None:
        super().__init__(path, options, format="JSON lines")
        self.encoding = options.encoding or detect_encoding(path)
        with self._text() as file:
            start = next((line for line in file if line.strip()), "")
        self._separated = start.startswith(_RECORD_SEPARATOR)
        self._features = self._separated or _is_feature(start)
        if self._features:
            self.format = "GeoJSONSeq"
            self.datum = CRS84

    def batches(self) -> Iterator[Batch]:
        """Read the rows; raises LoadError where the last one is cut off."""
        pending: list[tuple[int, str]] = []
        for number, text in self._records():
            pending.append((number, text))
            if len(pending) == BATCH_SHAPES:
                yield self._batch(pending)
                pending = []
        if pending:
            self._check_last(*pending[-1])
            yield self._batch(pending)

    def _records(self) -> Iterator[tuple[int, str]]:
        size = max(self.path.stat().st_size, 1)
        with self._text() as file:
            if self._separated:
                for number, text in enumerate(_split(file), start=1):
                    self._done = position(file) / size
                    yield number, text
            else:
                for number, line in enumerate(file, start=1):
                    if line.strip():
                        self._done = position(file) / size
                        yield number, line.strip()

    def _batch(self, pending: list[tuple[int, str]]) -> Batch:
        values, numbers, broken = [], [], []
        for number, text in pending:
            try:
                values.append(orjson.loads(text))
                numbers.append(number)
            except orjson.JSONDecodeError as error:
                broken.append(BrokenRow(number, "bad_json", str(error), text))
        made = feature_batch(values, 0) if self._features else record_batch(values, 0)
        lines = np.asarray(numbers, dtype=np.int64)
        broken += [
            BrokenRow(int(lines[row.number]), row.reason, row.detail, row.text)
            for row in made.broken
        ]
        return Batch(lines[made.numbers], made.columns, made.geometry, broken)

    def _check_last(self, number: int, text: str) -> None:
        with self.path.open("rb") as file:
            file.seek(-1, 2)
            ended = file.read(1) in b"\n\r"
        try:
            orjson.loads(text)
        except orjson.JSONDecodeError as error:
            if not ended:
                raise LoadError(f"{self.path.name}: cut off in row {number}: {error}") from error

    def _text(self):
        return self.path.open(encoding=self.encoding, newline="\n")


def _is_feature(line: str) -> bool:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return isinstance(value, dict) and value.get("type") == "Feature" and "geometry" in value


def _split(file) -> Iterator[str]:
    """Split a text sequence at its record separators."""
    rest = ""
    while chunk := file.read(1 << 20):
        *whole, rest = (rest + chunk).split(_RECORD_SEPARATOR)
        yield from (text.strip() for text in whole if text.strip())
    if rest.strip():
        yield rest.strip()
