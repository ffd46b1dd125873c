"""Periods and working days: each day lies in one period, and they follow each other."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.duties.periods import Cadence, Period, due_on, period_of, periods, works

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
CADENCES = st.sampled_from(list(Cadence))
CALENDARS = st.dictionaries(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.booleans())
DAY = timedelta(days=1)


@given(CADENCES, DAYS)
def test_each_day_lies_in_one_period(cadence: Cadence, day: date) -> None:
    period = period_of(cadence, day)
    assert period.begins_on <= day <= period.ends_on
    assert period_of(cadence, period.begins_on) == period == period_of(cadence, period.ends_on)
    following = period_of(cadence, period.ends_on + DAY)
    assert following.begins_on == period.ends_on + DAY


@given(DAYS)
def test_what_bounds_each_kind(day: date) -> None:
    week = period_of(Cadence.WEEK, day)
    assert (week.begins_on.weekday(), week.ends_on - week.begins_on) == (0, 6 * DAY)
    ten = period_of(Cadence.TEN_DAYS, day)
    assert ten.begins_on.day in {1, 11, 21}
    assert ten.ends_on.day in {10, 20} or (ten.ends_on + DAY).day == 1
    month, quarter = period_of(Cadence.MONTH, day), period_of(Cadence.QUARTER, day)
    assert (month.begins_on.day, (month.ends_on + DAY).day) == (1, 1)
    assert (quarter.begins_on.month % 3, quarter.ends_on.month % 3) == (1, 0)
    assert period_of(Cadence.DAY, day) == Period(day, day)


@given(CADENCES, DAYS, st.integers(0, 500))
def test_those_of_a_time_begin_in_it_and_leave_nothing_out(
    cadence: Cadence, since: date, days: int
) -> None:
    until = min(since + days * DAY, date(2101, 1, 1))
    found = list(periods(cadence, since, until))
    begins = {
        period_of(cadence, since + n * DAY).begins_on for n in range((until - since).days + 1)
    }
    assert {each.begins_on for each in found} == {each for each in begins if each >= since}
    assert found == sorted(found)
    assert all(a.ends_on + DAY == b.begins_on for a, b in itertools.pairwise(found))


@given(CADENCES, st.dates(date(2026, 1, 1), date(2026, 12, 31)), CALENDARS)
def test_what_is_due_is_due_on_the_first_working_day_from_the_end_on(
    cadence: Cadence, day: date, told: dict[date, bool]
) -> None:
    period = period_of(cadence, day)
    due = due_on(period, told)
    assert works(due, told)
    rest = [period.ends_on + n * DAY for n in range((due - period.ends_on).days)]
    assert not any(works(each, told) for each in rest)


def test_a_saturday_is_worked_to_make_up_for_a_holiday() -> None:
    told = {date(2026, 10, 1): False, date(2026, 10, 10): True}
    assert not works(date(2026, 10, 1), told)
    assert works(date(2026, 10, 10), told)
    assert not works(date(2026, 10, 11), told)
    assert works(date(2026, 10, 12), told)
    # The first ten days of October 2026 end on that Saturday, the second on a Tuesday.
    assert due_on(period_of(Cadence.TEN_DAYS, date(2026, 10, 5)), told) == date(2026, 10, 10)
    assert due_on(period_of(Cadence.TEN_DAYS, date(2026, 10, 5)), {}) == date(2026, 10, 12)


@pytest.mark.parametrize(
    ("day", "begins", "ends"),
    [
        ("2024-02-29", 21, 29),
        ("2025-02-28", 21, 28),
        ("2026-01-31", 21, 31),
        ("2026-01-20", 11, 20),
    ],
)
def test_ten_days_at_the_end_of_months(day: str, begins: int, ends: int) -> None:
    found = period_of(Cadence.TEN_DAYS, date.fromisoformat(day))
    assert (found.begins_on.day, found.ends_on.day) == (begins, ends)
