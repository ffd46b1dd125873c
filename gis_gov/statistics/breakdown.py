"""The rows of breakdowns: by unit and category, and as time series with what they compare with."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from gis_gov.days import day_of, end_of, start_of
from gis_gov.interval import Interval
from gis_gov.statistics.breakdown_queries import Breakdown, Part
from gis_gov.statistics.categories import AGE_BANDS, age_band
from gis_gov.statistics.periods import (
    Compared,
    Every,
    after,
    before,
    is_over,
    period_of,
    year_before,
)
from gis_gov.statistics.rates import rate

Row = dict[str, Any]
_Key = tuple[int | None, tuple[str | None, ...]]

SHARE_COLUMNS: Final = ("count", "denominator", "share")
SERIES_COLUMNS: Final = (
    "start",
    "end",
    "count",
    "complete",
    "previous",
    "previous_change",
    "year_before",
    "year_change",
)
# Bands in the order of the ages, not of their digits.
_PLACES: Final = {age_band(*band): f"{n:02}" for n, band in enumerate(AGE_BANDS)}
_DAY = timedelta(days=1)
# A week of the same number, or a month of the same name, is a year ago by more and less than these.
_YEAR_AT_MOST, _YEAR_AT_LEAST = timedelta(days=372), timedelta(days=363)


def columns(by: Sequence[str], level: str | None) -> list[str]:
    """Name the columns that tell what a row is about."""
    return [*(("code", "name") if level else ()), *by]


def category_rows(found: Breakdown, by: Sequence[str], level: str | None) -> list[Row]:
    """Make a row for each unit and category that anything is of, by code; in no unit comes last.

    The `share` is that of all that there is in the unit, or without a level of all.
    """
    whole: Counter[int | None] = Counter()
    for part in found.parts:
        whole[part.unit_id] += part.count
    rows = [
        {
            **_about(found, part, by, level),
            "count": part.count,
            "share": rate(part.count, whole[part.unit_id]),
        }
        for part in found.parts
    ]
    return ordered(rows, by)


def ordered(rows: Sequence[Row], by: Sequence[str]) -> list[Row]:
    """Order rows by their codes and categories; what is unknown comes last."""
    return sorted(rows, key=lambda row: _order(row, by))


def flat_shares(rows: Sequence[Row]) -> list[Row]:
    """Make rows without anything in them that is no single value."""
    return [
        {**row, "denominator": row["share"]["denominator"], "share": row["share"]["value"]}
        for row in rows
    ]


def spans(every: Every, first: date, last: date) -> list[Interval]:
    """Return the time of the periods from one day to another, and of those they compare with."""
    start, end = period_of(every, first), after(every, period_of(every, last)) - _DAY
    return [
        Interval(start_of(before(every, start)), end_of(end)),
        Interval(start_of(period_of(every, start - _YEAR_AT_MOST)), end_of(end - _YEAR_AT_LEAST)),
    ]


def series_rows(
    found: Breakdown, every: Every, starts: Sequence[date], by: Sequence[str], level: str | None
) -> list[Row]:
    """Make a row for each period of each unit and category that anything is of.

    A period in which nothing was is 0; one that ended before the first thing there is, null. What
    is not over yet is compared with nothing.
    """
    counts: dict[_Key, dict[date, int]] = defaultdict(dict)
    about: dict[_Key, Row] = {}
    for part in found.parts:
        key = (part.unit_id, part.categories)
        if part.period is not None:
            counts[key][part.period] = part.count
        about[key] = _about(found, part, by, level)
    if not by and level is None:
        about.setdefault((None, ()), {})
    keys = sorted(about, key=lambda key: _order(about[key], by))
    return [
        about[key] | _in_period(counts[key], found, every, start)
        for key in keys
        for start in starts
    ]


def _in_period(counts: Mapping[date, int], found: Breakdown, every: Every, start: date) -> Row:
    def told(period: date | None) -> int | None:
        if period is None or found.since is None:
            return None
        known = after(every, period) > day_of(found.since)
        return counts.get(period, 0) if known else None

    complete = is_over(every, start, found.at)
    count, a_year_ago = told(start), told(year_before(every, start))
    compared = count if complete else None
    by_period, by_year = (
        Compared(compared, told(before(every, start))),
        Compared(compared, a_year_ago),
    )
    end = after(every, start) - _DAY
    values = (start.isoformat(), end.isoformat(), count, complete)
    return dict(
        zip(
            SERIES_COLUMNS,
            (*values, by_period.base, by_period.change, by_year.base, by_year.change),
            strict=True,
        )
    )


def _about(found: Breakdown, part: Part, by: Sequence[str], level: str | None) -> Row:
    categories = dict(zip(by, part.categories, strict=True))
    if level is None:
        return dict(categories)
    unit = None if part.unit_id is None else found.units[part.unit_id]
    return {"code": unit and unit.code, "name": unit and unit.name, **categories}


def _order(row: Row, by: Sequence[str]) -> list[tuple[bool, str]]:
    told = [row.get("code"), *(row[name] for name in by if name in row)]
    return [(value is None, _PLACES.get(value or "", value or "")) for value in told]
