"""The attribute table of a Shapefile: which encoding it is in, whether it is whole."""

import struct
from collections.abc import Iterator
from pathlib import Path

from gis_gov.ingest.encoding import guess_encoding, is_utf8
from gis_gov.ingest.errors import LoadError

_HEADER_BYTES = 32
_FIELD_BYTES = 32
_ROWS_AT_A_TIME = 10_000


def dbf_encoding(path: Path) -> str:
    """Name the encoding of a DBF: that of its .cpg file if its text is so, else the detected one.

    The language byte of DBF is not asked: it tells of the machine that wrote, not of the text.

    Raises:
        LoadError: the file is cut off, or no encoding fits.

    """
    stated = _stated(path.with_suffix(".cpg"))
    # A field that is cut at its width may end within a character: the cut one is left out.
    if is_utf8(_whole_text(path)):
        return "utf-8"
    guess = guess_encoding(_text(path))
    if guess is not None:
        return guess
    if stated is not None:
        return stated
    raise LoadError(
        f"{path.name}: the encoding of its text is not recognised; name it with --encoding"
    )


def _stated(cpg: Path) -> str | None:
    return (
        cpg.read_text(encoding="ascii", errors="ignore").strip() or None if cpg.exists() else None
    )


def _text(path: Path) -> Iterator[bytes]:
    """Yield the text of the rows, one line a field."""
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
        if len(header) < _HEADER_BYTES:
            raise LoadError(f"{path.name}: cut off: it has no header")
        rows, header_bytes, row_bytes = struct.unpack("<IHH", header[4:12])
        stated = header_bytes + rows * row_bytes
        if path.stat().st_size < stated:
            raise LoadError(
                f"{path.name}: cut off: {path.stat().st_size} bytes instead of {stated}"
            )
        fields = _text_fields(file.read(header_bytes - _HEADER_BYTES))
        while rows > 0:
            block = file.read(row_bytes * min(rows, _ROWS_AT_A_TIME))
            for start in range(0, len(block), row_bytes):
                for offset, width in fields:
                    value = block[start + offset : start + offset + width].rstrip(b" \x00")
                    if value:
                        yield value + b"\n"
            rows -= _ROWS_AT_A_TIME


def _whole_text(path: Path) -> Iterator[bytes]:
    """Yield the text without what UTF-8 would call a character cut at the end of a field."""
    for line in _text(path):
        value = line[:-1]
        for cut in range(min(4, len(value))):
            if value[len(value) - cut - 1] < 0x80:
                break
            if value[len(value) - cut - 1] >= 0xC0:
                needed = 2 + (value[-cut - 1] >= 0xE0) + (value[-cut - 1] >= 0xF0)
                if needed > cut + 1:
                    value = value[: len(value) - cut - 1]
                break
        yield value + b"\n"


def _text_fields(description: bytes) -> list[tuple[int, int]]:
    """Read (offset within the row, width) of each character field."""
    fields, offset = [], 1
    for start in range(0, len(description) - _FIELD_BYTES + 1, _FIELD_BYTES):
        entry = description[start : start + _FIELD_BYTES]
        if entry[0] == 0x0D:
            break
        if entry[11:12] == b"C":
            fields.append((offset, entry[16]))
        offset += entry[16]
    return fields
