"""Hours of the week as requests write them, in the zone of `days.LOCAL`: `1-5`, and `22-6`."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Interval,
    and_,
    cast,
    func,
    literal,
    or_,
    true,
)

from gis_gov.days import LOCAL

ALL_DAYS: Final = frozenset(range(1, 8))
ALL_HOURS: Final = frozenset(range(24))
_DAYS: Final = re.compile(r"([1-7])(?:-([1-7]))?", re.ASCII)
_HOURS: Final = re.compile(r"(\d{1,2})-(\d{1,2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class WeekHours:
    """Days of the week (1 is Monday), and full hours of the day (0 to 23) that begin on them.

    Of hours over midnight the first `late_hours` of a day belong to the night of the day before.
    """

    days: frozenset[int] = ALL_DAYS
    hours: frozenset[int] = ALL_HOURS
    late_hours: int = 0

    def holds(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """Hold where a moment lies in one of the hours."""
        local = local_time(column)
        # So many hours before, it is the day on which the night began.
        began = local - timedelta(hours=self.late_hours) if self.late_hours else local
        # `extract` would make numerics of them, and take twice as long.
        day, hour = func.date_part("isodow", began), func.date_part("hour", local)
        days = [day == each for each in sorted(self.days)] if self.days < ALL_DAYS else [true()]
        hours = (
            [hour == each for each in sorted(self.hours)] if self.hours < ALL_HOURS else [true()]
        )
        return and_(or_(*days), or_(*hours))


def local_time(column: ColumnElement[Any]) -> ColumnElement[datetime]:
    """Return a moment as the clocks of `days.LOCAL` show it."""
    return func.timezone(cast(literal(LOCAL.utcoffset(None)), Interval), column)


def parse_days(text: str) -> frozenset[int]:
    """Read days of the week, 1 for Monday to 7: `1-5`, `6,7`, or `6-1` over the week's end.

    Raises:
        ValueError: it is none of these.

    """
    found: set[int] = set()
    for part in text.split(","):
        match = _DAYS.fullmatch(part)
        if match is None:
            raise ValueError(f"{part[:20]!r} is no day or days of the week: write 1-5, or 6,7")
        first, last = int(match[1]), int(match[2] or match[1])
        found.update(1 + (first - 1 + step) % 7 for step in range((last - first) % 7 + 1))
    return frozenset(found)


def parse_hours(text: str) -> tuple[frozenset[int], int]:
    """Read hours of the day from one up to, and without, another: `8-18`, or `22-6` over midnight.

    Return them, and how many of them are after midnight and belong to the night before.

    Raises:
        ValueError: it is no such range.

    """
    match = _HOURS.fullmatch(text)
    first, end = (int(match[1]), int(match[2])) if match else (24, 25)
    if first > 23 or end > 24 or first == end:
        raise ValueError(f"{text[:20]!r} is no range of hours: write 8-18, or 22-6 over midnight")
    hours = frozenset((first + step) % 24 for step in range((end - first) % 24 or 24))
    return hours, end if end < first else 0
