"""A client that leaves takes its query with it; a request that takes too long is ended."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import LiteralString

import httpx
import psycopg
import pytest
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from gis_gov.guards.leaving import WATCH_AFTER_S, FollowClient
from tests.guards.conftest import Served
from tests.waiting import wait_until

WITHIN_S = 20
# Never answered from memory, and of a table that nothing reads in the background.
HEAVY = "/collections/addresses/items?limit=1"
RUNNING: LiteralString = """
    select pid from pg_stat_activity
    where application_name = 'gis_gov' and state = 'active' and datname = current_database()
    and wait_event_type = 'Lock' -- so is none that a connection is prepared by
"""
CONNECTED: LiteralString = """
    select pid from pg_stat_activity
    where application_name = 'gis_gov' and datname = current_database()
"""


def pids(watcher: psycopg.Connection, query: LiteralString) -> set[int]:
    return {pid for (pid,) in watcher.execute(query)}


@pytest.fixture
def watcher(served: Served) -> Iterator[psycopg.Connection]:
    with psycopg.connect(served.database_url, autocommit=True) as connection:
        yield connection


def test_a_closed_socket_ends_the_query_and_keeps_the_connection(
    served: Served, watcher: psycopg.Connection
) -> None:
    with psycopg.connect(served.database_url) as blocker:
        blocker.execute("lock table address in access exclusive mode")
        with closing(served.connect()) as connection:
            connection.sendall(served.head("GET", HEAVY))
            wait_until(lambda: len(pids(watcher, RUNNING)) == 1)
            (pid,) = pids(watcher, RUNNING)
        wait_until(lambda: not pids(watcher, RUNNING))
        assert pid in pids(watcher, CONNECTED), "the pool has it back"
    status, _ = served.ask(served.head("GET", HEAVY))
    assert status in (200, 204)
    assert pid in pids(watcher, CONNECTED)


def test_many_that_leave_at_once_exhaust_nothing(
    served: Served, watcher: psycopg.Connection
) -> None:
    with psycopg.connect(served.database_url) as blocker:
        blocker.execute("lock table address in access exclusive mode")
        connections = [served.connect() for _ in range(30)]
        for connection in connections:
            connection.sendall(served.head("GET", HEAVY))
        wait_until(lambda: len(pids(watcher, RUNNING)) == 10)
        for connection in connections:
            connection.close()
        wait_until(lambda: not pids(watcher, RUNNING))
    for _ in range(12):
        assert served.ask(served.head("GET", HEAVY))[0] in (200, 204)


def test_a_client_that_is_slow_to_ask_again_is_served(served: Served) -> None:
    with closing(served.connect()) as connection:
        for _ in range(3):
            connection.sendall(served.head("GET", "/healthz"))
            assert served.answer(connection)[0] == 200
            time.sleep(0.1)


@pytest.mark.anyio
async def test_a_file_that_is_slow_to_come_ends_nothing_else(tmp_path: Path) -> None:
    """Starlette waits for the client's leaving while it sends a file, and so does the guard."""
    file = tmp_path / "page.html"
    file.write_text("<!doctype html>", encoding="utf-8")

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(2 * WATCH_AFTER_S)
        await FileResponse(file)(scope, receive, send)

    transport = httpx.ASGITransport(FollowClient(slow, limit_s=60))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/")
    assert answer.text == "<!doctype html>"
    task = asyncio.current_task()
    assert task
    assert task.cancelling() == 0
    await asyncio.sleep(0)


class Reading:
    """An application that reads a body, and works some time before it answers."""

    def __init__(self, *, works_s: float = 0, reads: bool = True) -> None:
        self.works_s = works_s
        self.reads = reads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        more = self.reads
        while more:
            more = (await receive()).get("more_body", False)
        await asyncio.sleep(self.works_s)
        await Response("read")(scope, receive, send)


async def pieces() -> AsyncIterator[bytes]:
    for _ in range(6):
        await asyncio.sleep(3 * WATCH_AFTER_S)
        yield b"piece"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("application", "status"),
    [
        (Reading(), 200),
        (Reading(works_s=60), 503),
        (Reading(works_s=60, reads=False), 503),
    ],
)
async def test_the_time_begins_when_the_body_is_whole(application: Reading, status: int) -> None:
    """It may take as long as the guard of bodies lets it, and the work as long as it may."""
    transport = httpx.ASGITransport(FollowClient(application, limit_s=8 * WATCH_AFTER_S))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.post("/", content=pieces())
    assert answer.status_code == status
