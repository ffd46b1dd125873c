"""Alarms of who was inside are as if all fixes had come in time."""

from collections.abc import Sequence
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
from gis_gov.fences.settling import Raised, Settled, Stay, settle
from tests.fences.walks import MORNING, PUT, Walked, add_fence

BEGUN = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=30)
ALARMS = """
    select a.since, a.last_at, a.closed_at is null, a.withdrawn_at is not null
    from alarm as a where a.kind = 'inside' order by a.withdrawn_at is not null, a.since, a.id
"""


def walk(url: str, *steps: tuple[float, float]) -> None:
    """Let a worker be so many metres to the east, so many seconds after BEGUN."""
    rows = [Walked(1, after_s, east_m).row for after_s, east_m in steps]
    with psycopg.connect(url) as conn, conn.cursor() as cursor:
        # Not so long ago that nobody knows where he is.
        cursor.executemany(PUT, [(row[0], row[1] - MORNING + BEGUN, *row[2:]) for row in rows])


async def looked(
    url: str, pool: Pool, keeper: AlarmKeeper
) -> list[tuple[float, float, bool, bool]]:
    """Look; of each alarm: since when, until when (s after BEGUN), open, withdrawn."""
    await CrossingKeeper(pool, KnownFences()).keep()
    await keeper.keep()
    with psycopg.connect(url) as conn:
        rows = conn.execute(ALARMS).fetchall()
    return [(_after_s(since), _after_s(last), *more) for since, last, *more in rows]


def _after_s(moment: Any) -> float:
    return round((moment - BEGUN) / timedelta(seconds=1))


