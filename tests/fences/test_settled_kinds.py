"""Alarms of who was away or alone are as if all fixes had come in time, too."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, LiteralString

import psycopg
import pytest

from gis_gov.db.pool import Pool
from gis_gov.fences.alarm_keeper import AlarmKeeper
from gis_gov.fences.crossing_keeper import CrossingKeeper
from gis_gov.fences.known import KnownFences
from tests.fences.walks import MORNING, PUT, Walked, add_fence

pytestmark = pytest.mark.anyio

BEGUN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
ALARMS: LiteralString = """
    select a.kind, a.worker_id, a.since, case when a.closed_at is not null then a.last_at end
    from alarm as a where a.withdrawn_at is null order by 1, 2, 3, a.id
"""
WITHDRAWN: LiteralString = "select kind from alarm where withdrawn_at is not null"
Told = tuple[str, int, float, float | None]


def walk(url: str, *steps: tuple[int, float, float]) -> None:
    """Let workers be so many minutes after BEGUN so many metres to the east."""
    rows = [Walked(worker, minutes * 60, east_m).row for worker, minutes, east_m in steps]
    with psycopg.connect(url) as conn, conn.cursor() as cursor:
        cursor.executemany(PUT, [(row[0], row[1] - MORNING + BEGUN, *row[2:]) for row in rows])


async def looked(url: str, pool: Pool, keeper: AlarmKeeper) -> list[Told]:
    """Look; of each alarm: kind, worker, since when, until when (minutes after BEGUN)."""
    await CrossingKeeper(pool, KnownFences()).keep()
    await keeper.keep()
    with psycopg.connect(url) as conn:
        rows = conn.execute(ALARMS).fetchall()
    return [(kind, worker, *map(_minutes, times)) for kind, worker, *times in rows]  # type: ignore[misc]


def withdrawn(url: str) -> list[str]:
    with psycopg.connect(url) as conn:
        return [kind for (kind,) in conn.execute(WITHDRAWN)]


def shift(url: str, worker: int, begins_min: float, ends_min: float) -> None:
    """Let a worker be on shift between so many minutes after BEGUN, and at no other time."""
    begins, ends = (
        (BEGUN + timedelta(hours=8, minutes=at)).strftime("%H:%M:%S")
        for at in (begins_min, ends_min)
    )
    with psycopg.connect(url) as conn:
        conn.execute(
            "insert into shift (worker_id, kind, day, begins, ends)"
            " values (%s, 'duty', %s, %s, %s)",
            [worker, (BEGUN + timedelta(hours=8, minutes=begins_min)).date(), begins, ends],
        )


def _minutes(moment: Any) -> float | None:
    return None if moment is None else round((moment - BEGUN) / timedelta(minutes=1), 2)


def must_be_in(url: str, **more: Any) -> None:
    add_fence(
        url, "F1", 100, 300, tells=["outside"], hysteresis_m=0, away_s=600, for_workers=[1], **more
    )


async def test_what_was_over_as_far_as_was_known_goes_on(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    """After twelve hours of silence nobody knows that he is inside, until he tells that he was."""
    add_fence(people_url, "F1", 100, 300, tells=["inside"], hysteresis_m=0)
    day = 24 * 60
    walk(people_url, (1, -day, 0), (1, 1 - day, 200), (1, 10 - day, 200))
    assert await looked(people_url, pool, keeper) == [("inside", 1, 0.5 - day, 10 - day)]
    walk(people_url, (1, 20 - day, 200), (1, 30 - day, 0))
    assert await looked(people_url, pool, keeper) == [("inside", 1, 0.5 - day, 25 - day)]
    assert withdrawn(people_url) == []


async def test_what_cannot_be_settled_keeps_nobody_from_being_warned_of(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    """It stays due, until it can."""
    add_fence(people_url, "F1", 100, 300, tells=["inside"], hysteresis_m=0)
    with psycopg.connect(people_url) as conn:
        conn.execute(
            "create function refuse() returns trigger language plpgsql"
            " as $$ begin raise exception 'refused'; end $$"
        )
        conn.execute(
            "create trigger refused before insert on alarm"
            " for each row when (new.worker_id = 1) execute function refuse()"
        )
    walk(people_url, *((worker, *step) for worker in (1, 2) for step in ((0, 0), (1, 200), (2, 0))))
    assert await looked(people_url, pool, keeper) == [("inside", 2, 0.5, 1.5)]
    with psycopg.connect(people_url) as conn:
        assert conn.execute("select worker_id from alarm_due").fetchall() == [(1,)]
        conn.execute("drop trigger refused on alarm")
    told = await looked(people_url, pool, keeper)
    assert told == [("inside", 1, 0.5, 1.5), ("inside", 2, 0.5, 1.5)]


async def test_who_was_away_is_told_though_he_is_back_when_it_is_known(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    """He may be away for ten minutes; he was for eleven, and then for nine."""
    must_be_in(people_url)
    walk(people_url, (1, 0, 200), (1, 10, 0), (1, 16, 200), (1, 20, 0), (1, 24, 200))
    walk(people_url, (1, 170, 200))
    assert await looked(people_url, pool, keeper) == []
    walk(people_url, (1, 9, 200), (1, 11, 0), (1, 20.5, 0))
    # From half way to 10 up to half way from 11 to 16 it was not long enough.
    assert await looked(people_url, pool, keeper) == []
    with psycopg.connect(people_url) as conn:
        conn.execute("delete from position where time = %s", [BEGUN + timedelta(minutes=16)])
    assert await looked(people_url, pool, keeper) == [("outside", 1, 9.5, 22.25)]
    with psycopg.connect(people_url) as conn:
        placed = "select area_id, fence_area_id, closed_at = opened_at from alarm"
        assert conn.execute(placed).fetchall() == [(2, 2, True)]


async def test_who_was_never_inside_and_told_of_it_late_is_away_yet(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    """He fell silent, so nobody knows better, and it stays open."""
    must_be_in(people_url, valid_from=BEGUN)
    walk(people_url, (1, 5, 0), (1, 15, 0))
    assert await looked(people_url, pool, keeper) == [("outside", 1, 0, None)]
    assert await looked(people_url, pool, keeper) == [("outside", 1, 0, None)]
    walk(people_url, (1, 20, 0), (1, 30, 200))
    assert await looked(people_url, pool, keeper) == [("outside", 1, 0, 25)]


async def test_who_was_not_heard_of_in_time_was_not_away(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    """A quarter of an hour after his last fix nobody knows where he is."""
    must_be_in(people_url)
    walk(people_url, (1, 0, 200), (1, 1, 0), (1, 60, 0), (1, 61, 200), (1, 170, 200))
    assert await looked(people_url, pool, keeper) == [("outside", 1, 0.5, 60.5)]
    with psycopg.connect(people_url) as conn:
        conn.execute("delete from position where time = %s", [BEGUN + timedelta(minutes=60)])
        conn.execute("update fence set away_s = 1200")
    assert await looked(people_url, pool, keeper) == []


async def test_away_is_counted_from_the_beginning_of_a_shift_to_its_end(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    must_be_in(people_url)
    shift(people_url, 1, 30, 90)
    walk(people_url, *((1, minute, 0) for minute in range(31, 90, 10)))
    assert await looked(people_url, pool, keeper) == [("outside", 1, 30, 90)]


async def test_each_shift_of_days_that_are_told_late_has_its_own(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    day = 24 * 60
    must_be_in(people_url, valid_from=BEGUN - timedelta(days=4))
    for ago in (3, 2, 0):
        shift(people_url, 1, -ago * day, 60 - ago * day)
        walk(people_url, *((1, minute - ago * day, 0) for minute in (1, 15, 30)))
    walk(people_url, (1, 31, 200))
    assert await looked(people_url, pool, keeper) == [
        *(("outside", 1, -ago * day, 60 - ago * day) for ago in (3, 2)),
        ("outside", 1, 0, 30.5),
    ]


async def test_an_open_alarm_that_was_not_so_is_withdrawn_though_he_is_silent(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    must_be_in(people_url)
    walk(people_url, (1, 0, 200), (1, 2, 0), (1, 20, 0))
    assert await looked(people_url, pool, keeper) == [("outside", 1, 1, None)]
    walk(people_url, *((1, minute, 200) for minute in range(4, 20, 2)), (1, 20.1, 200))
    # Of what is left, from 18 to 20.1, nobody would have been told.
    assert await looked(people_url, pool, keeper) == []
    assert withdrawn(people_url) == ["outside"]


async def test_who_was_alone_until_it_is_known_who_was_with_him(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    add_fence(people_url, "F1", 100, 300, hysteresis_m=0, alone_s=300)
    alone = [(1, minute, 200) for minute in range(0, 41, 4)]
    walk(people_url, *alone, (1, 42, 0), (1, 170, 0))
    assert await looked(people_url, pool, keeper) == [("alone", 1, 0, 41)]
    # The other one came after ten minutes, and was in no network.
    walk(people_url, (2, 8, 0), *((2, minute, 200) for minute in range(12, 41, 4)))
    assert await looked(people_url, pool, keeper) == [("alone", 1, 0, 10), ("alone", 2, 41, None)]
    walk(people_url, (2, 42, 0))
    told = await looked(people_url, pool, keeper)
    assert [each[:2] for each in told] == [("alone", 1)]


async def test_who_is_silent_kept_nobody_company(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    """From his last fix to the next one, if that was more than a quarter of an hour."""
    add_fence(people_url, "F1", 100, 300, hysteresis_m=0, alone_s=300)
    walk(people_url, *((1, minute, 200) for minute in range(0, 61, 4)), (1, 61, 0), (1, 170, 0))
    walk(people_url, *((2, minute, 210) for minute in (0, 4, 8, 50, 58, 60)), (2, 61, 0))
    walk(people_url, (2, 170, 0))
    assert await looked(people_url, pool, keeper) == [("alone", 1, 8, 50)]
    walk(people_url, (2, 20, 210), (2, 32, 210))
    assert await looked(people_url, pool, keeper) == [("alone", 1, 32, 50)]
    walk(people_url, (2, 41, 210))
    assert await looked(people_url, pool, keeper) == []


@pytest.mark.parametrize("seed", range(6))
async def test_in_whatever_order_and_batches_fixes_come(
    people_url: str, pool: Pool, keeper: AlarmKeeper, seed: int
) -> None:
    """The same alarms last in the end, whatever was told and withdrawn meanwhile."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    fixes = wanderings(people_url, chance)
    walk(people_url, *fixes)
    at_once = await looked(people_url, pool, keeper)
    assert {kind for kind, *_ in at_once} == {"inside", "outside", "alone"}
    assert await looked(people_url, pool, keeper) == at_once
    forget(people_url)
    assert await looked(people_url, pool, keeper) == []
    chance.shuffle(fixes)
    for some in _batches(fixes, chance):
        walk(people_url, *some)
        await looked(people_url, pool, keeper)
    assert await looked(people_url, pool, keeper) == at_once


