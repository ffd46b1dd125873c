"""Positions are taken in while a worker's day is judged: both lock the same rows, crosswise."""

import asyncio
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI

from tests.patrols.test_patrols import MORNING, listed, tell, walk
from tests.signed_in import Client
from tests.waiting import until

pytestmark = pytest.mark.anyio

WAITING = """
    select from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and pid <> pg_backend_pid()
"""


@pytest.fixture
def other(people_url: str) -> Iterator[psycopg.Connection[Any]]:
    """Somebody who has the same rows, and whom PostgreSQL lets wait longer than anybody else."""
    with psycopg.connect(people_url, options="-c deadlock_timeout=60s") as conn:
        yield conn


async def until_somebody_waits(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as conn:
        await until(lambda: conn.execute(WAITING).rowcount > 0)


async def test_what_was_given_up_as_it_is_taken_in_is_written_anew(
    signed_in: Client, people_url: str, other: psycopg.Connection[Any]
) -> None:
    client = await signed_in("gateway")
    known, *others = walk(MORNING, 200)
    await tell(client, [known, *others[:-1]])
    # As the day is judged: first a fix, then where the worker is.
    other.execute("select from position where time = %s for update", [MORNING])
    better = {**known, "accuracy_m": 1.0}
    telling = asyncio.create_task(tell(client, [better, others[-1]]))
    await until_somebody_waits(people_url)
    await asyncio.to_thread(other.execute, "update last_position set accuracy_m = 7")
    other.commit()
    await telling
    with psycopg.connect(people_url) as conn:
        found = conn.execute("select count(*), min(accuracy_m) from position").fetchone()
    assert found == (len(others) + 1, 1.0)


async def test_what_was_given_up_as_a_day_is_judged_is_judged_anew(
    signed_in: Client, running: FastAPI, people_url: str, other: psycopg.Connection[Any]
) -> None:
    client, commander = await signed_in("gateway"), await signed_in("commander")
    fixes = walk(MORNING, 500)
    fixes[7] = {**fixes[7], "lon": 114.9}  # a leap, which only its neighbours tell
    await tell(client, fixes)
    # As positions are taken in: first where the worker is, then a fix.
    other.execute("update last_position set accuracy_m = 7")
    asking = asyncio.create_task(listed(commander, worker="W1"))
    await until_somebody_waits(people_url)
    await asyncio.to_thread(
        other.execute, "update position set accuracy_m = 5 where time = %s", [fixes[7]["time"]]
    )
    other.commit()
    (patrol,) = await asking
    assert (patrol["fixes"], patrol["rejected"]) == (len(fixes) - 1, 1)
