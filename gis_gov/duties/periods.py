"""The periods in which tasks recur, and when these are due, by the calendar of China.

Ten days (旬) are the 1st to the 10th, the 11th to the 20th, and the rest of a month; weeks begin on
Monday. Days are those of UTC+8.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

_DAY: Final = timedelta(days=1)
_WEEKEND: Final = frozenset({5, 6})


class Cadence(StrEnum):
    """How often a task recurs."""

    DAY = "day"
    WEEK = "week"
    TEN_DAYS = "ten_days"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A first and a last day, both of it."""

    begins_on: date
    ends_on: date


def period_of(cadence: Cadence, day: date) -> Period:
    """Return the period in which a day lies."""
    match cadence:
        case Cadence.DAY:
            return Period(day, day)
        case Cadence.WEEK:
            monday = day - day.weekday() * _DAY
            return Period(monday, monday + 6 * _DAY)
        case Cadence.TEN_DAYS:
            first = min((day.day - 1) // 10, 2) * 10 + 1
            last = day.replace(day=first + 9) if first < 21 else _end_of_month(day)
            return Period(day.replace(day=first), last)
        case Cadence.MONTH:
            return Period(day.replace(day=1), _end_of_month(day))
        case Cadence.QUARTER:
            first = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
            return Period(first, _end_of_month(first.replace(month=first.month + 2)))


def periods(cadence: Cadence, since: date, until: date) -> Iterator[Period]:
    """Go through the periods that begin from `since` to `until`, both included."""
    period = period_of(cadence, since)
    if period.begins_on < since:
        period = period_of(cadence, period.ends_on + _DAY)
    while period.begins_on <= until:
        yield period
        period = period_of(cadence, period.ends_on + _DAY)


def works(day: date, told: Mapping[date, bool]) -> bool:
    """Say whether it is worked on a day: as is told of it, else from Monday to Friday."""
    return told.get(day, day.weekday() not in _WEEKEND)


def due_on(period: Period, told: Mapping[date, bool]) -> date:
    """Return the last day on which a task of a period can be done, if only working days count.

    It is the last of the period, or if it is not worked then, the next day on which it is.
    """
    day = period.ends_on
    while not works(day, told):
        day += _DAY
    return day


def _end_of_month(day: date) -> date:
    return (day.replace(day=28) + 4 * _DAY).replace(day=1) - _DAY