@pytest.mark.anyio
async def test_who_was_inside_is_told_though_he_is_out_when_it_is_known(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    """A phone that was in no network sends all of it at once."""
    add_fence(people_url, "F1", 100, 300, tells=["inside"], hysteresis_m=0)
    walk(people_url, (0, 0), (60, 200), (120, 200), (180, 0), (240, 200), (300, 0))
    told = await looked(people_url, pool, keeper)
    assert told == [(30, 150, False, False), (210, 270, False, False)]
    assert await looked(people_url, pool, keeper) == told
    with psycopg.connect(people_url) as conn:
        placed = "select area_id, fence_area_id, closed_at = opened_at, acknowledged_at from alarm"
        assert set(conn.execute(placed).fetchall()) == {(2, 2, True, None)}


@pytest.mark.anyio
async def test_no_alarm_is_told_where_the_fence_tells_of_none(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    add_fence(people_url, "F1", 100, 300)
    walk(people_url, (0, 0), (60, 200), (120, 0))
    assert await looked(people_url, pool, keeper) == []


@pytest.mark.anyio
async def test_it_is_over_as_he_left_and_not_as_it_is_found(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    add_fence(people_url, "F1", 100, 300, tells=["inside"], hysteresis_m=0)
    walk(people_url, (0, 0), (60, 200))
    ((since, _, is_open, _),) = await looked(people_url, pool, keeper)
    assert (since, is_open) == (30, True)
    walk(people_url, (120, 0))
    assert await looked(people_url, pool, keeper) == [(30, 90, False, False)]


@pytest.mark.anyio
async def test_a_late_fix_makes_two_of_one(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    add_fence(people_url, "F1", 100, 300, tells=["inside"], hysteresis_m=0)
    walk(people_url, (0, 0), (60, 200), (600, 200))
    await looked(people_url, pool, keeper)
    walk(people_url, (300, 0), (330, 0))
    first, second = await looked(people_url, pool, keeper)
    assert first == (30, 180, False, False)
    # The one that was open is of where he is yet.
    assert (second[0], second[2:]) == (465, (True, False))


@pytest.mark.anyio
async def test_what_was_not_so_is_withdrawn(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    add_fence(people_url, "F1", 100, 300, tells=["inside"], hysteresis_m=0, dwell_s=120)
    walk(people_url, (0, 0), (60, 200), (240, 200), (300, 0))
    assert await looked(people_url, pool, keeper) == [(30, 270, False, False)]
    walk(people_url, (120, 0), (180, 0))
    assert await looked(people_url, pool, keeper) == [(30, 270, False, True)]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "order",
    [(5, 4, 3, 2, 1, 0), (0, 3, 5, 1, 4, 2), (2, 0, 4, 1, 3, 5), (0, 1, 2, 3, 5, 4)],
    ids=str,
)
async def test_in_whatever_order_fixes_come(
    people_url: str, pool: Pool, keeper: AlarmKeeper, order: Sequence[int]
) -> None:
    add_fence(people_url, "F1", 100, 300, tells=["inside"], hysteresis_m=0)
    steps = ((0, 0), (60, 200), (120, 0), (180, 200), (240, 200), (300, 0))
    for each in order:
        walk(people_url, steps[each])
        await looked(people_url, pool, keeper)
    told = await looked(people_url, pool, keeper)
    assert [each[:3] for each in told if not each[3]] == [(30, 90, False), (150, 270, False)]


@pytest.mark.anyio
async def test_a_stay_that_becomes_longer_lasts_longer(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    add_fence(people_url, "F1", 100, 300, tells=["inside"], hysteresis_m=0)
    walk(people_url, (0, 0), (60, 200), (300, 0))
    assert await looked(people_url, pool, keeper) == [(30, 180, False, False)]
    walk(people_url, (240, 200))
    assert await looked(people_url, pool, keeper) == [(30, 270, False, False)]


@pytest.mark.anyio
async def test_two_stays_that_were_one_have_one_alarm(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    """Where he was out by a fix that is rejected later."""
    add_fence(people_url, "F1", 100, 300, tells=["inside"], hysteresis_m=0)
    walk(people_url, (0, 0), (60, 200), (120, 0), (180, 200), (300, 0))
    assert len(await looked(people_url, pool, keeper)) == 2
    with psycopg.connect(people_url) as conn:
        conn.execute(
            "update position set rejected_for = 'jump' where time = %s",
            [BEGUN + timedelta(seconds=120)],
        )
    assert [each for each in await looked(people_url, pool, keeper) if not each[3]] == [
        (30, 240, False, False)
    ]


@pytest.mark.anyio
async def test_what_goes_with_all_positions_is_withdrawn(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    add_fence(people_url, "F1", 100, 300, tells=["inside"], hysteresis_m=0)
    walk(people_url, (0, 0), (60, 200), (120, 0))
    assert await looked(people_url, pool, keeper) == [(30, 90, False, False)]
    with psycopg.connect(people_url) as conn:
        conn.execute("truncate position")
    assert await looked(people_url, pool, keeper) == [(30, 90, False, True)]


def test_an_alarm_that_was_opened_as_he_left_is_the_one_of_his_stay() -> None:
    """The keeper of crossings may have known it first."""
    settled = settle([Stay(1, 10, 20)], [Raised(7, 10, 19, is_open=True)])
    assert (settled.missing, settled.wrong, settled.changed) == ([], [], {7: Stay(1, 10, 20)})


def test_an_alarm_of_what_lasts_is_open_again() -> None:
    """A leave may have been called off, or an exit not have been one."""
    settled = settle([Stay(1, 10, inf)], [Raised(1, 10, 15, is_open=False)])
    assert (settled.missing, settled.wrong, settled.changed) == ([], [], {1: Stay(1, 10, inf)})


def test_who_saw_to_a_long_stay_did_not_see_to_a_moment() -> None:
    seen = Raised(1, 10, 100, is_open=False)
    settled = settle([Stay(1, 10, 11), Stay(2, 12, 100)], [seen])
    assert settled.changed == {1: Stay(2, 12, 100)}
    assert settled.missing == [Stay(1, 10, 11)]


moments = st.integers(0, 60).map(float)
spans = st.tuples(moments, moments).map(sorted)


@given(
    st.lists(st.tuples(moments, st.integers(1, 20)), max_size=6),
    st.booleans(),
    st.lists(spans, max_size=6),
    st.booleans(),
)
def test_once_settled_each_stay_has_its_alarm(
    entries: list[tuple[float, int]],
    lasts: bool,
    raised: list[list[float]],
    is_one_open: bool,
) -> None:
    """From when to when it was, whatever alarms were raised before; nothing is left to settle."""
    stays, free_s = list[Stay](), 0.0
    for number, (pause_s, for_s) in enumerate(entries):
        in_s = free_s + pause_s + 1
        free_s = in_s + for_s
        stays.append(Stay(number, in_s, free_s))
    if lasts and stays:
        stays[-1] = Stay(stays[-1].id, stays[-1].in_s, inf)
    alarms = [
        Raised(number, since_s, last_s, is_open=is_one_open and number == 0)
        for number, (since_s, last_s) in enumerate(raised)
    ]
    after = applied(alarms, settle(stays, alarms))
    again = settle(stays, after)
    assert (again.missing, again.wrong, again.changed) == ([], [], {})
    told = [(each.since_s, each.last_s) for each in after if not each.is_open]
    assert {(stay.in_s, stay.out_s) for stay in stays if stay.out_s != inf} <= set(told)
    open_since = [each.since_s for each in after if each.is_open]
    assert open_since == [stay.in_s for stay in stays if stay.out_s == inf]
    assert all(any(since_s == stay.in_s for stay in stays) for since_s, _ in told)


def applied(alarms: Sequence[Raised], settled: Settled) -> list[Raised]:
    """Return the alarms as they are once that was written."""
    after: list[Raised] = []
    for each in alarms:
        stay = settled.changed.get(each.id)
        if stay is not None:
            last_s = each.last_s if stay.out_s == inf else stay.out_s
            after.append(Raised(each.id, stay.in_s, last_s, is_open=stay.out_s == inf))
        elif each.id not in settled.wrong:
            after.append(each)
    return after + [
        Raised(100 + stay.id, stay.in_s, stay.out_s, is_open=stay.out_s == inf)
        for stay in settled.missing
    ]
