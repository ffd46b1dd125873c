"""Rows and totals, of what is told of the measures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from gis_gov.counting.threshold import Threshold
from gis_gov.statistics.columns import WITHHELD, Column, columns_of
from gis_gov.statistics.queries import Statistics, Unit

Row = dict[str, Any]


def _threshold(k: int | None) -> dict[str, int]:
    return {} if k is None else {"threshold": k}


@dataclass(frozen=True, slots=True)
class Tabulated:
    """The rows by code, the total, and the moment that they are true for."""

    rows: list[Row]
    total: Row
    at: datetime


def tabulate(statistics: Statistics, measures: Sequence[str], threshold: Threshold) -> Tabulated:
    """Tell what was added up of each measure, as `table_of` does."""
    columns = columns_of(statistics.sums, measures, threshold)
    return table_of(statistics.units, list(columns.values()), statistics.at)


def table_of(units: Sequence[Unit], columns: Sequence[Column], at: datetime) -> Tabulated:
    """Make a row for each unit, one with the code null for what lies in none, and the total.

    That last row is left out where all its values are 0 or None.
    """
    rows = rows_of(units, columns)
    outside = {each.measure: each.by_unit.get(None, each.nothing) for each in columns}
    if any(outside.values()):
        rows += _withheld([{"code": None, "name": None, **outside}], columns)
    (total,) = _withheld([{each.measure: each.total for each in columns}], columns)
    return Tabulated(rows, total, at)


def rows_of(units: Sequence[Unit], columns: Sequence[Column]) -> list[Row]:
    """Make a row for each unit; it names the measures that are withheld, if there are any."""
    names = ["code", "name", *(each.measure for each in columns)]
    ids = [unit.id for unit in units]
    figures = [[each.by_unit.get(unit, each.nothing) for unit in ids] for each in columns]
    told = zip([unit.code for unit in units], [unit.name for unit in units], *figures, strict=True)
    return _withheld([dict(zip(names, values, strict=True)) for values in told], columns)


def _withheld(rows: list[Row], columns: Sequence[Column]) -> list[Row]:
    for row in rows if any(each.withholds for each in columns) else []:
        withheld = [name for name, value in row.items() if value is WITHHELD]
        if withheld:
            row.update(dict.fromkeys(withheld), withheld=withheld)
    return rows


def table_json(table: Tabulated, k: int | None) -> bytes:
    """Write rows and total as a JSON object; `k` is the threshold under which they are told."""
    return orjson.dumps({"at": table.at, "rows": table.rows, "total": table.total, **_threshold(k)})
