"""It makes no difference when and in which order fixes, patrols and rules come."""

import random
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg import sql

from gis_gov.access.actor import Actor
from gis_gov.access.grants import Grant
from gis_gov.days import end_of, start_of
from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.duties.duty_keeper import DutyKeeper
from gis_gov.duties.judging_queries import read_wanted
from gis_gov.patrols.patrol_keeper import PatrolKeeper
from gis_gov.settings import Settings
from tests.duties.conftest import days_ago, patrol, river, rule, task_on, tasks, tell, walk, walked
from tests.registry.conftest import EAST
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

RIVER: dict[str, Any] = {
    "code": "river",
    "area": EAST,
    "object": {"kind": "route", "geometry": river(1200)},
    "patrol_kind": "river",
    "cadence": "week",
    "per_period": 2,
    "min_metres": 1000,
    "min_coverage": 0.9,
    "min_interval_h": 20,
    "only_near": True,
}
ALONG = [(0.0, 0.0), (1200.0, 0.0)]
PASSING = {"version", "judged_at", "task"}


async def test_any_order_and_any_batching_give_the_same(signed_in: Client, people_url: str) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    made = await rule(commander, **RIVER)
    walks = [walk(days_ago(days), ALONG, seed=days) for days in (4, 3, 2, 1)]
    walks[1] = walks[1][: len(walks[1]) // 2]
    codes = [await patrol(gateway, "river", fixes) for fixes in walks]
    seen = []
    for seed in range(3):
        chance = random.Random(seed)  # noqa: S311 - no secret
        fixes = [fix for each in walks for fix in each]
        shuffled = chance.sample(fixes, len(fixes)) if seed else fixes
        while shuffled:
            size = chance.randint(20, 150)
            await tell(gateway, shuffled[:size])
            shuffled = shuffled[size:]
            if chance.random() < 0.4:
                await tasks(commander, worker="W1")
        told = {
            (each["begins_on"], each["number"]): (each["state"], each["patrol"])
            for each in await tasks(commander, worker="W1")
        }
        judged = list[Any]()
        for code in codes:
            answer = await commander.get(f"/patrols/{code}/judgements")
            judged += [
                {name: value for name, value in each.items() if name not in PASSING}
                for each in answer.json()["judgements"]
            ]
        seen.append((told, judged))
        with psycopg.connect(people_url) as conn:
            conn.execute("delete from position")
        left = await tasks(commander, worker="W1", state="done")
        assert left == []
    assert made["version"] == 1
    assert {state for state, _ in seen[0][0].values()} >= {"done"}
    assert [each["is_enough"] for each in seen[0][1]] == [True, False, True, True]
    assert seen[1:] == seen[:1] * 2


async def test_patrols_that_were_there_before_the_rule_count(signed_in: Client) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    code = await walked(gateway, "river", walk(days_ago(1), ALONG))
    assert (await commander.get(f"/patrols/{code}/judgements")).json()["judgements"] == []
    await rule(commander, **RIVER)
    task = await task_on(commander, days_ago(1).date(), worker="W1", state="done")
    assert task["patrol"] == code


async def test_the_keeper_judges_what_nobody_asks_for(signed_in: Client, people_url: str) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await rule(commander, **RIVER)
    await walked(gateway, "river", walk(days_ago(1), ALONG))
    with psycopg.connect(people_url) as conn:
        conn.execute("insert into judgement_due (worker_id, day) values (99, '2026-01-01')")
    async with Pool(people_url, Settings()) as pool:
        await PatrolKeeper(pool, 0).keep()
        keeper = DutyKeeper(pool)
        await keeper.keep()
        assert await keeper.keep() == 0
    with psycopg.connect(people_url) as conn:
        assert conn.execute("select from judgement_due").rowcount == 0
        done = conn.execute("select from patrol_task where patrol_id is not null").rowcount
    assert done == 1


async def test_what_can_t_be_judged_holds_up_nobody(signed_in: Client, people_url: str) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await rule(commander, **RIVER | {"workers": ["W1", "W2"]})
    for worker in ("W1", "W2"):
        await walked(gateway, "river", walk(days_ago(1), ALONG), worker)
    async with Pool(people_url, Settings()) as pool:
        await PatrolKeeper(pool, 0).keep()
        with psycopg.connect(people_url) as conn:
            conn.execute("delete from patrol_judgement")
            # A row that judging can't write.
            (number,) = conn.execute("select id from patrol where worker_id = 1").fetchone() or (0,)
            conn.execute(
                sql.SQL(
                    "alter table patrol_judgement add constraint unlucky check (patrol_id <> {})"
                ).format(sql.Literal(number))
            )
            conn.execute(
                "insert into judgement_due (worker_id, day) select worker_id, day from patrol"
            )
        await DutyKeeper(pool).keep()
        with psycopg.connect(people_url) as conn:
            left = conn.execute("select distinct worker_id from judgement_due").fetchall()
            judged = conn.execute(
                "select distinct p.worker_id from patrol_judgement as j"
                " inner join patrol as p on p.id = j.patrol_id"
            ).fetchall()
    assert (left, judged) == ([(1,)], [(2,)])


async def test_judgements_outlast_the_fixes(signed_in: Client, people_url: str) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await rule(commander, **RIVER)
    code = await walked(gateway, "river", walk(days_ago(1), ALONG))
    before = (await commander.get(f"/patrols/{code}/judgements")).json()
    with psycopg.connect(people_url) as conn:
        conn.execute("select drop_positions_of(%s)", [days_ago(1).date()])
        conn.execute("insert into judgement_due (worker_id, day) select worker_id, day from patrol")
    after = (await commander.get(f"/patrols/{code}/judgements")).json()
    assert after == before
    assert before["judgements"][0]["is_enough"]


async def test_a_patrol_over_midnight_is_not_judged_by_the_half_that_is_kept(
    signed_in: Client, people_url: str
) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await rule(commander, **RIVER)
    code = await walked(gateway, "river", walk(days_ago(2, 23) + timedelta(minutes=52), ALONG))
    before = (await commander.get(f"/patrols/{code}/judgements")).json()
    assert before["judgements"][0]["is_enough"]
    with psycopg.connect(people_url) as conn:
        conn.execute("select drop_positions_of(%s)", [days_ago(2).date()])
        (left,) = conn.execute("select count(*) from position").fetchone() or (0,)
        conn.execute("insert into judgement_due (worker_id, day) select worker_id, day from patrol")
    after = (await commander.get(f"/patrols/{code}/judgements")).json()
    assert (after, left > 0) == (before, True)
    # Not because no rule is left that it may be for, either.
    with psycopg.connect(people_url) as conn:
        conn.execute("delete from patrol_task where patrol_id is null")
        conn.execute("update patrol_task set due_at = begins_at + interval '1 s'")
        conn.execute("insert into judgement_due (worker_id, day) select worker_id, day from patrol")
    (kept,) = (await commander.get(f"/patrols/{code}/judgements")).json()["judgements"]
    assert kept["is_enough"]


async def test_whose_tasks_are_judged_is_told_to_the_server_alone(
    signed_in: Client, people_url: str
) -> None:
    commander = await signed_in("commander")
    await rule(commander, **RIVER)
    day = days_ago(1).date()
    asked = {"worker_id": 1, "day": day, "since": start_of(day), "until": end_of(day)}
    supervisor = Actor("east", (Grant("supervisor", areas=frozenset({2}), path="/x"),))
    async with Pool(people_url, Settings()) as pool:
        for scope, number in ((SYSTEM, 1), (supervisor.scope, 0)):
            async with pool.connection(scope) as conn:
                assert len(await read_wanted(conn, **asked)) == number
