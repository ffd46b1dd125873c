"""Tables as JSON that differ in one measure alone: what they have in common is written once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import orjson

from gis_gov.statistics.columns import Column
from gis_gov.statistics.queries import Unit
from gis_gov.statistics.service import Row, rows_of, table_of

# No JSON has this byte: in texts it is written as an escape.
_GAP: Final = b"\0"


class RowPieces:
    """Rows by unit, as JSON, with a gap where the figure of one measure goes.

    `measures` are all of a row in their order, `columns` those that all tables have in common.
    """

    def __init__(
        self, units: Iterable[Unit], columns: Sequence[Column], measures: Sequence[str]
    ) -> None:
        known = {each.measure for each in columns}
        (self._measure,) = (each for each in measures if each not in known)
        before = ("code", "name", *measures[: measures.index(self._measure)])
        listed = list(units)
        rows = rows_of(listed, columns)
        self._pieces = {
            unit.id: self._with_gap(row, before) for unit, row in zip(listed, rows, strict=True)
        }

    def table(
        self, units: Sequence[Unit], columns: Sequence[Column], at: datetime, k: int | None
    ) -> bytes:
        """Write a table as `service.table_json` does; `units` are some of those that are known."""
        told = table_of([], columns, at)
        (column,) = (each for each in columns if each.measure == self._measure)
        ids = [unit.id for unit in units]
        figure, nothing = column.by_unit.get, column.nothing
        rows = b",".join([self._pieces[unit] for unit in ids])
        written = [rows % tuple([figure(unit, nothing) for unit in ids])] if ids else []
        written += map(orjson.dumps, told.rows)  # what lies in none
        threshold = b"" if k is None else b',"threshold":%d' % k
        head = b'{"at":%b,"rows":[' % orjson.dumps(at)
        tail = b'],"total":%b%b}' % (orjson.dumps(told.total), threshold)
        return b"".join((head, b",".join(written), tail))

    def _with_gap(self, row: Row, before: Sequence[str]) -> bytes:
        """Write a row in which a figure is to be formatted."""
        first = {name: row[name] for name in before}
        whole = orjson.dumps({**first, self._measure: orjson.Fragment(_GAP), **row})
        return whole.replace(b"%", b"%%").replace(_GAP, b"%d")
