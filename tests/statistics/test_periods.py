"""Periods against pandas: their bounds, the one before, and the same a year ago."""

import itertools
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.days import start_of
from gis_gov.statistics.breakdown import spans
from gis_gov.statistics.periods import (
    Compared,
    Every,
    after,
    at_most,
    before,
    period_of,
    periods,
    year_before,
)

DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
EVERY: st.SearchStrategy[Every] = st.sampled_from(["day", "week", "month"])
CODE = {"day": "D", "week": "W-SUN", "month": "M"}


@given(EVERY, DAYS)
def test_bounds_are_those_of_pandas(every: Every, day: date) -> None:
    wanted = pd.Period(day, CODE[every])
    start = period_of(every, day)
    assert start == wanted.start_time.date()
    assert after(every, start) == (wanted + 1).start_time.date()
    assert before(every, start) == (wanted - 1).start_time.date()


@given(EVERY, DAYS, st.integers(0, 900))
def test_they_follow_each_other_without_gaps(every: Every, first: date, length: int) -> None:
    last = first + timedelta(days=length)
    found = list(periods(every, first, last))
    assert found[0] <= first
    assert found[-1] <= last < after(every, found[-1])
    assert all(after(every, one) == other for one, other in itertools.pairwise(found))
    assert len(found) <= at_most(every, first, last)


@given(EVERY, DAYS)
def test_a_year_ago_is_the_same_period(every: Every, day: date) -> None:
    start = period_of(every, day)
    found = year_before(every, start)
    if every == "week":
        year, week, _ = start.isocalendar()
        if found is None:
            assert week == 53
        else:
            assert found.isocalendar()[:3] == (year - 1, week, 1)
    elif found is None:
        assert (start.month, start.day) == (2, 29)
    else:
        assert (found.year, found.month, found.day) == (start.year - 1, start.month, start.day)


@given(EVERY, DAYS, st.integers(0, 900))
def test_what_is_read_holds_all_that_is_compared(every: Every, first: date, length: int) -> None:
    last = first + timedelta(days=length)
    read = spans(every, first, last)
    for start in periods(every, first, last):
        for period in (start, before(every, start), year_before(every, start)):
            if period is not None:
                begins, ends = start_of(period), start_of(after(every, period))
                assert any(
                    span.since and span.until and span.since <= begins and ends <= span.until
                    for span in read
                )


@pytest.mark.parametrize(
    ("count", "base", "change"),
    [(12, 10, 0.2), (0, 10, -1.0), (5, 0, None), (0, 0, None), (5, None, None), (None, 5, None)],
)
def test_a_change_needs_something_to_divide_by(
    count: int | None, base: int | None, change: float | None
) -> None:
    assert Compared(count, base).change == change