@pytest.mark.parametrize("seed", [24, 63])
async def test_as_if_all_had_come_in_time(
    people_url: str,
    pool: Pool,
    keeper: AlarmKeeper,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    """Told as the clock goes on, and all of it in the evening."""
    fixes = wanderings(people_url, random.Random(seed))  # noqa: S311 - no secret
    for at_s in range(12 * 60, 160 * 60, 5):
        now = BEGUN + timedelta(seconds=at_s + 1)
        monkeypatch.setattr("gis_gov.fences.alarm_keeper.utc_now", lambda now=now: now)
        monkeypatch.setattr("gis_gov.fences.looking.utc_now", lambda now=now: now)
        if at_s == 150 * 60:
            off_shift(people_url, 2)
        some = [fix for fix in fixes if fix[1] * 60 == at_s]
        walk(people_url, *some)
        # Alarms are looked for all the time; here, as far as time alone may make or end one.
        if some or at_s % 60 == 0 or at_s > 145 * 60:
            await looked(people_url, pool, keeper)
    monkeypatch.undo()
    in_time = await looked(people_url, pool, keeper)
    assert {kind for kind, *_ in in_time} == {"inside", "outside", "alone"}
    forget(people_url)
    assert await looked(people_url, pool, keeper) == []
    walk(people_url, *fixes)
    assert await looked(people_url, pool, keeper) == in_time


def wanderings(url: str, chance: random.Random) -> list[tuple[int, float, float]]:
    """Let two workers be now here, now there about fences of each kind, one of them on a shift."""
    add_fence(url, "IN", 100, 300, tells=["inside"], hysteresis_m=0)
    add_fence(url, "OUT", 150, 400, tells=["outside"], hysteresis_m=0, away_s=400)
    add_fence(url, "ALONE", 0, 250, hysteresis_m=0, alone_s=500)
    shift(url, 2, 10, 150)
    return [
        (worker, minute, chance.randrange(-100, 500, 50))
        for worker in (1, 2)
        for minute in sorted(chance.sample(range(12, 148), 40))
    ]


def off_shift(url: str, worker: int) -> None:
    """Write what is written as a shift ends."""
    with psycopg.connect(url) as conn:
        conn.execute("insert into off_shift values (%s)", [worker])


def forget(url: str) -> None:
    with psycopg.connect(url) as conn:
        conn.execute("delete from position")


def _batches(
    fixes: Sequence[tuple[int, float, float]], chance: random.Random
) -> list[Sequence[tuple[int, float, float]]]:
    edges = sorted({0, len(fixes), *(chance.randrange(len(fixes)) for _ in range(8))})
    return [fixes[begin:end] for begin, end in pairwise(edges)]
