"""Crossings in the database: from fixes in any order, corrected by late ones, each told once."""

import asyncio
import itertools
import time
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis_gov.db.pool import Pool
from gis_gov.fences.crossing_keeper import CrossingKeeper
from gis_gov.fences.known import KnownFences
from tests.fences.walks import MORNING, Walked, add_fence, put, short, told

pytestmark = pytest.mark.anyio

# Over the full hour, in and out of the fence from 100 m to 300 m, and through that at 500 m.
WAY_M = [0, 60, 150, 250, 290, 310, 200, 120, 90, 40, 150, 380, 450, 620, 700, 640, 520]
WALK = [Walked(1, 60.0 * n, float(east_m)) for n, east_m in enumerate(WAY_M)]


@pytest.fixture
def fenced(people_url: str) -> str:
    add_fence(people_url, "F1", 100, 300)
    add_fence(people_url, "F2", 480, 560)
    add_fence(people_url, "F3", 100, 300, dwell_s=200)
    return people_url


async def test_who_comes_goes_and_passes_is_told(fenced: str, pool: Pool) -> None:
    put(fenced, WALK)
    await CrossingKeeper(pool, KnownFences()).keep()
    assert short(fenced) == [
        ("W1", "F1", "enter", 87),
        ("W1", "F3", "enter", 87),
        ("W1", "F1", "exit", 492),
        ("W1", "F3", "exit", 492),
        ("W1", "F1", "enter", 573),
        ("W1", "F3", "cross", 573),
        ("W1", "F1", "exit", 644),
        ("W1", "F2", "cross", 731),
        ("W1", "F2", "enter", 940),
    ]
    assert {area for *_, area in told(fenced)} == {2}


async def test_what_is_told_already_is_not_told_again(fenced: str, pool: Pool) -> None:
    keeper = CrossingKeeper(pool, KnownFences())
    put(fenced, WALK[:6])
    await keeper.keep()
    with psycopg.connect(fenced) as conn:
        before = conn.execute("select id from crossing order by id").fetchall()
        conn.execute("update position set accuracy_m = accuracy_m + 0.001")
    await keeper.keep()
    put(fenced, WALK[6:])
    await keeper.keep()
    with psycopg.connect(fenced) as conn:
        after = conn.execute("select id, withdrawn_at from crossing order by id").fetchall()
    assert before
    assert [each for (each,) in before] == [number for number, _ in after][: len(before)]
    assert all(withdrawn is None for _, withdrawn in after)


async def test_a_late_fix_withdraws_what_was_not_so(fenced: str, pool: Pool) -> None:
    keeper = CrossingKeeper(pool, KnownFences())
    put(fenced, [Walked(1, 0, 0), Walked(1, 120, 700), Walked(1, 7200, 700)])
    await keeper.keep()
    assert short(fenced) == [
        ("W1", "F1", "cross", 17),
        ("W1", "F3", "cross", 17),
        ("W1", "F2", "cross", 82),
    ]
    put(fenced, [Walked(1, 60, 30)])
    await keeper.keep()
    assert short(fenced) == [
        ("W1", "F1", "cross", 66),
        ("W1", "F3", "cross", 66),
        ("W1", "F2", "cross", 100),
    ]
    with psycopg.connect(fenced) as conn:
        count = conn.execute("select count(*) from crossing where withdrawn_at is not null")
        assert count.fetchone() == (3,)


async def test_a_late_fix_corrects_where_it_was(fenced: str, pool: Pool) -> None:
    """Who has stayed long enough was where he came from last, which was not known."""
    keeper = CrossingKeeper(pool, KnownFences())
    fixes = [Walked(1, after_s, east_m) for after_s, east_m in ((0, 0), (120, 150), (400, 160))]
    late = Walked(1, 240, 250)
    put(fenced, fixes)
    await keeper.keep()
    before = told(fenced)
    put(fenced, [late])
    await keeper.keep()
    after = told(fenced)
    assert [each[:6] for each in after] == [each[:6] for each in before]
    with psycopg.connect(fenced) as conn:
        conn.execute("truncate position")
    put(fenced, [*fixes, late])
    await keeper.keep()
    assert after == told(fenced) != before


async def test_what_was_told_of_a_dropped_day_stays(fenced: str, pool: Pool) -> None:
    """A late fix of it is looked at by itself, which would show less."""
    keeper = CrossingKeeper(pool, KnownFences())
    put(fenced, WALK)
    await keeper.keep()
    before = told(fenced)
    with psycopg.connect(fenced) as conn:
        conn.execute("select drop_positions_of(%s)", [MORNING.date()])
    put(fenced, [Walked(1, 130, 0)])
    await keeper.keep()
    assert told(fenced) == before != []
    with psycopg.connect(fenced) as conn:
        assert conn.execute("select from crossing_due").rowcount == 0


