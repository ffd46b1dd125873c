"""GeoJSON text sequences (RFC 8142): a feature a line, each after a record separator.

A sequence has no head that could tell its CRS, and GeoJSON is CRS84 unless both sides agree on
another (RFC 7946, 4). So each feature that is in another has the member `crs` of GeoJSON 2008, by
which x comes before y whatever the CRS: what is kept of a file then still says what it is in.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import orjson

from gis_gov.formats.writer import Feature, Table

_RECORD: Final = b"\x1e"


class SequenceWriter:
    """Writes a sequence of features, each as it comes."""

    def __init__(self, table: Table) -> None:
        self._crs: dict[str, Any] = {} if table.epsg is None else {"crs": _named(table.epsg)}

    def begin(self) -> bytes:
        """Write nothing yet."""
        return b""

    def write(self, features: Sequence[Feature]) -> bytes:
        """Write the features."""
        lines = (
            _RECORD + orjson.dumps({**each, **self._crs}, option=orjson.OPT_APPEND_NEWLINE)
            for each in features
        )
        return b"".join(lines)

    def end(self) -> Iterator[bytes]:
        """Write nothing more."""
        yield from ()

    def broken_off(self) -> bytes:
        """Leave a record that is none: a reader notices the truncated text (RFC 8142, 2.3)."""
        return _RECORD + b'{"type":'

    def close(self) -> None:
        """Let go of nothing."""


def _named(epsg: int) -> dict[str, Any]:
    return {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{epsg}"}}
