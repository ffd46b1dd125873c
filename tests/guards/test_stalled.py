"""A client that takes no more of a streamed answer is given up; a slow one is not."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import closing, suppress

import psycopg
import pytest
from starlette.responses import StreamingResponse
from starlette.types import Message, Scope

from gis_gov.guards.leaving import FollowClient
from gis_gov.guards.stalled import EndStalled
from tests.cli.conftest import port, start  # noqa: F401 - fixtures
from tests.cli.process import Up
from tests.signed_in import make_key

SCOPE: Scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}}
PIECES = 5


class Reader:
    """A client that takes each piece after a while, or only the first and no more."""

    def __init__(self, wait_s: float | None) -> None:
        self.got: list[Message] = []
        self._wait_s = wait_s

    async def receive(self) -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(self, message: Message) -> None:
        if message.get("body") and self.got[-1].get("body") and self._wait_s is None:
            await asyncio.Event().wait()
        await asyncio.sleep(self._wait_s or 0)
        self.got.append(message)

    async def ask(self, *, follow: bool) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(PIECES):
                yield b"piece"

        answer = StreamingResponse(pieces())
        app = FollowClient(answer, limit_s=60) if follow else answer
        async with asyncio.timeout(30):
            await EndStalled(app, limit_s=0.3)(SCOPE, self.receive, self.send)


@pytest.mark.anyio
@pytest.mark.parametrize("follow", [False, True])
async def test_who_takes_no_more_is_given_up(follow: bool) -> None:
    reader = Reader(None)
    await reader.ask(follow=follow)
    assert [message.get("body") for message in reader.got] == [None, b"piece"]


@pytest.mark.anyio
async def test_who_is_slow_gets_all() -> None:
    reader = Reader(0.1)
    await reader.ask(follow=True)
    assert [message.get("body") for message in reader.got[1:]] == [b"piece"] * PIECES + [b""]


@pytest.mark.anyio
async def test_the_application_s_own_timeout_is_its_own() -> None:
    async def app(*_: object) -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        await EndStalled(app, limit_s=60)(SCOPE, Reader(0).receive, Reader(0).send)


FILL = """
    insert into audit (actor, action, result, detail)
    select 'account:wang', 'x', 'ok', jsonb_build_object('much', repeat('x', 400))
    from generate_series(1, 30000) as i
"""


def test_stalled_exports_leave_the_server_its_connections(
    start: Callable[..., Up],  # noqa: F811 - a fixture
    own_database_url: str,
    port: int,  # noqa: F811
) -> None:
    with psycopg.connect(own_database_url) as connection:
        connection.execute(FILL)
    key = make_key(own_database_url, "auditor")
    start(
        *("serve", "--port", port),
        GIS_GOV_DATABASE_URL=own_database_url,
        GIS_GOV_POOL_MAX=2,
        GIS_GOV_SEND_TIMEOUT_S=2,
    ).address()
    stalled = [ask(port, key, "/audit?f=csv", room=4096) for _ in range(5)]
    try:
        time.sleep(1)
        with closing(ask(port, key, "/audit?limit=1")) as quick:
            quick.settimeout(8)  # less than a request waits for a connection
            assert quick.recv(12) == b"HTTP/1.1 200"
        time.sleep(10)  # on a busy machine
        told = drained(stalled[0])
        assert told.startswith(b"HTTP/1.1 200")
        assert told.count(b"account:wang") < 30_000
        # A row may end in a zero, too: the last chunk stands on a line of its own.
        assert not told.endswith(b"\r\n0\r\n\r\n"), "it passes for whole"
    finally:
        for connection in stalled:
            connection.close()


def ask(at: int, key: str, target: str, room: int | None = None) -> socket.socket:
    """Send a request, and read nothing of its answer."""
    connection = socket.socket()
    if room is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    connection.connect(("127.0.0.1", at))
    head = f"GET {target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\r\n"
    connection.sendall(head.encode())
    return connection


def drained(connection: socket.socket) -> bytes:
    told = bytearray()
    connection.settimeout(3)
    with suppress(TimeoutError, ConnectionError):
        while piece := connection.recv(65536):
            told += piece
    return bytes(told)
