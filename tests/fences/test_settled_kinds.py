"""Alarms of who was inside, away or alone are as if all fixes had come in time."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from gis_gov.db.pool import Pool
from gis_gov.fences.alarm_keeper import AlarmKeeper
from tests.fences.lately import BEGUN, PLACES, looked, shift, walk, withdrawn
from tests.fences.walks import METRE_DEG, add_fence

pytestmark = pytest.mark.anyio


def must_be_in(url: str, code: str = "F1", west_m: float = 100, **more: Any) -> None:
    """Let the first worker have to be in a fence, but for ten minutes at a time."""
    asked = {"tells": ["outside"], "hysteresis_m": 0, "away_s": 600, "for_workers": [1], **more}
    add_fence(url, code, west_m, west_m + 200, **asked)


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
    """A quarter of an hour after his last fix nobody knows where he is; but at 60 he told."""
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


async def test_where_somebody_was_as_he_was_away_too_long(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    """Not where he was before he left."""
    must_be_in(people_url)
    walk(people_url, *((1, minute, 200) for minute in range(10)))
    walk(people_url, *((1, minute, 100 * minute) for minute in range(10, 30)), (1, 30, 200))
    await looked(people_url, pool, keeper)
    with psycopg.connect(people_url) as conn:
        ((kind, lon, area),) = conn.execute(PLACES).fetchall()
    # He left between 9 and 10, and was away for ten minutes between 19 and 20.
    assert (kind, area) == ("outside", 2)
    assert lon == pytest.approx(113.15 + 1_900 * METRE_DEG)


async def test_who_was_not_heard_of_since_before_his_shift_keeps_nobody_company(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    add_fence(people_url, "F1", 100, 300, hysteresis_m=0, alone_s=300)
    shift(people_url, 2, 60, 150)
    walk(people_url, (2, 0, 0), (2, 2, 200))
    walk(people_url, (1, 61, 0), *((1, minute, 200) for minute in range(63, 90, 2)), (1, 90, 0))
    told = await looked(people_url, pool, keeper)
    assert [each[:2] for each in told] == [("alone", 1)]


async def test_who_has_been_inside_for_many_days_keeps_company(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    """And alarms of his stay are told on each of his shifts."""
    day = 24 * 60
    add_fence(people_url, "F1", 100, 300, hysteresis_m=0, alone_s=300)
    add_fence(people_url, "F2", 100, 300, hysteresis_m=0, tells=["inside"], for_workers=[2])
    with psycopg.connect(people_url) as conn:
        conn.execute("update fence_version set begins_at = now() - interval '20 days'")
    shift(people_url, 2, -9 * day, 60 - 9 * day)
    shift(people_url, 2, 0, 170)
    walk(people_url, (2, 1 - 9 * day, 0), (2, 3 - 9 * day, 200))
    walk(people_url, *((2, minute, 200) for minute in range(0, 170, 10)))
    walk(people_url, (1, 19, 0), *((1, minute, 200) for minute in range(21, 60, 2)), (1, 60, 0))
    told = await looked(people_url, pool, keeper)
    assert [each for each in told if each[:2] == ("alone", 1)] == []
    assert [each[2:] for each in told if each[0] == "inside"][-1] == (0, 170)


async def test_company_of_which_one_fix_came_later_than_others(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    """It makes no crossing, and he had come and gone within the hour."""
    add_fence(people_url, "F1", 100, 300, hysteresis_m=0, alone_s=300)
    walk(people_url, *((1, minute, 200) for minute in range(60)), (1, 60, 0))
    walk(people_url, (2, 0, 0), (2, 0.1, 200), (2, 10, 200), (2, 35, 200), (2, 50, 200), (2, 59, 0))
    told = await looked(people_url, pool, keeper)
    assert ("alone", 1, 10, 35) in told
    walk(people_url, (2, 22, 200))
    assert ("alone", 1, 10, 35) not in await looked(people_url, pool, keeper)


async def test_who_is_not_watched_any_more_keeps_the_alarms_that_he_had(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    with psycopg.connect(people_url) as conn:
        ((home,), (other,)) = conn.execute("select area_id from worker order by id").fetchall()
    assert home != other
    add_fence(people_url, "F2", 100, 300, hysteresis_m=0, alone_s=300, for_area_id=home)
    must_be_in(people_url, valid_from=BEGUN)
    walk(people_url, *((1, minute, 200) for minute in range(20)), (1, 20, 0))
    walk(people_url, *((1, minute, 0) for minute in range(30, 175, 10)))
    told = await looked(people_url, pool, keeper)
    assert [each[0] for each in told] == ["alone", "outside"]
    with psycopg.connect(people_url) as conn:
        conn.execute("update worker set area_id = %s where id = 1", [other])
        conn.execute(
            "insert into alarm_due (worker_id, fence_id, since) select 1, id, %s from fence",
            [BEGUN],
        )
    assert (await looked(people_url, pool, keeper))[0] == told[0]


async def test_what_a_fence_does_not_tell_any_more_is_over(
    people_url: str, pool: Pool, keeper: AlarmKeeper
) -> None:
    add_fence(people_url, "F1", 100, 300, tells=["inside"], hysteresis_m=0, alone_s=300)
    must_be_in(people_url, code="F2", west_m=1_000)
    walk(people_url, (1, 100, 0), *((1, minute, 200) for minute in range(102, 180, 2)))
    told = await looked(people_url, pool, keeper)
    assert [(each[0], each[3]) for each in told] == [
        ("alone", None),
        ("inside", None),
        ("outside", None),
    ]
    with psycopg.connect(people_url) as conn:
        conn.execute("update fence set tells = '{cross}', alone_s = null")
    told = await looked(people_url, pool, keeper)
    assert [each[0] for each in told if each[3] is not None] == ["alone", "inside", "outside"]
    assert withdrawn(people_url) == []


async def test_what_is_to_come_is_looked_at_when_it_has(
    people_url: str, pool: Pool, keeper: AlarmKeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock of a phone may be ahead."""
    add_fence(people_url, "F1", 100, 300, tells=["inside"], hysteresis_m=0)
    walk(people_url, (1, 0, 0), (1, 2, 200), (1, 4, 0))
    monkeypatch.setattr("gis_gov.fences.alarm_keeper.utc_now", lambda: BEGUN)
    assert await looked(people_url, pool, keeper) == []
    monkeypatch.undo()
    assert await looked(people_url, pool, keeper) == [("inside", 1, 1, 3)]


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
