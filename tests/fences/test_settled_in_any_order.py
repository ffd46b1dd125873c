"""In whatever order and batches fixes come, in time or late, the alarms are the same."""

import random
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

import psycopg
import pytest

from gis_gov.db.pool import Pool
from gis_gov.fences.alarm_keeper import AlarmKeeper
from tests.fences.lately import BEGUN, looked, shift, walk
from tests.fences.walks import add_fence

pytestmark = pytest.mark.anyio


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
