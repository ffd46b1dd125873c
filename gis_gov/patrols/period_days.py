"""The days of periods (UTC+8), which are known by their first day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Self

TimedPeriod = Literal["day", "week", "month", "year"]


@dataclass(frozen=True, slots=True)
class Span:
    """Periods of one length: the days from `since` to before `until`."""

    period: TimedPeriod
    since: date
    until: date

    @classmethod
    def of(cls, period: TimedPeriod, begins: Collection[date]) -> Self:
        """Return the span from the first to the last of some periods."""
        return cls(period, min(begins), end_of_period(period, max(begins)))


def end_of_period(period: TimedPeriod, begins: date) -> date:
    """Return the first day after a period that begins on a day."""
    match period:
        case "day":
            return begins + timedelta(days=1)
        case "week":
            return begins + timedelta(days=7)
        case "month":
            return (begins + timedelta(days=31)).replace(day=1)
        case "year":
            return begins.replace(year=begins.year + 1)
