"""Several lock the same tasks, crosswise: what is given up is done anew, and what can wait does."""

import asyncio
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.duties.task_making import make_tasks
from gis_gov.settings import Settings
from tests.duties.conftest import days_ago, judged, rule, tasks, walk, walked
from tests.patrols.test_crosswise import until_somebody_waits
from tests.registry.conftest import EAST
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

DAILY: dict[str, Any] = {
    "code": "daily",
    "area": EAST,
    "object": {"kind": "area"},
    "cadence": "day",
    "is_own": False,
}
ALONG = [(0.0, 0.0), (600.0, 0.0)]


@pytest.fixture
def other(people_url: str) -> Iterator[psycopg.Connection[Any]]:
    """Somebody who has the same rows, and whom PostgreSQL lets wait longer than anybody else."""
    with psycopg.connect(people_url, options="-c deadlock_timeout=60s") as conn:
        yield conn


async def test_what_was_given_up_as_a_shared_line_is_matched_is_judged_anew(
    signed_in: Client, people_url: str, other: psycopg.Connection[Any]
) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await rule(commander, **DAILY)
    code = await walked(gateway, "patrol", walk(days_ago(1), ALONG))
    before = await judged(commander, code)
    with psycopg.connect(people_url) as conn:
        conn.execute("insert into judgement_due (worker_id, day) select worker_id, day from patrol")
    # As who judges another one's patrols: first the tasks, then what all were judged by.
    other.execute("select from patrol_task order by id for update")
    asking = asyncio.create_task(judged(commander, code))
    await until_somebody_waits(people_url)
    await asyncio.to_thread(
        other.execute, "update patrol_judgement set judged_at = judged_at, task_reasons = '[]'"
    )
    other.commit()
    assert await asking == before
    with psycopg.connect(people_url) as conn:
        assert conn.execute("select from judgement_due").rowcount == 0


async def test_who_excuses_a_task_waits_for_the_line_and_holds_none_of_it(
    signed_in: Client, people_url: str, other: psycopg.Connection[Any]
) -> None:
    commander = await signed_in("commander")
    await rule(commander, **DAILY, per_period=2)
    first, second = (await tasks(commander, state="open"))[:2]
    assert first["begins_on"] == second["begins_on"]
    low, high = sorted((first["id"], second["id"]))
    other.execute("select from patrol_task where id = %s for update", [low])
    excusing = asyncio.create_task(
        commander.post(f"/tasks/{high}/excuse", json={"reason": "汛期封路"})
    )
    await until_somebody_waits(people_url)
    found = other.execute("select from patrol_task where id = %s for update nowait", [high])
    assert found.rowcount == 1
    other.commit()
    answer = await excusing
    assert (answer.status_code, answer.json()["state"]) == (200, "excused")
    with psycopg.connect(people_url) as conn:
        told = conn.execute(
            "select object_code, reason from audit where action = 'task.excuse'"
        ).fetchall()
    # Why is told of the task alone.
    assert told == [(str(high), None)]


async def test_tasks_that_are_there_are_left_alone(
    signed_in: Client, people_url: str, other: psycopg.Connection[Any]
) -> None:
    commander = await signed_in("commander")
    await rule(commander, **DAILY)
    await rule(commander, **{**DAILY, "code": "own", "is_own": True})
    other.execute("select from patrol_task for update")
    async with Pool(people_url, Settings()) as pool, pool.connection(SYSTEM) as conn:
        await conn.execute("set lock_timeout = '2s'")
        assert await make_tasks(conn) == 0
    other.execute("delete from patrol_task where due_at > now()")
    other.commit()
    async with Pool(people_url, Settings()) as pool, pool.connection(SYSTEM) as conn:
        assert await make_tasks(conn) == 4
