"""Fences that are drawn, changed and redrawn while workers walk, and keepers that are killed."""

import asyncio
import random
import signal
import subprocess
import sys
from datetime import UTC, datetime, time, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis_gov.days import LOCAL
from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.fences.crossing_keeper import CrossingKeeper
from gis_gov.fences.known import KnownFences
from tests.fences.walks import METRE_DEG, MORNING, Walked, add_fence, put, short, told
from tests.registry.conftest import EAST

pytestmark = pytest.mark.anyio

# As one process of those that serve does it.
KEEPING = """
import asyncio, sys
from gis_gov.days import LOCAL
from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.fences.crossing_keeper import CrossingKeeper
from gis_gov.fences.known import KnownFences
from gis_gov.settings import Settings

async def keep():
    async with Pool(sys.argv[1], Settings(pool_min=1, pool_max=1)) as pool:
        keeper = CrossingKeeper(pool, KnownFences())
        print("ready", flush=True)
        while True:
            await keeper.keep()

asyncio.run(keep())
"""


async def test_whoever_is_inside_leaves_what_is_changed_as_it_is_changed(
    people_url: str, pool: Pool
) -> None:
    keeper = CrossingKeeper(pool, KnownFences())
    add_fence(people_url, "F1", 100, 300)
    now = datetime.now(UTC)

    def be(ago_s: float, east_m: float) -> None:
        with psycopg.connect(people_url) as conn:
            conn.execute(
                "insert into position (device, time, worker_id, geom, accuracy_m)"
                " values ('d1', %s, 1, st_point(%s, 22.05, 4490), 5)",
                [now + timedelta(seconds=-ago_s), 113.15 + east_m * METRE_DEG],
            )

    be(60, 200)
    await keeper.keep()
    with psycopg.connect(people_url) as conn:
        conn.execute("update fence set dwell_s = 0.5")
        changed_at = conn.execute("select max(begins_at) from fence_version").fetchone()
    assert changed_at
    be(-30, 210)
    await keeper.keep()
    rows = [(kind, at) for _, _, kind, at, *_ in told(people_url)]
    assert [kind for kind, _ in rows] == ["enter", "enter", "exit"]
    assert {at for _, at in rows[1:]} == {changed_at[0]}
    with psycopg.connect(people_url) as conn:
        conn.execute("update fence set name = 'other'")  # counts for nothing
        assert conn.execute("select from fence_version").rowcount == 2


async def test_what_is_drawn_together_looks_for_fixes_once(people_url: str, pool: Pool) -> None:
    """And has a version each, from its own moment on; what is not changed gets none."""
    keeper = CrossingKeeper(pool, KnownFences())
    put(people_url, [Walked(worker, after_s, 200) for worker in (1, 2) for after_s in (0, 60)])
    await keeper.keep()
    with psycopg.connect(people_url) as conn:
        number = conn.execute("select nextval('fence_number')").fetchone()
        assert number
        conn.execute(
            "insert into fence (code, name, valid_from, geom) select 'F' || n, 'f', v.valid_from,"
            " st_makeenvelope(113.15 + 0.001 * n, 22.049, 113.16, 22.051, 4490)"
            " from unnest(%s::timestamptz[]) with ordinality as v (valid_from, n)",
            [[None, MORNING - timedelta(hours=1), MORNING - timedelta(days=30)]],
        )
        due = conn.execute("select worker_id, hour_at from crossing_due").fetchall()
        assert len(due) == len(set(due)) == 2
        begins = conn.execute(
            "select now() - v.begins_at from fence_version as v order by v.fence_id"
        ).fetchall()
        ago = [each.total_seconds() for (each,) in begins]
        assert ago[0] <= 0 < ago[1] < ago[2] <= timedelta(days=7).total_seconds()
        conn.execute("update fence set dwell_s = 5 where code = 'F2'")
        conn.execute("update fence set name = 'g', dwell_s = case code when 'F2' then 5 else 0 end")
        counts = conn.execute("select count(*), count(ends_at) from fence_version").fetchone()
        last = conn.execute("select last_value from fence_number").fetchone()
    assert (counts, last) == ((4, 1), (number[0] + 2,))


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    begins_s=st.integers(0, 5_400),
    order=st.permutations(range(24)),
    drawn_after=st.integers(0, 24),
)
async def test_it_makes_no_difference_when_a_fence_was_drawn(
    people_url: str, pool: Pool, begins_s: int, order: list[int], drawn_after: int
) -> None:
    """Before the fixes or between them, in or out of their order, from the same moment on."""
    chance = random.Random(begins_s)  # noqa: S311 - no secret
    fixes = [Walked(1, 240.0 * n, chance.choice([0, 85, 110, 200])) for n in range(24)]
    seen = []
    for drawn in (0, drawn_after):
        with psycopg.connect(people_url) as conn:
            conn.execute("delete from fence")
            conn.execute("truncate position")
        keeper = CrossingKeeper(pool, KnownFences())
        add_fence(people_url, "F0", 5_000, 5_100)  # looked at they are in either case
        if drawn:
            put(people_url, [fixes[n] for n in order[:drawn]])
            await keeper.keep()
        begins_at = MORNING + timedelta(seconds=begins_s)
        add_fence(people_url, "F1", 100, 300, valid_from=begins_at)
        if not drawn:
            put(people_url, fixes)
        else:
            put(people_url, [fixes[n] for n in order[drawn:]])
        await keeper.keep()
        seen.append(told(people_url))
    assert seen[0] == seen[1]


