"""A connection is given out sound, the one in use last first, and asked only when idle for long."""

import time
from collections.abc import AsyncIterator

import psycopg
import pytest
from psycopg import errors

from gis_gov.db.pool import ASKED_AFTER_S, Pool, ScopedConnection
from gis_gov.db.scope import NOTHING
from gis_gov.settings import Settings

ENDED = "select pg_terminate_backend(%s, 5000)"


@pytest.fixture
async def pool(own_database_url: str) -> AsyncIterator[Pool]:
    async with Pool(own_database_url, Settings(pool_min=1, pool_max=1)) as opened:
        yield opened


async def _said_last(url: str, pool: Pool, *, idle_s: float) -> str:
    """Use the connection, let it seem idle for so long, and tell what it was asked since."""
    async with pool.connection(NOTHING) as conn:
        pid = conn.info.backend_pid
        await conn.execute("select 'mine'")
    assert isinstance(conn, ScopedConnection)
    conn.used_at = time.monotonic() - idle_s
    async with pool.connection(NOTHING) as conn:
        assert conn.info.backend_pid == pid
        with psycopg.connect(url) as other:
            found = other.execute("select query from pg_stat_activity where pid = %s", [pid])
            ((query,),) = found.fetchall()
    return query


async def test_one_that_was_just_used_is_not_asked(own_database_url: str, pool: Pool) -> None:
    assert await _said_last(own_database_url, pool, idle_s=0) == "select 'mine'"


async def test_one_that_was_idle_is_asked(own_database_url: str, pool: Pool) -> None:
    assert await _said_last(own_database_url, pool, idle_s=ASKED_AFTER_S) == ""


async def test_one_that_was_ended_a_moment_ago_is_not_given_out(
    own_database_url: str, pool: Pool
) -> None:
    for _ in range(3):
        async with pool.connection(NOTHING) as conn:
            pid = conn.info.backend_pid
        with psycopg.connect(own_database_url) as other:
            assert other.execute(ENDED, [pid]).fetchone() == (True,)
        async with pool.connection(NOTHING) as conn:
            assert conn.info.backend_pid != pid
            assert await (await conn.execute("select 1")).fetchone() == (1,)


async def test_the_one_in_use_last_is_given_out_first(own_database_url: str) -> None:
    async with Pool(own_database_url, Settings(pool_min=3, pool_max=3)) as opened:
        async with opened.connection(NOTHING) as one, opened.connection(NOTHING) as other:
            assert one.info.backend_pid != other.info.backend_pid
        # The inner one came back first.
        for _ in range(5):
            async with opened.connection(NOTHING) as again:
                assert again is one
                async with opened.connection(NOTHING) as inner:
                    assert inner is other


async def stand_still(pool: Pool, other: Pool) -> None:
    """Hold a lock that another one waits for, and ask for no more until it has it."""
    async with pool.connection(NOTHING) as conn, conn.transaction():
        await conn.execute("select pg_advisory_xact_lock(1)")
        async with other.connection(NOTHING) as waiting, waiting.transaction():
            await waiting.execute("select pg_advisory_xact_lock(1)")
        await conn.execute("select")


async def test_who_stands_still_in_a_transaction_holds_up_others_for_a_while_only(
    own_database_url: str,
) -> None:
    settings = Settings(idle_transaction_s=0.3)
    async with Pool(own_database_url, settings) as still, Pool(own_database_url, settings) as other:
        with pytest.raises(errors.IdleInTransactionSessionTimeout):
            await stand_still(still, other)
        # The connection that was ended is not given out again.
        async with still.connection(NOTHING) as conn:
            await conn.execute("select")
