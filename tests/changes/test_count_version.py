"""The version of what is counted grows with each commit, and when it is unknown what came."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from gis_gov.changes.count_version import CountVersion
from gis_gov.db.pool import Pool
from gis_gov.settings import Settings
from tests.changes.pruning import wait_until_all_saw

pytestmark = pytest.mark.anyio

WRITE = "insert into change (kind) values ('event')"


class Session:
    """The number of the connection on which the database is heard."""

    def __init__(self) -> None:
        self.number = 1

    def __call__(self) -> int:
        return self.number


@pytest.fixture
async def pool(own_database_url: str) -> AsyncIterator[Pool]:
    async with Pool(own_database_url, Settings()) as opened:
        yield opened


def write(url: str, statement: Any) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement)


async def test_it_grows_with_the_kinds_that_are_written_and_no_others(
    own_database_url: str, pool: Pool
) -> None:
    data = CountVersion(pool, Session())
    first, other = await data.now({"event", "area"}), await data.now({"person"})
    assert await data.now({"event", "area"}) == first
    for _ in range(3):
        write(own_database_url, WRITE)
        last, first = first, await data.now({"event", "area"})
        assert first > last
        assert await data.now({"event"}) == first
    assert await data.now({"person"}) == other


async def test_a_transaction_counts_as_it_commits_not_as_it_writes(
    own_database_url: str, pool: Pool
) -> None:
    data = CountVersion(pool, Session())
    with psycopg.connect(own_database_url) as slow, psycopg.connect(own_database_url) as undone:
        slow.execute(WRITE)
        undone.execute(WRITE)
        first = await data.now({"event"})
        write(own_database_url, "insert into change (kind) values ('person')")
        assert await data.now({"event"}) == first
        slow.commit()
        second = await data.now({"event"})
        assert second > first
        undone.rollback()
    assert await data.now({"event"}) == second


async def test_who_asks_together_sees_what_was_committed_before(
    own_database_url: str, pool: Pool
) -> None:
    data = CountVersion(pool, Session())
    seen = {await data.now({"event"})}
    for _ in range(20):
        asked_before = [asyncio.create_task(data.now({"event"})) for _ in range(5)]
        await asyncio.sleep(0)
        write(own_database_url, WRITE)
        after = await asyncio.gather(*(data.now({"event"}) for _ in range(5)))
        assert not seen & set(after)
        seen |= set(after) | set(await asyncio.gather(*asked_before))


async def test_of_another_session_or_of_none_nothing_is_taken_as_the_same(pool: Pool) -> None:
    session = Session()
    data = CountVersion(pool, session)
    first = await data.now({"event"})
    session.number = 2
    second = await data.now({"event"})
    assert second > first
    assert await data.now({"event"}) == second
    session.number = 0
    third = await data.now({"event"})
    assert second < third < await data.now({"event"})


async def test_where_changes_were_dropped_unread_everything_may_have_changed(
    own_database_url: str, pool: Pool
) -> None:
    data = CountVersion(pool, Session())
    first = await data.now({"person"})
    write(own_database_url, WRITE)
    write(own_database_url, "update change set made_at = made_at - interval '2 days'")
    wait_until_all_saw(own_database_url)
    with psycopg.connect(own_database_url) as connection:
        dropped = connection.execute("select prune_changes(24)").fetchone()
    assert dropped == (1,)
    second = await data.now({"person"})
    assert second > first
    assert await data.now({"person"}) == second
