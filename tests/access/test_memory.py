"""Rights kept in memory: what was taken away does not come back, whoever was waiting meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import LiteralString

import psycopg
import pytest

from gis_gov.access.actor import Actor
from gis_gov.access.memory import ActorMemory
from gis_gov.access.tokens import Shown, new_session_token, token_hash
from gis_gov.days import day_of, end_of, utc_now
from gis_gov.db.pool import Pool
from gis_gov.settings import Settings
from tests.relay import Relay

pytestmark = pytest.mark.anyio

TOKEN = "t"
SHOWN = Shown("session", token_hash(TOKEN))
PEOPLE: LiteralString = """
    insert into account (id, name) values (3, 'wang');
    insert into role_grant (account_id, role) values (3, 'commander');
"""
# The answers to the reading of grants, and to the touching of a session.
GRANTED, TOUCHED = b"commander", b"UPDATE 1"


class Clock:
    """A clock that a test sets, and that may go on with each look at it."""

    def __init__(self) -> None:
        self.at = utc_now()
        self.step = timedelta(0)

    def __call__(self) -> datetime:
        found = self.at
        self.at += self.step
        return found


class Ground:
    """Wang's session and key in a database, and what is remembered of them."""

    def __init__(self, url: str, pool: Pool, relay: Relay) -> None:
        self.relay = relay
        self.clock = Clock()
        self.session = 1
        # Whoever sets the clock to midnight has been idle for no longer than before.
        settings = Settings(session_idle_min=10_000)
        self.memory = ActorMemory(pool, lambda: self.session, settings, self.clock)
        self._url = url
        self.execute(PEOPLE)
        self.execute(
            "insert into session (account_id, token_hash, seen_at, ends_at) values"
            " (3, %(hash)s, now() - interval '2 minutes', now() + interval '9 days')",
        )
        self.execute(
            "insert into api_key (account_id, name, token_hash, expires_at) values"
            " (3, 'qgis', %(hash)s, now() + interval '9 days')",
        )
        self.execute("insert into role_grant (key_id, role) select id, 'commander' from api_key")

    def execute(self, statement: LiteralString, **values: object) -> None:
        """Change the database as its owner, past the relay."""
        with psycopg.connect(self._url) as conn:
            conn.execute(statement, {"hash": token_hash(TOKEN), **values})

    async def roles(self) -> set[str]:
        return roles_of(await self.memory.of_session(TOKEN))


def roles_of(actor: Actor | None) -> set[str]:
    assert actor
    return {grant.role for grant in actor.grants}


@pytest.fixture
async def ground(own_database_url: str) -> AsyncIterator[Ground]:
    relay = Relay(own_database_url)
    async with relay.running() as url, Pool(url, Settings()) as pool:
        yield Ground(own_database_url, pool, relay)


async def test_who_waits_to_touch_a_session_puts_back_no_right(ground: Ground) -> None:
    touch = ground.relay.hold(TOUCHED)
    waiting = asyncio.create_task(ground.roles())
    await touch.come.wait()
    ground.execute("delete from role_grant")
    await ground.memory.hear("account:3")
    assert await ground.roles() == set()
    touch.free.set()
    assert await waiting == {"commander"}
    assert await ground.roles() == set()
    assert roles_of(ground.memory.known(SHOWN)) == set()


async def test_a_read_that_was_overtaken_replaces_nothing(ground: Ground) -> None:
    read = ground.relay.hold(GRANTED)
    overtaken = asyncio.create_task(ground.roles())
    await read.come.wait()
    ground.execute("delete from role_grant")
    await ground.memory.hear("account:3")
    assert await ground.roles() == set()
    read.free.set()
    assert await overtaken == {"commander"}
    assert await ground.roles() == set()


async def test_one_of_many_at_once_touches_the_session(ground: Ground) -> None:
    await ground.roles()
    touched = ground.relay.count(TOUCHED)
    ground.clock.at += timedelta(minutes=2)
    touch = ground.relay.hold(TOUCHED)
    asking = [asyncio.create_task(ground.roles()) for _ in range(20)]
    await touch.come.wait()
    answered, waiting = await asyncio.wait(asking, timeout=0.2)
    assert (len(answered), len(waiting)) == (19, 1)
    touch.free.set()
    await asyncio.gather(*asking)
    assert ground.relay.count(TOUCHED) == touched + 1


# A key's grants are looked through twice, its maker's and its own.
@pytest.mark.parametrize(("kind", "before_us"), [("session", 1_000), ("key", 2_000)])
async def test_what_ends_at_midnight_does_not_stay_for_the_new_day(
    ground: Ground, kind: str, before_us: int
) -> None:
    ask = ground.memory.of_session if kind == "session" else ground.memory.of_key
    today = day_of(ground.clock.at)
    ground.execute("update role_grant set valid_to = %(today)s", today=today)
    ground.clock.at = end_of(today) - timedelta(microseconds=before_us)
    read = ground.relay.hold(GRANTED)
    asking = asyncio.create_task(ask(TOKEN))
    await read.come.wait()
    ground.clock.step = timedelta(milliseconds=1)
    read.free.set()
    assert roles_of(await asking) == {"commander"}
    ground.clock.at = end_of(today) + timedelta(minutes=1)
    assert roles_of(await ask(TOKEN)) == set()


async def test_what_was_known_before_an_outage_counts_no_more(ground: Ground) -> None:
    await ground.roles()
    ground.execute("delete from role_grant")
    ground.session = 2  # connected again; the announcement of that is not yet handed on
    assert ground.memory.known(SHOWN) is None
    assert await ground.roles() == set()


async def test_who_merely_looks_keeps_no_session_alive(own_database_url: str) -> None:
    """Nor in a process that hears of the session for the first time by a look."""
    token, now = new_session_token(), utc_now()
    with psycopg.connect(own_database_url, autocommit=True) as conn:
        conn.execute(
            "with wang as (insert into account (name, password_hash, password_set_at)"
            " values ('wang', 'x', now()) returning id)"
            " insert into session (token_hash, account_id, ends_at, seen_at)"
            " select %s, id, %s, %s from wang",
            [token_hash(token), now + timedelta(hours=10), now],
        )
    clock = [now + timedelta(minutes=29)]
    async with Pool(own_database_url, Settings()) as pool:
        memory = ActorMemory(pool, lambda: 1, Settings(), lambda: clock[0])
        shown = Shown("session", token_hash(token))
        standing = await memory.look(shown)
        assert standing is not None
        assert standing.until == now + timedelta(minutes=30)
        clock[0] = now + timedelta(minutes=31)
        assert await memory.look(shown) is None
        assert await memory.of_session(token) is None
