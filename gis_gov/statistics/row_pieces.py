"""Tables as JSON that differ in one measure alone: what they have in common is written once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from threading import Lock

import orjson

from gis_gov.statistics.columns import Column
from gis_gov.statistics.queries import Unit
from gis_gov.statistics.service import Row, rows_of, table_of


class RowPieces:
    """Rows by unit, as JSON, cut where the figure of one measure goes.

    `measures` are all of a row in their order, `columns` those that all tables have in common.
    """

    def __init__(
        self, units: Iterable[Unit], columns: Sequence[Column], measures: Sequence[str]
    ) -> None:
        self._units = list(units)
        self._columns = columns
        known = {each.measure for each in columns}
        (self._measure,) = (each for each in measures if each not in known)
        self._before = ("code", "name", *measures[: measures.index(self._measure)])
        self._pieces: dict[int, tuple[bytes, bytes]] = {}
        self._lock = Lock()

    def table(
        self, units: Sequence[Unit], columns: Sequence[Column], at: datetime, k: int | None
    ) -> bytes:
        """Write a table as `service.table_json` does; `units` are some of those that are known."""
        pieces = self._written()
        told = table_of([], columns, at)
        (column,) = (each for each in columns if each.measure == self._measure)
        figures = (b"%d" % column.by_unit.get(unit.id, column.nothing) for unit in units)
        rows = b",".join(
            chain(
                (
                    pieces[unit.id][0] + figure + pieces[unit.id][1]
                    for unit, figure in zip(units, figures, strict=True)
                ),
                map(orjson.dumps, told.rows),  # what lies in none
            )
        )
        threshold = b"" if k is None else b',"threshold":%d' % k
        head = b'{"at":%b,"rows":[' % orjson.dumps(at)
        return b"".join((head, rows, b'],"total":', orjson.dumps(told.total), threshold, b"}"))

    def _written(self) -> dict[int, tuple[bytes, bytes]]:
        with self._lock:
            if not self._pieces:
                rows = rows_of(self._units, self._columns)
                self._pieces = {
                    unit.id: self._cut(row) for unit, row in zip(self._units, rows, strict=True)
                }
            return self._pieces

    def _cut(self, row: Row) -> tuple[bytes, bytes]:
        before = orjson.dumps({name: row[name] for name in self._before})
        after = {name: value for name, value in row.items() if name not in self._before}
        begin = b'%b,"%b":' % (before[:-1], self._measure.encode())
        return begin, b"," + orjson.dumps(after)[1:] if after else b"}"
