"""Days, weeks and months of the calendar here, and those that one is compared with (环比, 同比).

A period is named by its first day. Weeks are those of ISO 8601: from Monday, numbered by the year
that most of their days lie in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from gis_gov.days import start_of

Every = Literal["day", "week", "month"]

_DAY = timedelta(days=1)
_SHORTEST_DAYS = {"day": 1, "week": 7, "month": 28}


def period_of(every: Every, day: date) -> date:
    """Return the first day of the period that a day lies in."""
    match every:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)


def after(every: Every, start: date) -> date:
    """Return the first day of the next period."""
    longest = {"day": 1, "week": 7, "month": 31}[every]
    return period_of(every, start + timedelta(days=longest))


def before(every: Every, start: date) -> date:
    """Return the first day of the period before (环比)."""
    return period_of(every, start - _DAY)


def year_before(every: Every, start: date) -> date | None:
    """Return the first day of the same period a year ago (同比): of its date, or its week's number.

    None for the 29th of February, and a 53rd week, where that year has none.
    """
    try:
        if every == "week":
            year, week, _ = start.isocalendar()
            return date.fromisocalendar(year - 1, week, 1)
        return start.replace(year=start.year - 1)
    except ValueError:
        return None


def at_most(every: Every, first: date, last: date) -> int:
    """Return a number of periods that there can't be more of from one day to another."""
    return (last - first).days // _SHORTEST_DAYS[every] + 2


def periods(every: Every, first: date, last: date) -> Iterator[date]:
    """List the periods that days from `first` to `last` lie in, by their first days."""
    start = period_of(every, first)
    while start <= last:
        yield start
        start = after(every, start)


def is_over(every: Every, start: date, now: datetime) -> bool:
    """Say whether a period has ended."""
    return start_of(after(every, start)) <= now


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure, that of another period (None: not known), and by which share of it it is more."""

    count: int | None
    base: int | None

    @property
    def change(self) -> float | None:
        """(count - base) / base; None where there is nothing to divide by."""
        if self.count is None or not self.base:
            return None
        return round((self.count - self.base) / self.base, 6)
