"""Write entries as CSV, JSON lines or JSON; each with what it takes to compute its hash anew."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import orjson

from gis_gov.auditing.queries import COLUMNS, Row
from gis_gov.spreadsheet import BOM, csv_rows


def instant(at: datetime) -> str:
    """Write a time to the microsecond, as it is hashed."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def csv_header() -> str:
    """Return the first line, with the mark by which spreadsheets know UTF-8."""
    return BOM + ",".join(COLUMNS) + "\r\n"


def csv_lines(rows: Iterable[Row]) -> str:
    """Write entries as CSV; what looks like a formula gets an apostrophe before it."""
    return csv_rows(_told(row).values() for row in rows)


def json_lines(rows: Iterable[Row]) -> bytes:
    """Write entries as JSON, one a line."""
    return b"".join(orjson.dumps(_told(row), option=orjson.OPT_APPEND_NEWLINE) for row in rows)


def as_json(row: Row) -> dict[str, Any]:
    """Return an entry as it is answered, its detail as an object."""
    return _told(row) | {"detail": None if row.detail is None else orjson.loads(row.detail)}


def _told(row: Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in COLUMNS} | {"at": instant(row.at)}
