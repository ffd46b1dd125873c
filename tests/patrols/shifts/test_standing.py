"""How a worker stands, told from his last position and the time alone."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.patrols.standing import Standing, StandingLimits, standing

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
LIMITS = StandingLimits(idle_s=600, offline_s=300)


# The page's test reads the same table.
TABLE = json.loads((Path(__file__).parent / "standing_cases.json").read_text(encoding="utf-8"))


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def test_the_limits_are_still_within() -> None:
    def stands(seen_s: float, still_s: float) -> Standing:
        return standing(
            NOW, LIMITS, is_off_shift=False, seen_at=ago(seen_s), still_since=ago(still_s)
        )

    assert stands(300, 300) is Standing.ON_SHIFT
    assert stands(300.1, 300.1) is Standing.OFFLINE
    assert stands(0, 600) is Standing.ON_SHIFT
    assert stands(0, 600.1) is Standing.IDLE
    assert standing(NOW, LIMITS, is_off_shift=False) is Standing.OFFLINE
    assert standing(NOW, LIMITS, is_off_shift=True, seen_at=NOW) is Standing.OFF_SHIFT
    # Whose last fix is of an older server is not known to stand still.
    assert standing(NOW, LIMITS, is_off_shift=False, seen_at=NOW) is Standing.ON_SHIFT


@pytest.mark.parametrize("case", TABLE["cases"])
def test_it_is_as_the_page_has_it(case: dict[str, Any]) -> None:
    still_s = case["still_s"]
    found = standing(
        NOW,
        StandingLimits(**TABLE["limits"]),
        is_off_shift=case["is_off_shift"],
        seen_at=ago(case["seen_s"]),
        still_since=None if still_s is None else ago(still_s),
        is_outside=case["is_outside"],
    )
    assert found == case["standing"]


spans = st.one_of(st.none(), st.floats(0, 10_000))


@given(st.booleans(), spans, spans, st.booleans())
def test_it_is_the_gravest_that_is_true(
    is_off_shift: bool, seen_s: float | None, still_s: float | None, is_outside: bool
) -> None:
    found = standing(
        NOW,
        LIMITS,
        is_off_shift=is_off_shift,
        seen_at=None if seen_s is None else ago(seen_s),
        still_since=None if still_s is None else ago(still_s),
        is_outside=is_outside,
    )
    holds = {
        Standing.OFF_SHIFT: is_off_shift,
        Standing.OFFLINE: seen_s is None or timedelta(seconds=seen_s) > timedelta(seconds=300),
        Standing.OUTSIDE: is_outside,
        Standing.IDLE: still_s is not None and timedelta(seconds=still_s) > timedelta(seconds=600),
        Standing.ON_SHIFT: True,
    }
    assert found is next(each for each, is_true in holds.items() if is_true)
