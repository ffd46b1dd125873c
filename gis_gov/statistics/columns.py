"""What is told of a measure in each unit, and of all of them together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import Any, Final

from gis_gov.counting.layers import tallies
from gis_gov.counting.threshold import Found, Threshold
from gis_gov.statistics.queries import Sums

DECLARED = ("households",)

FRACTIONAL = ("area_m2",)

WITHHELD: Final = object()
"""Stands for a figure that is not told, since it is of too few."""


@dataclass(frozen=True, slots=True)
class Column:
    """The figures of a measure: by unit (None: what lies in none), of any other unit, and of all.

    A figure may be WITHHELD.
    """

    measure: str
    by_unit: Mapping[int | None, Any]
    nothing: float | None
    total: Any
    withholds: bool = False


def columns_of(
    sums: Sequence[Sums], measures: Sequence[str], threshold: Threshold
) -> dict[str, Column]:
    """Tell each measure, of what was added up for it."""
    found = {each.measure: each for each in sums}
    return {measure: _column(found, measure, threshold) for measure in measures}


def _column(found: Mapping[str, Sums], measure: str, threshold: Threshold) -> Column:
    parts = [found[name] for name in tallies(measure) if name in found]
    nothing = _figure(None, measure)
    by_unit = _figures(parts, measure, threshold)
    total = _figures(list(map(_together, parts)), measure, threshold).get(None, nothing)
    withholds = total is WITHHELD or WITHHELD in by_unit.values()
    return Column(measure, by_unit, nothing, total, withholds)


def _together(sums: Sums) -> Sums:
    known = [value for value in sums.values if value is not None]
    whole = sum(known) if known else None
    return Sums(sums.measure, [None], [whole], [sum(sums.inexact)], [reduce(xor, sums.contents)])


def _figures(parts: Sequence[Sums], measure: str, threshold: Threshold) -> dict[int | None, Any]:
    """Tell a measure of each unit in which any is known."""
    known: dict[int | None, float] = {}
    for part in parts:
        for unit, value in zip(part.units, part.values, strict=True):
            if value is not None:
                known[unit] = known.get(unit, 0) + value
    told: dict[int | None, Any] = {unit: _figure(value, measure) for unit, value in known.items()}
    for unit, counted in _inexact(parts).items():
        found = threshold.tell(measure, counted)
        told[unit] = WITHHELD if found.withheld else _figure(found.value, measure)
    return told


def _inexact(parts: Sequence[Sums]) -> dict[int | None, dict[str, Found]]:
    """Find the units with anything that is told by the threshold, and all that is counted there."""
    partly = [
        unit
        for part in parts
        if any(part.inexact)
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