async def test_a_fence_of_a_grid_follows_it(people_url: str, pool: Pool) -> None:
    keeper = CrossingKeeper(pool, KnownFences())
    with psycopg.connect(people_url) as conn:
        conn.execute(
            "insert into fence (code, name, of_grid_id, tells, valid_from) select 'G', 'g', id,"
            " '{enter}', %s from grid where code = %s",
            [MORNING - timedelta(hours=1), f"{EAST}101"],
        )
    put(people_url, [Walked(1, 0, -6_000), Walked(1, 60, -5_000), Walked(2, 0, 6_000)])
    await keeper.keep()
    assert [each[:3] for each in short(people_url)] == [("W1", "G", "enter")]
    with psycopg.connect(people_url) as conn:
        conn.execute(
            "update grid set geom = st_multi(st_makeenvelope(113.1, 22, 113.3, 22.1, 4490))"
            " where code = %s",
            [f"{EAST}101"],
        )
        conn.execute(
            "insert into position (device, time, worker_id, geom) values"
            " ('d2', now() + interval '1 s', 2, st_point(113.21, 22.05, 4490))"
        )
    await keeper.keep()
    assert [each[:3] for each in short(people_url)] == [("W1", "G", "enter"), ("W2", "G", "enter")]


async def test_a_fence_of_a_grid_ends_with_it(people_url: str, pool: Pool) -> None:
    """On the day on which that is no more, though nobody writes anything on it."""
    ends = datetime.now(LOCAL).date() + timedelta(days=3)
    ends_s = datetime.combine(ends, time(), LOCAL).timestamp()
    fences = KnownFences()

    async def is_on(at_s: float) -> bool:
        async with pool.connection(SYSTEM) as conn, conn.transaction():
            (fence,) = (await fences.held(conn)).fences.fences
        return fence.steady(at_s)[0]

    with psycopg.connect(people_url) as conn:
        conn.execute(
            "insert into fence (code, name, of_grid_id) select 'G', 'g', id from grid"
            " where code = %s",
            [f"{EAST}101"],
        )
    assert (await is_on(ends_s - 1), await is_on(ends_s)) == (True, True)
    with psycopg.connect(people_url) as conn:
        conn.execute("update grid set valid_to = %s where code = %s", [ends, f"{EAST}101"])
    assert (await is_on(ends_s - 1), await is_on(ends_s)) == (True, False)
    with psycopg.connect(people_url) as conn:
        conn.execute("update grid set valid_to = null where code = %s", [f"{EAST}101"])
    assert await is_on(ends_s)


