"""What becomes of a write, a stream and a transaction whose client leaves."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, LiteralString

import psycopg
import pytest
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.guards.leaving import FollowClient
from gis_gov.settings import Settings

pytestmark = pytest.mark.anyio

TABLE: LiteralString = """
    create table note (word text);
    grant select, insert on note to gis_gov_app
"""
INSERT: LiteralString = "insert into note (word) values (%s)"
WORDS: LiteralString = "select word from note"


class Visitor:
    """A client of an ASGI application that leaves when told to."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._left = asyncio.Event()
        self._asked = False
        self.got: list[Message] = []

    async def receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"{}", "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.got.append(message)

    def leave(self) -> None:
        self._left.set()

    async def ask(self, path: str, method: str = "POST") -> None:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "scheme": "http",
            "query_string": b"",
            "headers": [(b"host", b"test"), (b"content-length", b"2")],
            "client": ("127.0.0.1", 1),
            "server": ("test", 80),
        }
        await self._app(scope, self.receive, self.send)


@pytest.fixture
async def pool(own_database_url: str) -> AsyncIterator[Pool]:
    with psycopg.connect(own_database_url) as owner:
        owner.execute(TABLE)
    async with Pool(own_database_url, Settings(pool_min=1, pool_max=1)) as opened:
        yield opened


@pytest.fixture
def app(pool: Pool) -> FastAPI:
    return made(pool, limit_s=600)


def made(pool: Pool, limit_s: float) -> FastAPI:
    app = FastAPI()
    app.add_middleware(FollowClient, limit_s=limit_s)
    app.state.committed = asyncio.Event()
    app.state.ended = asyncio.Event()

    @app.post("/write")
    async def write(request: Request) -> JSONResponse:
        await request.body()
        async with pool.connection(SYSTEM) as conn, conn.transaction():
            await conn.execute(INSERT, ["unfinished"])
            await conn.execute("select pg_sleep(600)")
        return JSONResponse({})

    @app.post("/committed")
    async def committed() -> JSONResponse:
        async with pool.connection(SYSTEM) as conn:
            async with conn.transaction():
                await conn.execute(INSERT, ["committed"])
            app.state.committed.set()
            await conn.execute("select pg_sleep(600)")
        return JSONResponse({})

    @app.post("/stream")
    async def stream() -> StreamingResponse:
        async def rows() -> AsyncIterator[bytes]:
            try:
                async with pool.connection(SYSTEM) as conn:
                    yield b"first"
                    await conn.execute("select pg_sleep(600)")
            finally:
                app.state.ended.set()

        return StreamingResponse(rows())

    return app


async def sleeps(url: str) -> bool:
    async with await psycopg.AsyncConnection.connect(url) as conn:
        found = await conn.execute(
            "select from pg_stat_activity where datname = current_database()"
            " and query = 'select pg_sleep(600)' and state = 'active'"
        )
        return found.rowcount > 0


async def until(url: str, wanted: bool) -> None:
    async with asyncio.timeout(30):
        while await sleeps(url) is not wanted:
            continue


async def written(pool: Pool, url: str) -> list[Any]:
    async with pool.connection(SYSTEM) as conn:
        assert conn.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    async with await psycopg.AsyncConnection.connect(url) as conn:
        return [word for (word,) in await (await conn.execute(WORDS)).fetchall()]


async def test_a_transaction_under_way_is_rolled_back(
    app: FastAPI, pool: Pool, own_database_url: str
) -> None:
    visitor = Visitor(app)
    asking = asyncio.create_task(visitor.ask("/write"))
    await until(own_database_url, True)
    visitor.leave()
    await asking
    await until(own_database_url, False)
    assert visitor.got == []
    assert await written(pool, own_database_url) == []


async def test_what_is_committed_stays(app: FastAPI, pool: Pool, own_database_url: str) -> None:
    visitor = Visitor(app)
    asking = asyncio.create_task(visitor.ask("/committed"))
    await app.state.committed.wait()
    visitor.leave()
    await asking
    await until(own_database_url, False)
    assert await written(pool, own_database_url) == ["committed"]


async def test_a_stream_ends_and_gives_its_connection_back(
    app: FastAPI, pool: Pool, own_database_url: str
) -> None:
    visitor = Visitor(app)
    asking = asyncio.create_task(visitor.ask("/stream"))
    await until(own_database_url, True)
    visitor.leave()
    await asking
    await app.state.ended.wait()
    await until(own_database_url, False)
    assert visitor.got[1]["body"] == b"first"
    assert await written(pool, own_database_url) == []


async def test_a_task_that_is_cancelled_from_elsewhere_stays_cancelled(
    app: FastAPI, own_database_url: str
) -> None:
    asking = asyncio.create_task(Visitor(app).ask("/write"))
    await until(own_database_url, True)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_an_answer_that_does_not_begin_in_time_is_a_503(
    pool: Pool, own_database_url: str
) -> None:
    visitor = Visitor(made(pool, limit_s=0.2))
    await visitor.ask("/write")
    assert visitor.got[0]["status"] == 503
    assert b"urn:gis-gov:problem:took-too-long" in visitor.got[1]["body"]
    await until(own_database_url, False)
    assert await written(pool, own_database_url) == []


async def test_an_answer_that_has_begun_may_take_longer(pool: Pool, own_database_url: str) -> None:
    visitor = Visitor(made(pool, limit_s=0.2))
    asking = asyncio.create_task(visitor.ask("/stream"))
    await until(own_database_url, True)
    await asyncio.sleep(0.5)
    assert await sleeps(own_database_url)
    visitor.leave()
    await asking


async def test_nothing_is_cancelled_once_the_answer_is_complete() -> None:
    read = asyncio.Event()
    messages: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        read.set()
        return messages.pop() if messages else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        pass

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await read.wait()  # answers in the very turn in which the first message was read ahead
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    await FollowClient(app, limit_s=600)({"type": "http"}, receive, send)
    for _ in range(10):
        await asyncio.sleep(0)
