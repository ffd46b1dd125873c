"""Intervals of time as requests write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.interval import parse_interval

DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
NEW_YEAR = datetime(2025, 12, 31, 16, tzinfo=UTC)  # midnight in UTC+8


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2026-01-01", NEW_YEAR, NEW_YEAR + DAY),
        ("2026-01-01/2026-01-02", NEW_YEAR, NEW_YEAR + 2 * DAY),
        ("2026-01-01/2026-01-01", NEW_YEAR, NEW_YEAR + DAY),
        ("2026-01-01/..", NEW_YEAR, None),
        ("2026-01-01/", NEW_YEAR, None),
        ("../2026-01-01", None, NEW_YEAR + DAY),
        ("/2026-01-01", None, NEW_YEAR + DAY),
        ("2025-12-31T16:00:00Z", NEW_YEAR, NEW_YEAR + TICK),
        ("2026-01-01T00:00:00+08:00", NEW_YEAR, NEW_YEAR + TICK),
        ("2025-12-31t16:00:00.25z/..", NEW_YEAR + timedelta(seconds=0.25), None),
        ("2025-12-31T16:00:00.123456789Z/..", NEW_YEAR + timedelta(microseconds=123456), None),
        ("2025-12-31T15:59:60Z/..", NEW_YEAR - TICK, None),
        ("2026-01-01T00:00:00+08:00/2025-12-31T16:00:00Z", NEW_YEAR, NEW_YEAR + TICK),
    ],
)
def test_intervals_are_half_open(text: str, since: datetime | None, until: datetime | None) -> None:
    found = parse_interval(text)
    assert (found.since, found.until) == (since, until)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no date"),
        ("..", "no date"),
        ("../..", "open at both ends"),
        ("/", "open at both ends"),
        ("2026-01-01/2026-01-02/2026-01-03", "more than one '/'"),
        ("2026-01-02/2026-01-01", "ends before"),
        ("2026-13-01", "no date"),
        ("2026-02-30", "no date"),
        ("2026-1-1", "no date"),
        ("20260101", "no date"),
        ("2026-01-01T00:00:00", "offset"),
        ("2026-01-01T25:00:00Z", "no date"),
        ("2026-01-01 00:00:00Z", "no date"),
        ("2026-01-01T00:00:00 08:00", "%2B"),
        ("0001-01-01", "no date"),  # begins the year before year 1 in UTC
        ("9999-12-31", "no date"),
        ("２０２６-01-01", "no date"),
        ("2026-01-01T00:00:00+99:00", "no date"),
    ],
)
def test_what_is_no_interval_is_told(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says.replace("+", r"\+")):
        parse_interval(text)


@given(
    st.integers(min_value=-2_000_000_000, max_value=4_000_000_000),
    st.integers(min_value=0, max_value=999_999),
    st.integers(min_value=-14 * 60, max_value=14 * 60),
)
def test_every_time_that_python_writes_is_read(
    second: int, microsecond: int, offset_min: int
) -> None:
    zone = timezone(timedelta(minutes=offset_min))
    written = datetime.fromtimestamp(second, zone).replace(microsecond=microsecond)
    found = parse_interval(written.isoformat())
    assert found.since == written
    assert found.until == written + TICK


@given(st.text(alphabet="0123456789-:TZ+./ ", max_size=40))
def test_anything_else_is_a_value_error(text: str) -> None:
    try:
        found = parse_interval(text)
    except ValueError:
        return
    assert found.since is None or found.until is None or found.since < found.until
