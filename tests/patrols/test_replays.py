"""Tracks that are played again: found in any order of arrival, by whomever, and never for long."""

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.patrols.patrol_keeper import PatrolKeeper
from gis_gov.patrols.refreshing import refresh
from gis_gov.patrols.replays import keep_prints, note_prints
from tests.patrols.test_patrols import MORNING, NOON, listed, tell, walk
from tests.patrols.test_retention import pool
from tests.signed_in import Client

__all__ = ["pool"]
pytestmark = pytest.mark.anyio


def played(fixes: Sequence[dict[str, Any]], later: timedelta) -> list[dict[str, Any]]:
    """Tell the same places in the same steps, later."""
    start = MORNING + later
    return [
        fix | {"time": (start + timedelta(seconds=10 * n)).isoformat()}
        for n, fix in enumerate(fixes)
    ]


def replayed(url: str) -> dict[int, int]:
    with psycopg.connect(url) as conn:
        return dict(
            conn.execute(
                "select worker_id, count(*) from position"
                " where rejected_for = 'replayed' group by worker_id"
            ).fetchall()
        )


async def figures(commander: Any) -> Any:
    names = ("worker", "fixes", "rejected", "mileage_m", "valid_mileage_m", "duration_s")
    told = [*await listed(commander, worker="W1"), *await listed(commander, worker="W2")]
    return [tuple(each.get(name) for name in names) for each in told]


async def test_the_morning_s_way_as_the_afternoon_s_earns_nothing(
    signed_in: Client, people_url: str
) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    fixes = walk(MORNING, 1500)
    await tell(gateway, [*fixes, *played(fixes, NOON - MORNING)])
    (one,) = await listed(commander, worker="W1")
    assert one["valid_mileage_m"] == pytest.approx(1500, rel=0.03)
    assert replayed(people_url) == {1: len(fixes)}


@pytest.mark.parametrize("worker", ["W1", "W2"])
async def test_it_is_found_in_any_order_of_arrival(
    signed_in: Client, people_url: str, worker: str
) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    old = walk(MORNING - timedelta(days=3), 1500)
    again = [*walk(MORNING, 400, lon=113.15, seed=7), *played(old[20:90], timedelta(hours=1))]
    parts = [("W1", old[:60]), ("W1", old[60:]), (worker, again[:70]), (worker, again[70:])]
    seen = []
    for seed in range(3):
        chance = random.Random(seed)  # noqa: S311 - no secret
        for whose, part in chance.sample(parts, len(parts)) if seed else parts:
            await tell(gateway, chance.sample(part, len(part)), worker=whose)
            if chance.random() < 0.6:
                await figures(commander)
        # Who was told of last may have made another one's day due.
        await figures(commander)
        seen.append((await figures(commander), replayed(people_url)))
        with psycopg.connect(people_url) as conn:
            conn.execute("delete from position")
        assert await figures(commander) == []
    assert seen[0][1] == {int(worker[1]): 70}
    assert seen[1:] == seen[:1] * 2
    with psycopg.connect(people_url) as conn:
        assert conn.execute("select count(*) from track_print").fetchone() == (0,)


async def test_without_the_older_one_the_later_one_counts_again(
    signed_in: Client, people_url: str
) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    old = walk(MORNING - timedelta(days=1), 1500)
    await tell(gateway, old)
    await tell(gateway, played(old, timedelta(hours=2)), worker="W2")
    assert [row[0]["code"] for row in await figures(commander)] == ["W1"]
    with psycopg.connect(people_url) as conn:
        conn.execute("delete from position where worker_id = 1")
    await figures(commander)
    assert await listed(commander, worker="W1") == []
    (one,) = await listed(commander, worker="W2")
    assert one["valid_mileage_m"] == pytest.approx(1500, rel=0.03)
    assert replayed(people_url) == {}


async def test_two_days_that_are_made_at_once_find_each_other(
    signed_in: Client, people_url: str, pool: Pool
) -> None:
    gateway = await signed_in("gateway")
    day = MORNING.date() - timedelta(days=1)
    old = walk(MORNING - timedelta(days=1), 900)
    await tell(gateway, old)
    await tell(gateway, played(old, timedelta(hours=2)), worker="W2")
    async with pool.connection(SYSTEM) as first, pool.connection(SYSTEM) as second:
        # What the older one is known by is not committed yet as the later one is made.
        async with first.transaction():
            changed = await keep_prints(first, 1, day)
            await refresh(second, 2, MORNING.date())
        assert replayed(people_url) == {}
        async with first.transaction():
            await note_prints(first, 1, day, changed)
    await PatrolKeeper(pool, 0.0).keep()
    assert replayed(people_url) == {2: len(old)}


async def test_what_it_is_known_by_is_forgotten_with_the_positions(
    signed_in: Client, people_url: str
) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await tell(gateway, walk(MORNING, 1500))
    await listed(commander, worker="W1")
    with psycopg.connect(people_url) as conn:
        assert conn.execute("select count(*) > 5 from track_print").fetchone() == (True,)
        conn.execute("truncate position")
        assert conn.execute("select count(*) from track_print").fetchone() == (0,)
