"""Read a JSON document, streaming: GeoJSON, or an array of records."""

import codecs
import mmap
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import ijson
from ijson.common import IncompleteJSONError, JSONError

from gis_gov.geo.datum import Datum, DatumError
from gis_gov.ingest.encoding import detect_encoding
from gis_gov.ingest.errors import LoadError
from gis_gov.ingest.sources.batch import Batch, FileSource, ReadOptions
from gis_gov.ingest.sources.geojson import GEOMETRY_TYPES, feature_batch, feature_batches
from gis_gov.ingest.sources.records import record_batches
from gis_gov.ingest.sources.stated_datum import CRS84

_HEAD_BYTES = 1 << 16
_BUFFER_BYTES = 1 << 20


class JsonDocument(FileSource):
    """One JSON document: a FeatureCollection, a feature, a geometry, or an array of records.

    The array may be the document itself or a member of it (the first one, or `--layer`). Rows are
    numbered from 1.
    """

    def __init__(self, path: Path, options: ReadOptions) -> None:
        super().__init__(path, options, format="JSON")
        self.encoding = options.encoding or detect_encoding(path)
        self._prefix, kind = self._look()
        if kind:
            self.format = "GeoJSON"
            self.datum = self._stated_datum() or CRS84
        self._kind = kind

    def batches(self) -> Iterator[Batch]:
        """Read the rows; raises LoadError where the document is cut off or not JSON."""
        if self._kind in {"Feature", "Geometry"}:
            yield feature_batch([self._single()], 1)
        elif self._kind:
            yield from feature_batches(self._items("features.item"))
        else:
            yield from record_batches(self._items(self._prefix))

    def _look(self) -> tuple[str, str]:
        """Find where the records are: the prefix for ijson, and the kind of GeoJSON, if it is."""
        listed: str | None = None
        for prefix, event, value in self._events():
            if prefix == "" and event == "start_array":
                return "item", ""
            if prefix == "type" and event == "string":
                kind = "Geometry" if value in GEOMETRY_TYPES else str(value)
                if kind in {"Geometry", "Feature"}:
                    return "", kind
                if kind == "FeatureCollection":
                    return "features.item", self._require_features()
            if event == "start_array" and "." not in prefix and listed is None:
                listed = prefix
                if prefix == "features":
                    continue
                if prefix == (self.options.layer or prefix):
                    return f"{prefix}.item", ""
        if listed == "features":
            raise LoadError(f'{self.path.name}: "features" without "type": "FeatureCollection"')
        raise LoadError(
            f"{self.path.name}: no records: expected a FeatureCollection or an array of objects"
        )

    def _require_features(self) -> str:
        for prefix, event, _ in self._events():
            if prefix == "features":
                if event == "start_array":
                    return "FeatureCollection"
                break
        raise LoadError(f'{self.path.name}: a FeatureCollection whose "features" is no array')

    def _stated_datum(self) -> Datum | None:
        """Read the `crs` member (of GeoJSON's 2008 version), which may stand at the end."""
        if not self._mentions(rb'"crs"\s*:'):
            return None
        with self._open() as file:
            stated = next(iter(ijson.items(file, "crs", use_float=True)), None)
        if stated is None:
            return None
        name = stated.get("properties", {}).get("name") if isinstance(stated, dict) else None
        try:
            return Datum.parse(str(name))
        except DatumError as error:
            raise LoadError(f'{self.path.name}: "crs" says {name!r}: {error}') from error

    def _mentions(self, pattern: bytes) -> bool:
        with (
            self.path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text,
        ):
            return re.search(pattern, text) is not None

    def _single(self) -> object:
        with self._open() as file, self._complaints():
            value = next(iter(ijson.items(file, "", use_float=True)))
        if self._kind == "Geometry":
            return {"type": "Feature", "properties": None, "geometry": value}
        return value

    def _items(self, prefix: str) -> Iterator[Any]:
        size = max(self.path.stat().st_size, 1)
        with self._open() as file, self._complaints():
            for position, item in enumerate(
                ijson.items(file, prefix, use_float=True, buf_size=_BUFFER_BYTES)
            ):
                if position % 1024 == 0:
                    self._done = min(file.tell() / size, 1.0)
                yield item

    def _events(self) -> Iterator[tuple[str, str, Any]]:
        with self._open() as file, self._complaints():
            yield from ijson.parse(file, use_float=True, buf_size=_HEAD_BYTES)

    @contextmanager
    def _open(self) -> Iterator[IO[bytes]]:
        with self.path.open("rb") as file:
            if self.encoding == "utf-8-sig":
                file.seek(3)
            if (self.encoding or "").startswith("utf-8"):
                yield file
            else:
                yield cast("IO[bytes]", codecs.EncodedFile(file, "utf-8", self.encoding))

    @contextmanager
    def _complaints(self) -> Iterator[None]:
        try:
            yield
        except IncompleteJSONError as error:
            text = " ".join(str(error).split())
            what = "cut off in the middle" if "premature EOF" in text else "broken JSON"
            raise LoadError(f"{self.path.name}: {what}: {text[:160]}") from error
        except (JSONError, UnicodeDecodeError) as error:
            raise LoadError(f"{self.path.name}: broken JSON: {str(error)[:160]}") from error
