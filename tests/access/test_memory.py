"""Rights kept in memory: what was taken away does not come back, whoever was waiting meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest

from gis_gov.access import memory
from gis_gov.access.actor import Actor
from gis_gov.access.grants import Grant
from gis_gov.access.memory import ActorMemory
from gis_gov.access.queries import KeyRow, SessionRow
from gis_gov.access.tokens import Shown, token_hash
from gis_gov.days import LOCAL, end_of
from gis_gov.db.pool import Pool
from gis_gov.settings import Settings

pytestmark = pytest.mark.anyio

TOKEN = "t"
SHOWN = Shown("session", token_hash(TOKEN))
TODAY = date(2026, 11, 26)


class Clock(datetime):
    """A clock that a test sets."""

    at = datetime(2026, 11, 26, 12, tzinfo=LOCAL)

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return cls.at.astimezone(tz)


def opened() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


class Ground:
    """What the database holds, and whoever is made to wait for it."""

    def __init__(self) -> None:
        self.grants = [Grant("commander")]
        self.session = 1
        self.touches = 0
        self.reads = 0
        self.reading = asyncio.Event()
        self.may_read = self.may_touch = opened()
        self.memory = ActorMemory(cast("Pool", self), lambda: self.session, Settings())

    @asynccontextmanager
    async def connection(self, _scope: object) -> AsyncIterator[None]:
        yield None

    async def read_session(self, _conn: object, _hash: bytes) -> SessionRow:
        seen_at = Clock.now(UTC) - timedelta(minutes=2)
        ends_at = Clock.now(UTC) + timedelta(hours=12)
        return SessionRow(7, seen_at, ends_at, "password", 3, "wang", None, False, None)

    async def read_key(self, _conn: object, _hash: bytes) -> KeyRow:
        return KeyRow(5, "qgis", Clock.now(UTC) + timedelta(days=9), 3)

    async def read_grants(self, _conn: object, **_of: int) -> list[Grant]:
        self.reads += 1
        found = list(self.grants)
        gate = self.may_read
        self.reading.set()
        await gate.wait()
        return found

    async def touch_session(self, _conn: object, _session_id: int) -> None:
        self.touches += 1
        gate = self.may_touch
        await gate.wait()

    async def roles(self) -> set[str]:
        return roles_of(await self.memory.of_session(TOKEN))


def roles_of(actor: Actor | None) -> set[str]:
    assert actor
    return {grant.role for grant in actor.grants}


@pytest.fixture
def ground(monkeypatch: pytest.MonkeyPatch) -> Ground:
    made = Ground()
    for name in ("read_session", "read_key", "read_grants", "touch_session"):
        monkeypatch.setattr(memory.queries, name, getattr(made, name))
    monkeypatch.setattr(memory, "datetime", Clock)
    monkeypatch.setattr(Clock, "at", Clock.at)
    return made


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_waits_to_touch_a_session_puts_back_no_right(ground: Ground) -> None:
    ground.may_touch = touch = asyncio.Event()
    waiting = asyncio.create_task(ground.roles())
    await turns()
    ground.may_touch = opened()
    ground.grants = []
    await ground.memory.hear("account:3")
    assert await ground.roles() == set()
    touch.set()
    await waiting
    assert await ground.roles() == set()
    assert roles_of(ground.memory.known(SHOWN)) == set()


async def test_a_read_that_was_overtaken_replaces_nothing(ground: Ground) -> None:
    ground.may_read = read = asyncio.Event()
    overtaken = asyncio.create_task(ground.roles())
    await ground.reading.wait()
    ground.may_read = opened()
    ground.grants = []
    await ground.memory.hear("account:3")
    assert await ground.roles() == set()
    read.set()
    assert await overtaken == {"commander"}
    assert await ground.roles() == set()


async def test_one_of_many_at_once_touches_the_session(ground: Ground) -> None:
    await ground.roles()
    touched = ground.touches
    Clock.at += timedelta(minutes=2)
    ground.may_touch = asyncio.Event()
    asking = [asyncio.create_task(ground.roles()) for _ in range(20)]
    await turns()
    assert ground.touches == touched + 1
    ground.may_touch.set()
    await asyncio.gather(*asking)


# A key's grants are looked through twice, its maker's and its own.
@pytest.mark.parametrize(("kind", "before_us"), [("session", 1_000), ("key", 2_000)])
async def test_what_ends_at_midnight_does_not_stay_for_the_new_day(
    ground: Ground, kind: str, before_us: int
) -> None:
    ask = ground.memory.of_session if kind == "session" else ground.memory.of_key
    ground.grants = [Grant("commander", valid_to=TODAY)]
    Clock.at = end_of(TODAY) - timedelta(microseconds=before_us)
    ground.may_read = asyncio.Event()
    asking = asyncio.create_task(ask(TOKEN))
    await ground.reading.wait()

    class Ticking(Clock):
        """Each look at it is a millisecond later."""

        @classmethod
        def now(cls, tz: Any = None) -> Any:
            found = Clock.at.astimezone(tz)
            Clock.at += timedelta(milliseconds=1)
            return found

    memory.datetime = Ticking  # type: ignore[misc]
    ground.may_read.set()
    await asking
    Clock.at = end_of(TODAY) + timedelta(minutes=1)
    assert roles_of(await ask(TOKEN)) == set()


async def test_what_was_known_before_an_outage_counts_no_more(ground: Ground) -> None:
    await ground.roles()
    ground.grants = []
    ground.session = 2  # connected again; the announcement of that is not yet handed on
    assert ground.memory.known(SHOWN) is None
    assert await ground.roles() == set()
