"""The days of the calendar here: terms begin and end with them."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

LOCAL: Final = timezone(timedelta(hours=8), "UTC+8")
"""The zone in which a date without a time is a day: the zone of all of China."""


def utc_now() -> datetime:
    """Return this moment."""
    return datetime.now(UTC)


def day_of(moment: datetime) -> date:
    """Return the day that a moment belongs to."""
    return moment.astimezone(LOCAL).date()


def today() -> date:
    """Return the day that it is now."""
    return day_of(utc_now())


def start_of(day: date) -> datetime:
    """Return the first moment of a day."""
    return datetime(day.year, day.month, day.day, tzinfo=LOCAL)


def end_of(day: date) -> datetime:
    """Return the first moment after a day."""
    return start_of(day) + timedelta(days=1)