async def test_whom_it_watches_follows_the_tree(people_url: str, pool: Pool) -> None:
    """Who is employed in an area that came under its own later is watched, too."""
    keeper = CrossingKeeper(pool, KnownFences())
    with psycopg.connect(people_url) as conn:
        conn.execute(
            "insert into area (id, code, name, level) values (98, '440198000000', '区', 'district')"
        )
    add_fence(people_url, "F1", 100, 300, for_area_id=98)
    put(people_url, [Walked(2, 0, 0), Walked(2, 60, 200)])
    await keeper.keep()
    assert short(people_url) == []
    with psycopg.connect(people_url) as conn:
        conn.execute("update area set parent_id = 98 where id = 3")
    put(people_url, [Walked(2, 120, 0)])
    await keeper.keep()
    assert [each[:3] for each in short(people_url)] == [("W2", "F1", "exit")]


async def test_only_those_are_told_of_whom_it_watches(people_url: str, pool: Pool) -> None:
    add_fence(people_url, "ALL", 100, 300)
    add_fence(people_url, "W1", 100, 300, for_workers=[1])
    add_fence(people_url, "WEST", 100, 300, for_area_id=3)
    add_fence(people_url, "DISTRICT", 100, 300, for_area_id=1)
    put(people_url, [Walked(worker, after_s, 200) for worker in (1, 2) for after_s in (0, 60)])
    await CrossingKeeper(pool, KnownFences()).keep()
    assert {each[:2] for each in short(people_url)} == {
        ("W1", "ALL"),
        ("W1", "W1"),
        ("W2", "ALL"),
        ("W2", "WEST"),
        ("W1", "DISTRICT"),
        ("W2", "DISTRICT"),
    }


async def test_it_counts_in_its_hours_alone(people_url: str, pool: Pool) -> None:
    """It begins to count at nine, ten minutes after MORNING, while he is inside."""
    weekday = MORNING.isoweekday()
    windows = f'[{{"weekdays": [{weekday}], "from": "09:00", "to": "10:00"}}]'
    add_fence(people_url, "F1", 100, 300, windows=windows)
    put(people_url, [Walked(1, 100.0 * n, 200) for n in range(60)])
    await CrossingKeeper(pool, KnownFences()).keep()
    assert short(people_url) == [("W1", "F1", "enter", 600), ("W1", "F1", "exit", 4_200)]


async def test_keepers_that_are_killed_tell_each_crossing_once(people_url: str, pool: Pool) -> None:
    """Two processes at a time, each killed at any moment while fixes come."""
    add_fence(people_url, "F1", 100, 300)
    chance = random.Random(5)  # noqa: S311 - no secret
    fixes = [
        Walked(worker, 30.0 * n, chance.choice([0.0, 200.0, 400.0]))
        for n in range(200)
        for worker in (1, 2)
    ]
    late = chance.sample(fixes, len(fixes))

    async def keeping() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", KEEPING, people_url]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: ASYNC220
        assert process.stdout
        await asyncio.to_thread(process.stdout.readline)
        return process

    killed = 0
    processes = [await keeping(), await keeping()]
    while late:
        put(people_url, late[:10])
        late = late[10:]
        await asyncio.sleep(chance.random() * 0.05)
        if len(late) % 50 == 0 and late:
            victim = processes.pop(0)
            end(victim)
            killed += 1
            processes.append(await keeping())
    for process in processes:
        end(process)
    assert killed >= 5
    await keep_all(people_url, pool)
    seen = told(people_url)
    with psycopg.connect(people_url) as conn:
        conn.execute("truncate position")
    assert told(people_url) == []
    put(people_url, fixes)
    await CrossingKeeper(pool, KnownFences()).keep()
    assert len(seen) > 100
    assert told(people_url) == seen


async def keep_all(url: str, pool: Pool) -> None:
    """Look until nothing is due: who was killed may have a connection for some moments yet."""
    keeper = CrossingKeeper(pool, KnownFences())
    async with asyncio.timeout(60):
        while True:
            await keeper.keep()
            with psycopg.connect(url) as conn:
                if conn.execute("select from crossing_due limit 1").rowcount == 0:
                    return
            await asyncio.sleep(0.05)


def end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.stdout
    process.stdout.close()
