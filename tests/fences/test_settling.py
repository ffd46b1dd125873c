"""Alarms of who was inside are as if all fixes had come in time."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.db.pool import Pool
from gis_gov.fences.alarm_keeper import AlarmKeeper
from gis_gov.fences.crossing_keeper import CrossingKeeper
from gis_gov.fences.known import KnownFences
from gis_gov.fences.settling import Raised, Stay, settle
from gis_gov.settings import Settings
from tests.fences.walks import MORNING, PUT, Walked, add_fence

BEGUN = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=30)
ALARMS = """
    select a.since, a.last_at, a.closed_at is null, a.withdrawn_at is not null, st_x(a.geom)
    from alarm as a where a.kind = 'inside' order by a.withdrawn_at is not null, a.since, a.id
"""


@pytest.fixture
async def pool(people_url: str) -> AsyncIterator[Pool]:
    async with Pool(people_url, Settings(pool_min=1, pool_max=3)) as pool:
        yield pool


def walk(url: str, *steps: tuple[float, float]) -> None:
    """Let a worker be so many metres to the east, so many seconds after BEGUN."""
    rows = [Walked(1, after_s, east_m).row for after_s, east_m in steps]
    with psycopg.connect(url) as conn, conn.cursor() as cursor:
        # Not so long ago that nobody knows where he is.
        cursor.executemany(PUT, [(row[0], row[1] - MORNING + BEGUN, *row[2:]) for row in rows])


async def looked(url: str, pool: Pool) -> list[tuple[float, float, bool, bool]]:
    """Look; of each alarm: since when, until when (s after BEGUN), open, withdrawn."""
    await CrossingKeeper(pool, KnownFences()).keep()
    await AlarmKeeper(pool, KnownFences()).keep()
    with psycopg.connect(url) as conn:
        rows = conn.execute(ALARMS).fetchall()
    return [(_after_s(since), _after_s(last), *more) for since, last, *more, _ in rows]


def _after_s(moment: Any) -> float:
    return round((moment - BEGUN) / timedelta(seconds=1))


@pytest.mark.anyio
async def test_who_was_inside_is_told_though_he_is_out_when_it_is_known(
    people_url: str, pool: Pool
) -> None:
    """A phone that was in no network sends all of it at once."""
    add_fence(people_url, "F1", 100, 300, tells=["inside"], hysteresis_m=0)
    walk(people_url, (0, 0), (60, 200), (120, 200), (180, 0), (240, 200), (300, 0))
    told = await looked(people_url, pool)
    assert told == [(30, 150, False, False), (210, 270, False, False)]
    assert await looked(people_url, pool) == told
    with psycopg.connect(people_url) as conn:
        placed = "select area_id, fence_area_id, closed_at = opened_at, acknowledged_at from alarm"
        assert set(conn.execute(placed).fetchall()) == {(2, 2, True, None)}


@pytest.mark.anyio
async def test_no_alarm_is_told_where_the_fence_tells_of_none(people_url: str, pool: Pool) -> None:
    add_fence(people_url, "F1", 100, 300)
    walk(people_url, (0, 0), (60, 200), (120, 0))
    assert await looked(people_url, pool) == []


@pytest.mark.anyio
async def test_it_is_over_as_he_left_and_not_as_it_is_found(people_url: str, pool: Pool) -> None:
    add_fence(people_url, "F1", 100, 300, tells=["inside"], hysteresis_m=0)
    walk(people_url, (0, 0), (60, 200))
    ((since, _, is_open, _),) = await looked(people_url, pool)
    assert (since, is_open) == (30, True)
    walk(people_url, (120, 0))
    assert await looked(people_url, pool) == [(30, 90, False, False)]


@pytest.mark.anyio
async def test_a_late_fix_makes_two_of_one(people_url: str, pool: Pool) -> None:
    add_fence(people_url, "F1", 100, 300, tells=["inside"], hysteresis_m=0)
    walk(people_url, (0, 0), (60, 200), (600, 200))
    await looked(people_url, pool)
    walk(people_url, (300, 0), (330, 0))
    first, second = await looked(people_url, pool)
    assert first == (30, 180, False, False)
    # The one that was open is of where he is yet.
    assert (second[0], second[2:]) == (465, (True, False))


@pytest.mark.anyio
async def test_what_was_not_so_is_withdrawn(people_url: str, pool: Pool) -> None:
    add_fence(people_url, "F1", 100, 300, tells=["inside"], hysteresis_m=0, dwell_s=120)
    walk(people_url, (0, 0), (60, 200), (240, 200), (300, 0))
    assert await looked(people_url, pool) == [(30, 270, False, False)]
    walk(people_url, (120, 0), (180, 0))
    assert await looked(people_url, pool) == [(30, 270, False, True)]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "order", [(5, 4, 3, 2, 1, 0), (0, 3, 5, 1, 4, 2), (2, 0, 4, 1, 3, 5)], ids=str
)
async def test_in_whatever_order_fixes_come(
    people_url: str, pool: Pool, order: Sequence[int]
) -> None:
    add_fence(people_url, "F1", 100, 300, tells=["inside"], hysteresis_m=0)
    steps = ((0, 0), (60, 200), (120, 0), (180, 200), (240, 200), (300, 0))
    for each in order:
        walk(people_url, steps[each])
        await looked(people_url, pool)
    told = await looked(people_url, pool)
    assert [each[:3] for each in told if not each[3]] == [(30, 90, False), (150, 270, False)]


moments = st.integers(0, 60).map(float)
spans = st.tuples(moments, moments, st.booleans()).map(lambda span: (*sorted(span[:2]), span[2]))


@given(
    st.lists(st.tuples(moments, st.integers(1, 20)), max_size=6),
    st.lists(spans, max_size=6),
    st.booleans(),
)
def test_once_settled_nothing_is_left_to_settle(
    entries: list[tuple[float, int]], raised: list[tuple[float, float, bool]], lasts: bool
) -> None:
    """Each stay that is over has an alarm then, and each alarm that counts a stay."""
    stays, free_s = list[Stay](), 0.0
    for number, (pause_s, for_s) in enumerate(entries):
        in_s = free_s + pause_s + 1
        free_s = in_s + for_s
        stays.append(Stay(number, in_s, free_s))
    if lasts and stays:
        stays[-1] = Stay(stays[-1].entered_id, stays[-1].in_s, inf)
    # One lasts at most, and only if he is inside: who opens and closes them sees to it.
    alarms = [
        Raised(n, since_s, last_s, is_open=False) for n, (since_s, last_s, _) in enumerate(raised)
    ]
    settled = settle(stays, alarms)
    after = [
        Raised(
            each.id,
            stay.in_s if stay else each.since_s,
            min(stay.out_s, each.last_s) if stay else each.last_s,
            each.is_open,
        )
        for each in alarms
        if each.id not in settled.wrong
        for stay in (settled.changed.get(each.id),)
    ]
    after += [
        Raised(100 + stay.entered_id, stay.in_s, stay.out_s, False) for stay in settled.missing
    ]
    again = settle(stays, after)
    assert (again.missing, again.wrong, again.changed) == ([], [], {})
    for stay in stays:
        if stay.out_s != inf:
            assert any(each.since_s == stay.in_s and each.last_s <= stay.out_s for each in after)
