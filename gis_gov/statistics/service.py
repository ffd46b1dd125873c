"""Rows and totals, of what was added up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import xor
from typing import Any, Final

import orjson

from gis_gov.counting.layers import tallies
from gis_gov.counting.threshold import Found, Threshold
from gis_gov.statistics.queries import Statistics, Sums

DECLARED = ("households",)

FRACTIONAL = ("area_m2",)

Row = dict[str, Any]
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
    found = {sums.measure: sums for sums in statistics.sums}
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
    whole = {name: _together(sums) for name, sums in found.items()}
    (total,) = _told(whole, [None], measures, threshold)
    return Tabulated(rows, total, statistics.at)


def _together(sums: Sums) -> Sums:
    known = [value for value in sums.values if value is not None]
    whole = sum(known) if known else None
    return Sums(sums.measure, [None], [whole], [sum(sums.inexact)], [reduce(xor, sums.contents)])


def _told(
    found: Mapping[str, Sums],
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
    found: Mapping[str, Sums], units: Sequence[int | None], measure: str, threshold: Threshold
) -> list[Any]:
    """Tell a measure of each unit, _WITHHELD where there are too few."""
    parts = [found[name] for name in tallies(measure) if name in found]
    known: dict[int | None, float] = {}
    for part in parts:
        for unit, value in zip(part.units, part.values, strict=True):
            if value is not None:
                known[unit] = known.get(unit, 0) + value
    column: dict[int | None, Any] = {unit: _figure(value, measure) for unit, value in known.items()}
    for unit, counted in _inexact(parts).items():
        told = threshold.tell(measure, counted)
        column[unit] = _WITHHELD if told.withheld else _figure(told.value, measure)
    nothing = _figure(None, measure)
    return [column.get(unit, nothing) for unit in units]


def _inexact(parts: Sequence[Sums]) -> dict[int | None, dict[str, Found]]:
    """Find the units with anything that is told by the threshold, and all that is counted there."""
    partly = [
        unit
        for part in parts
        for unit, inexact in zip(part.units, part.inexact, strict=True)
        if inexact
    ]
    counted: dict[int | None, dict[str, Found]] = {unit: {} for unit in partly}
    for part in parts if counted else []:
        for unit, *sums in zip(*part[1:], strict=True):
            if unit in counted:
                counted[unit][part.measure] = Found._make(sums)
    return counted


def _figure(value: float | None, measure: str) -> float | None:
    """Write a value as its measure has it; nothing known is 0, but for what others declare."""
    if value is None and measure in DECLARED:
        return None
    known = value or 0
    return round(known, 1) if measure in FRACTIONAL else int(known)


def table_json(table: Tabulated, k: int | None) -> bytes:
    """Write rows and total as a JSON object; `k` is the threshold under which they are told."""
    return orjson.dumps({"at": table.at, "rows": table.rows, "total": table.total, **_threshold(k)})
