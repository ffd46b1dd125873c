"""Rows and totals, of what was added up."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from itertools import chain
from operator import xor
from typing import Any, Final

import orjson

from gis_gov.counting.layers import tallies
from gis_gov.counting.threshold import Threshold
from gis_gov.statistics.queries import Statistics, Sum

DECLARED = ("households",)

FRACTIONAL = ("area_m2",)

Row = dict[str, Any]
Parts = dict[int | None, Sum]
"""What one tally counts, by unit."""
_WITHHELD: Final = object()


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
    found: dict[str, Parts] = defaultdict(dict)
    for row in statistics.sums:
        found[row.measure][row.unit_id] = row
    units: list[int | None] = [unit.id for unit in statistics.units]
    names = [(unit.code, unit.name) for unit in statistics.units]
    rows = [
        {"code": code, "name": name, **values}
        for (code, name), values in zip(
            names, _told(found, units, measures, threshold), strict=True
        )
    ]
    (outside,) = _told(found, [None], measures, threshold)
    if any(outside.values()):
        rows.append({"code": None, "name": None, **outside})
    whole: dict[str, Parts] = {name: {None: _together(sums)} for name, sums in found.items()}
    (total,) = _told(whole, [None], measures, threshold)
    return Tabulated(rows, total, statistics.at)


def _together(sums: Parts) -> Sum:
    rows = list(sums.values())
    known = [row.value for row in rows if row.value is not None]
    content = reduce(xor, (row.content for row in rows))
    value = sum(known) if known else None
    return Sum(None, rows[0].measure, value, sum(row.inexact for row in rows), content)


def _told(
    found: Mapping[str, Parts],
    units: Sequence[int | None],
    measures: Sequence[str],
    threshold: Threshold,
) -> list[Row]:
    """Tell the measures of each unit; a row names those that are withheld, if there are any."""
    columns = [_column(found, units, measure, threshold) for measure in measures]
    rows = [dict(zip(measures, values, strict=True)) for values in zip(*columns, strict=True)]
    for row in rows:
        withheld = [measure for measure, value in row.items() if value is _WITHHELD]
        if withheld:
            row.update(dict.fromkeys(withheld), withheld=withheld)
    return rows


def _column(
    found: Mapping[str, Parts], units: Sequence[int | None], measure: str, threshold: Threshold
) -> list[Any]:
    """Tell a measure of each unit, _WITHHELD where there are too few."""
    parts = [found[name] for name in tallies(measure) if name in found]
    known: dict[int | None, float] = {}
    inexact: dict[int | None, dict[str, Sum]] = {}
    for row in chain.from_iterable(part.values() for part in parts):
        if row.value is not None:
            known[row.unit_id] = known.get(row.unit_id, 0) + row.value
        if row.inexact:
            inexact[row.unit_id] = {}
    told: dict[int | None, Any] = {unit: _figure(value, measure) for unit, value in known.items()}
    for unit, rows in inexact.items():
        rows.update((part[unit].measure, part[unit]) for part in parts if unit in part)
        answer = threshold.tell(measure, rows)
        told[unit] = _WITHHELD if answer.withheld else _figure(answer.value, measure)
    nothing = _figure(None, measure)
    return [told.get(unit, nothing) for unit in units]


def _figure(value: float | None, measure: str) -> float | None:
    """Write a value as its measure has it; nothing known is 0, but for what others declare."""
    if value is None and measure in DECLARED:
        return None
    known = value or 0
    return round(known, 1) if measure in FRACTIONAL else int(known)


def table_json(table: Tabulated, k: int | None) -> bytes:
    """Write rows and total as a JSON object; `k` is the threshold under which they are told."""
    return orjson.dumps({"at": table.at, "rows": table.rows, "total": table.total, **_threshold(k)})
