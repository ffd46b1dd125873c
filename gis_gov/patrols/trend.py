"""How patrols went on from day to day, with the days on which nothing was done."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

DAYS: Final = 30
SERIES: Final = ("patrols", "valid_mileage_m", "duration_s", "events_found", "tasks_overdue")


def days_until(last: date) -> list[date]:
    """Return the days of a trend, and as many before it, in their order."""
    return [last - timedelta(days=n) for n in reversed(range(2 * DAYS))]


def trends_of(rows: Sequence[Mapping[str, Any]], last: date) -> list[dict[str, Any]]:
    """Make a series of each figure for each code, of sums by day; those without a row have 0.

    `change` compares the days with as many before them: 0.1 is a tenth more, None of nothing.
    """
    days = days_until(last)
    place = {day: n for n, day in enumerate(days)}
    found: dict[Any, dict[str, Any]] = {}
    for row in rows:
        if row["begins"] not in place:
            continue
        of_code = found.setdefault(row["code"], {"code": row["code"], "name": row["name"]})
        for name in SERIES:
            series = of_code.setdefault(name, [0] * len(days))
            if row[name] is None:
                of_code[name] = None
            elif series is not None:
                series[place[row["begins"]]] = row[name]
    return [_trend(each) for each in found.values()]


def _trend(of_code: Mapping[str, Any]) -> dict[str, Any]:
    told = {"code": of_code["code"], "name": of_code["name"]}
    series = {name: of_code[name] and of_code[name][DAYS:] for name in SERIES}
    changes: dict[str, float | None] = {}
    for name in SERIES:
        values = of_code[name]
        before = sum(values[:DAYS]) if values else 0
        changes[name] = (sum(values[DAYS:]) - before) / before if before else None
    return {**told, **series, "change": changes}
