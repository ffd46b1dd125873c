"""Announcements: handed on at once, never lost with a connection, never in each other's way."""

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection, conninfo, sql
from structlog.testing import capture_logs

from gis_gov.app import create_app
from gis_gov.cancellation import end
from gis_gov.db.notify import Handler, Listener
from gis_gov.settings import Settings
from tests.waiting import until

pytestmark = pytest.mark.anyio

WITHIN_S = 10.0


class Heard(list[str]):
    async def __call__(self, payload: str) -> None:
        self.append(payload)


@asynccontextmanager
async def listening(url: str, **handlers: Handler) -> AsyncIterator[Listener]:
    listener = Listener(url)
    for channel, handler in handlers.items():
        listener.on(channel, handler)
    task = asyncio.create_task(listener.run())
    try:
        await asyncio.wait_for(listener.connected.wait(), WITHIN_S)
        yield listener
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture
async def speaker(own_database_url: str) -> AsyncIterator[AsyncConnection[Any]]:
    async with await AsyncConnection.connect(own_database_url, autocommit=True) as conn:
        yield conn


async def test_each_connection_is_announced_once_with_nothing(own_database_url: str) -> None:
    heard = Heard()
    async with listening(own_database_url, boundaries=heard):
        await until(lambda: len(heard) > 0)
        await asyncio.sleep(0.1)
    assert heard == [""]


async def test_payloads_come_to_their_channel(
    own_database_url: str, speaker: AsyncConnection[Any]
) -> None:
    boundaries, cells = Heard(), Heard()
    async with listening(own_database_url, boundaries=boundaries, cell_missing=cells):
        await until(lambda: bool(boundaries and cells))
        await speaker.execute("notify boundaries, 'grid'; notify cell_missing, 'event'")
        await until(lambda: len(boundaries) > 1 and len(cells) > 1)
    assert (boundaries, cells) == (["", "grid"], ["", "event"])


async def test_a_busy_handler_gets_each_payload_once_afterwards(
    own_database_url: str, speaker: AsyncConnection[Any]
) -> None:
    heard, free = Heard(), asyncio.Event()

    async def busy(payload: str) -> None:
        await heard(payload)
        await free.wait()

    others = Heard()
    async with listening(own_database_url, cell_missing=busy, boundaries=others):
        await until(lambda: bool(heard and others))
        for _ in range(3):
            for table in ("event", "address"):
                await speaker.execute("select pg_notify('cell_missing', %s)", [table])
        await speaker.execute("notify boundaries, 'grid'")
        # The busy channel holds up no other.
        await until(lambda: others == ["", "grid"])
        assert heard == [""]
        free.set()
        await until(lambda: len(heard) == 3)
    assert heard == ["", "event", "address"]


async def test_after_a_broken_connection_everything_may_have_changed(
    own_database_url: str, speaker: AsyncConnection[Any]
) -> None:
    heard = Heard()
    async with listening(own_database_url, boundaries=heard) as listener:
        await until(lambda: len(heard) == 1)
        assert listener.session() == 1
        await speaker.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'gis_gov listener' and datname = current_database()"
        )
        await until(lambda: listener.session() == 2)
        await until(lambda: len(heard) == 2)
    assert heard == ["", ""]
    assert listener.session() == 0


@pytest.fixture
async def stranger(speaker: AsyncConnection[Any]) -> AsyncIterator[str]:
    """Make a role that may log in, but not work under the application's role."""
    name = f"stranger_{secrets.token_hex(4)}"
    create = sql.SQL("create role {} login password {}")
    await speaker.execute(create.format(sql.Identifier(name), name))
    yield name
    await speaker.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


async def test_an_error_of_any_kind_is_logged_and_tried_again(
    own_database_url: str, speaker: AsyncConnection[Any], stranger: str
) -> None:
    heard = Heard()
    listener = Listener(conninfo.make_conninfo(own_database_url, user=stranger, password=stranger))
    listener.on("boundaries", heard)
    with capture_logs() as logged:
        listening = asyncio.create_task(listener.run())
        await until(lambda: len(logged) > 0)
        assert (listener.session(), heard) == (0, [])
        await speaker.execute(sql.SQL("grant gis_gov_app to {}").format(sql.Identifier(stranger)))
        await until(lambda: heard == [""])
        assert listener.session() == 1
        await end(listening)
    assert {entry["error"] for entry in logged} == {"InsufficientPrivilege"}


async def test_a_silent_end_of_the_connection_is_noticed_within_half_a_minute(
    own_database_url: str,
) -> None:
    host = {"host": "127.0.0.1", "keepalives_count": "2"}
    conn = await Listener(conninfo.make_conninfo(own_database_url, **host))._connect()
    with socket.socket(fileno=os.dup(conn.fileno())) as shared:
        assert shared.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        idle, interval, count, unanswered_ms = (
            shared.getsockopt(socket.IPPROTO_TCP, option)
            for option in (
                socket.TCP_KEEPIDLE,
                socket.TCP_KEEPINTVL,
                socket.TCP_KEEPCNT,
                socket.TCP_USER_TIMEOUT,
            )
        )
    await conn.close()
    assert count == 2  # what the URL says goes before
    assert idle + interval * 3 <= 30
    assert 0 < unanswered_ms <= 30_000


async def test_a_handler_that_lacks_the_database_tries_again(own_database_url: str) -> None:
    tries = Heard()

    async def failing(payload: str) -> None:
        await tries(payload)
        if len(tries) == 1:
            raise psycopg.OperationalError("gone for a moment")

    async with listening(own_database_url, boundaries=failing):
        await until(lambda: len(tries) == 2)


async def test_a_handler_that_breaks_is_called_again_for_the_next(
    own_database_url: str, speaker: AsyncConnection[Any]
) -> None:
    tries = Heard()

    async def broken(payload: str) -> None:
        await tries(payload)
        raise ValueError(payload)

    async with listening(own_database_url, boundaries=broken):
        await until(lambda: len(tries) == 1)
        await speaker.execute("notify boundaries, 'grid'")
        await until(lambda: tries == ["", "grid"])


async def test_the_application_ends_at_any_moment_and_leaves_no_socket(
    own_database_url: str,
) -> None:
    async def start_and_stop(after_s: float) -> None:
        app = create_app(Settings().with_database(own_database_url))
        async with app.router.lifespan_context(app):
            await asyncio.sleep(after_s)

    await start_and_stop(0.2)
    before = open_sockets()
    for step in range(60):
        await asyncio.wait_for(start_and_stop(step % 30 / 1000), WITHIN_S)
        assert open_sockets() <= before


def open_sockets() -> int:
    found = 0
    for descriptor in Path(f"/proc/{os.getpid()}/fd").iterdir():
        with suppress(OSError):
            found += "socket:" in str(descriptor.readlink())
    return found
