"""CSV that spreadsheets open without taking anybody's text for a formula."""

import csv
import io
from collections.abc import Iterable
from typing import Any, Final

BOM: Final = "\ufeff"
"""The mark by which spreadsheets know UTF-8."""

BROKEN_OFF: Final = "broken off: the right to this table is gone"
"""The last line of a table that is not whole: an answer under way has no other way to tell."""

# What a cell that is a formula begins with.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_rows(rows: Iterable[Iterable[Any]]) -> str:
    """Write rows as CSV; a text that looks like a formula gets an apostrophe before it."""
    made = io.StringIO()
    csv.writer(made).writerows([_cell(value) for value in row] for row in rows)
    return made.getvalue()


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
