"""Rates and densities: what was told of a measure, divided by what was told of another.

Nothing is counted for them, so they tell no more than the figures that they are made of; where one
of the two is withheld, there is no rate.
"""

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple

from gis_gov.statistics.charts import Bar
from gis_gov.statistics.service import Row, Tabulated

Per = Literal["km2", "1000_persons", "1000_households"]


class _Unit(NamedTuple):
    """What is divided by, and how much of it is one."""

    measure: str
    size: float


_UNITS: Final[dict[str, _Unit]] = {
    "km2": _Unit("area_m2", 1e6),
    "1000_persons": _Unit("persons", 1000),
    "1000_households": _Unit("households", 1000),
}
_DIGITS: Final = 6
DENOMINATOR_DIGITS: Final = 9


def counted_for(measures: Sequence[str], per: Per | None) -> list[str]:
    """Return the measures that have to be counted, with the one that is divided by."""
    needed = [] if per is None else [_UNITS[per].measure]
    return list(dict.fromkeys([*measures, *needed]))


def divided(measures: Sequence[str], per: Per) -> list[str]:
    """Return the measures that have a rate: all but that which is divided by."""
    return [measure for measure in measures if measure != _UNITS[per].measure]


def with_rates(table: Tabulated, measures: Sequence[str], per: Per | None) -> Tabulated:
    """Add to each row, and to the total, the rates of the measures; without `per` none."""
    if per is None:
        return table
    return Tabulated(
        [_with_rates(row, measures, per) for row in table.rows],
        _with_rates(table.total, measures, per),
        table.at,
    )


def bar(row: Row, measure: str) -> Bar:
    """Return what a chart draws of a measure of a row: its rate where there are rates."""
    if "rates" not in row:
        return Bar(row[measure])
    made = row["rates"][measure]
    return Bar(made["value"], f"{made['numerator']} / {made['denominator']}")


def _with_rates(row: Row, measures: Sequence[str], per: Per) -> Row:
    measure, size = _UNITS[per]
    held = row.get(measure)
    denominator = None if held is None else round(held / size, DENOMINATOR_DIGITS)
    rates = {name: rate(row[name], denominator) for name in divided(measures, per)}
    kept = {name: value for name, value in row.items() if name != measure or measure in measures}
    return {**kept, "rates": rates}


def rate(numerator: float | None, denominator: float | None) -> dict[str, Any]:
    """Divide two figures; without one of the two, or by 0, the value is None."""
    value = None
    if numerator is not None and denominator:
        value = round(numerator / denominator, _DIGITS)
    return {"numerator": numerator, "denominator": denominator, "value": value}
