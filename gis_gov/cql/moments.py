"""Moments and days in filters: a day is a day of UTC+8, from its first moment to its last."""

import re
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Column, Date, DateTime, Interval, case, cast, func, literal

from gis_gov.cql.kinds import Expression, Kind, Span, Value
from gis_gov.cql.problems import InvalidFilter
from gis_gov.days import LOCAL
from gis_gov.interval import parse_interval

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT_TYPE: Final = DateTime(timezone=True)
# Not by its name, whose sign PostgreSQL reads the other way round.
_OFFSET: Final = cast(literal(LOCAL.utcoffset(None)), Interval)
_REST_OF_DAY: Final = timedelta(days=1, microseconds=-1)
EARLIEST: Final = cast(literal("-infinity"), _INSTANT_TYPE)
LATEST: Final = cast(literal("infinity"), _INSTANT_TYPE)
"""Where an interval is open."""


def date_value(told: str) -> Value:
    """Read a day, YYYY-MM-DD.

    Raises:
        InvalidFilter: it is none.

    """
    try:
        day = date.fromisoformat(told) if _DATE.fullmatch(told) else None
    except ValueError:
        day = None
    if day is None:
        raise InvalidFilter(f"{told[:40]!r} is no date such as 2026-01-31")
    return Value(Kind.DATE, cast(literal(day), Date))


def instant_value(told: str) -> Value:
    """Read a moment with its offset (RFC 3339).

    Raises:
        InvalidFilter: it is none.

    """
    if _DATE.fullmatch(told):
        raise InvalidFilter(f"{told!r} is a date: write DATE({told!r})")
    return Value(Kind.INSTANT, cast(literal(_moment(told)), _INSTANT_TYPE))


def time_value(told: str) -> Value:
    """Read a day or a moment, whichever it is."""
    return date_value(told) if _DATE.fullmatch(told) else instant_value(told)


def _moment(told: str) -> datetime:
    try:
        found = parse_interval(told).since
    except ValueError as error:
        raise InvalidFilter(str(error)) from None
    if "/" in told or found is None:
        raise InvalidFilter(f"{told[:40]!r} is no moment such as 2026-01-31T08:00:00+08:00")
    return found


def span_of(value: Value) -> Span:
    """Return from when to when a value lasts.

    Raises:
        InvalidFilter: it is no time.

    """
    if value.kind is Kind.INSTANT:
        return Span(value.expression, value.expression)
    if value.kind is not Kind.DATE:
        raise InvalidFilter(f"a time is expected, and {value.kind} given")
    start = _first_of(value.expression)
    return Span(start, start + cast(literal(_REST_OF_DAY), Interval))


def interval_of_two(start: Expression, end: Expression) -> Span:
    """Return the time between two moments; where one is null it is open, if the other is not."""
    return Span(_or_open(start, end, EARLIEST), _or_open(end, start, LATEST))


def _or_open(moment: Expression, other: Expression, beyond: Expression) -> Expression:
    if isinstance(moment, Column) and not moment.nullable:
        return moment  # an index serves it as it is
    return func.coalesce(moment, case((other.is_not(None), beyond)))


def _first_of(day: Expression) -> Expression:
    """Return the first moment of a day."""
    return func.timezone(_OFFSET, cast(day, DateTime(timezone=False)))


def day_of(value: Value) -> Expression:
    """Return the day that a time lies in."""
    if value.kind is Kind.DATE:
        return value.expression
    return cast(func.timezone(_OFFSET, value.expression), Date)
