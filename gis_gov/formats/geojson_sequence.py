"""GeoJSON text sequences (RFC 8142): a feature a line, each after a record separator."""

from collections.abc import Iterator, Sequence
from typing import Final

import orjson

from gis_gov.formats.writer import Feature, Table

_RECORD: Final = b"\x1e"


class SequenceWriter:
    """Writes a sequence of features, each as it comes."""

    def __init__(self, table: Table) -> None:
        del table  # a feature tells its properties itself

    def begin(self) -> bytes:
        """Write nothing yet."""
        return b""

    def write(self, features: Sequence[Feature]) -> bytes:
        """Write the features."""
        lines = (
            _RECORD + orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE) for each in features
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