@pytest.mark.parametrize(("kept_days", "is_found"), [(90, False), (400, True), (0, False)])
async def test_fixes_are_looked_at_as_far_back_as_they_are_taken(
    fenced: str, pool: Pool, kept_days: int, is_found: bool
) -> None:
    with psycopg.connect(fenced) as conn:
        conn.execute(
            "update fence_version set begins_at = now() - interval '300 days', valid_from = null"
        )
    put(fenced, [Walked(1, after_s - 200 * 86_400, 200) for after_s in (0, 60)])
    await CrossingKeeper(pool, KnownFences(kept_days)).keep()
    assert ([each[:3] for each in short(fenced)] == [("W1", "F1", "enter")]) is is_found


async def test_what_does_not_count_says_nothing(fenced: str, pool: Pool) -> None:
    keeper = CrossingKeeper(pool, KnownFences())
    put(fenced, [Walked(1, 0, 0), Walked(1, 60, 200), Walked(1, 120, 210)])
    await keeper.keep()
    assert [each[2] for each in short(fenced)] == ["enter"]
    with psycopg.connect(fenced) as conn:
        conn.execute("update position set rejected_for = 'jump' where time > %s", [MORNING])
    await keeper.keep()
    assert short(fenced) == []


FIXES = [
    *WALK,
    *(replace(fix, worker=2, after_s=fix.after_s * 7) for fix in WALK),
    Walked(1, 200, 150, accuracy_m=1_500),
    Walked(1, 330, 205, accuracy_m=None),
]


@pytest.fixture
def in_time() -> list[list[tuple[Any, ...]]]:
    """What is told of them in their order, once it is known."""
    return []


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    order=st.permutations(FIXES),
    cuts=st.sets(st.integers(1, len(FIXES) - 1), max_size=12),
    looks=st.sets(st.integers(0, 12)),
)
async def test_any_order_and_any_batching_give_the_same(
    fenced: str,
    pool: Pool,
    in_time: list[list[tuple[Any, ...]]],
    order: list[Walked],
    cuts: set[int],
    looks: set[int],
) -> None:
    """Of two workers, over three hours, with a look after a batch or not."""
    keeper = CrossingKeeper(pool, KnownFences())
    if not in_time:
        put(fenced, FIXES)
        await keeper.keep()
        in_time.append(told(fenced))
        assert len(in_time[0]) > 12
    with psycopg.connect(fenced) as conn:
        conn.execute("delete from position")
    await keeper.keep()
    assert told(fenced) == []
    bounds = [0, *sorted(cuts), len(order)]
    for number, (begin, end) in enumerate(itertools.pairwise(bounds)):
        put(fenced, order[begin:end])
        if number in looks:
            await keeper.keep()
    await keeper.keep()
    assert told(fenced) == in_time[0]


async def test_two_keepers_tell_each_crossing_once(fenced: str, pool: Pool) -> None:
    keepers = [CrossingKeeper(pool, KnownFences()), CrossingKeeper(pool, KnownFences())]
    for fix in WALK:
        put(fenced, [fix])
        await asyncio.gather(*(keeper.keep() for keeper in keepers))
    await keepers[0].keep()
    with psycopg.connect(fenced) as conn:
        rows = conn.execute("select fence_id, kind, at from crossing").fetchall()
    assert len(rows) == len(set(rows)) == 9


async def test_others_do_not_wait_for_whom_nothing_can_be_found_of(
    fenced: str, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one hour of his: what is known of it cannot be read."""
    keeper = CrossingKeeper(pool, KnownFences())
    put(fenced, [Walked(worker, after_s, 0) for worker in (1, 2) for after_s in (0, 3_600)])
    await keeper.keep()
    hour_at = MORNING.replace(minute=0)
    with psycopg.connect(fenced) as conn:
        conn.execute(
            "update fence_state set pairs = '[[1]]' where worker_id = 1 and hour_at = %s", [hour_at]
        )
    put(fenced, [Walked(worker, 60, 200) for worker in (1, 2)])
    put(fenced, [Walked(1, 3_700 + 3_600, 200), Walked(1, 3_700 + 3_660, 200)])
    for _ in range(2):
        with pytest.raises(ValueError, match="unpack"):
            await keeper.keep()
    assert short(fenced) == []
    await keeper.keep()
    assert {each[:3] for each in short(fenced)} >= {("W2", "F1", "enter"), ("W1", "F1", "enter")}
    with psycopg.connect(fenced) as conn:
        due = conn.execute("select distinct worker_id, hour_at from crossing_due").fetchall()
        assert due == [(1, hour_at)]
        conn.execute("update fence_state set pairs = '[]' where worker_id = 1")
    assert await keeper.keep() == 0
    now_s = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now_s + 301)
    assert await keeper.keep() == 1
    with psycopg.connect(fenced) as conn:
        assert conn.execute("select from crossing_due").rowcount == 0
