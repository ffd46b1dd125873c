"""Intervals of time as requests write them (OGC API Features, parameter `datetime`)."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from gis_gov.days import end_of, start_of

_RESOLUTION = timedelta(microseconds=1)  # the database's
_OPEN = ("", "..")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATETIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Interval:
    """The time from `since` up to, and without, `until`; None is open."""

    since: datetime | None
    until: datetime | None


def parse_interval(text: str) -> Interval:
    """Parse an instant, or `start/end`, where `..` or nothing leaves an end open.

    Instants are RFC 3339 with their offset, and both ends belong to the interval. A date is the
    whole day in the zone of `days.LOCAL`.

    Raises:
        ValueError: it is none of these, or ends before it begins.

    """
    parts = text.split("/")
    if len(parts) > 2:
        raise ValueError("has more than one '/': write start/end")
    if len(parts) == 1:
        return Interval(*_span(parts[0]))
    start, end = parts
    if start in _OPEN and end in _OPEN:
        raise ValueError("is open at both ends: leave it out instead")
    since = None if start in _OPEN else _span(start)[0]
    until = None if end in _OPEN else _span(end)[1]
    if since is not None and until is not None and since >= until:
        raise ValueError("ends before it begins: write start/end")
    return Interval(since, until)


def _span(text: str) -> tuple[datetime, datetime]:
    """Return the first moment of an instant or a day, and the first after it."""
    try:
        if _DATE.fullmatch(text):
            day = date.fromisoformat(text)
            return start_of(day).astimezone(UTC), end_of(day).astimezone(UTC)
        if found := _DATETIME.fullmatch(text):
            instant = _instant(*found.groups())
            return instant, instant + _RESOLUTION
    except (ValueError, OverflowError):
        pass  # a month 13, an hour 25, a year that has no time before or after it
    hint = "; a '+' in an address is written %2B" if " " in text else ""
    raise ValueError(
        f"{text[:40]!r} is no date (2026-01-31) and no time with its offset"
        f" (2026-01-31T08:00:00+08:00){hint}"
    )


def _instant(day: str, time: str, fraction: str | None, offset: str) -> datetime:
    # A leap second is the last moment that the calendar here has.
    leap = time.endswith(":60")
    clock = time[:-2] + "59" if leap else time
    microseconds = ".999999" if leap else (fraction or "")[:7]
    zone = "+00:00" if offset in "Zz" else offset
    return datetime.fromisoformat(f"{day}T{clock}{microseconds}{zone}").astimezone(UTC)
