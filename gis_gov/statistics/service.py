"""Rows and totals, of what was added up."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import xor
from typing import Any

import orjson

from gis_gov.counting.layers import tallies
from gis_gov.counting.threshold import Found, Threshold
from gis_gov.statistics.queries import Statistics, Sum

DECLARED = ("households",)

FRACTIONAL = ("area_m2",)

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
    """Make a row for each unit, one with the code null for what lies in none, and the total.

    That last row is left out where all its values are 0 or None.
    """
    sums: dict[int | None, dict[str, Sum]] = defaultdict(dict)
    parts: dict[str, list[Sum]] = defaultdict(list)
    for row in statistics.sums:
        sums[row.unit_id][row.measure] = row
        parts[row.measure].append(row)
    whole = {name: _together(name, rows) for name, rows in parts.items()}
    rows = [
        {"code": unit.code, "name": unit.name, **_values(sums[unit.id], measures, threshold)}
        for unit in statistics.units
    ]
    outside = _values(sums[None], measures, threshold)
    if any(outside.values()):
        rows.append({"code": None, "name": None, **outside})
    return Tabulated(rows, _values(whole, measures, threshold), statistics.at)


def _together(name: str, rows: Sequence[Sum]) -> Sum:
    known = [row.value for row in rows if row.value is not None]
    content = reduce(xor, (row.content for row in rows))
    value = sum(known) if known else None
    return Sum(None, name, value, sum(row.inexact for row in rows), content)


def _values(sums: Mapping[str, Sum], measures: Sequence[str], threshold: Threshold) -> Row:
    values: Row = {}
    withheld: list[str] = []
    for measure in measures:
        parts = [sums[name] for name in tallies(measure) if name in sums]
        if not any(part.inexact for part in parts):  # nearly all that there are
            known = [part.value for part in parts if part.value is not None]
            values[measure] = _figure(sum(known) if known else None, measure)
            continue
        told = threshold.tell(
            measure, {part.measure: Found(part.value, part.inexact, part.content) for part in parts}
        )
        values[measure] = None if told.withheld else _figure(told.value, measure)
        if told.withheld:
            withheld.append(measure)
    return {**values, "withheld": withheld} if withheld else values


def _figure(value: float | None, measure: str) -> float | None:
    """Write a value as its measure has it; nothing known is 0, but for what others declare."""
    if value is None and measure in DECLARED:
        return None
    known = value or 0
    return round(known, 1) if measure in FRACTIONAL else int(known)


def table_json(table: Tabulated, k: int | None) -> bytes:
    """Write rows and total as a JSON object; `k` is the threshold under which they are told."""
    return orjson.dumps({"at": table.at, "rows": table.rows, "total": table.total, **_threshold(k)})
