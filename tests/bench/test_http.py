"""The measuring client reads what servers answer, and tells a broken answer from a good one."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from gis_gov.bench.contenders import HttpContender
from gis_gov.bench.http import Broken, Connection
from gis_gov.bench.servers import free_port, running


@asynccontextmanager
async def server(*answers: bytes) -> AsyncGenerator[int]:
    """Serve the answers, one a request, and end the connection after the last."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            if not await reader.read(65_536):
                break
            writer.write(answer)
            await writer.drain()
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1]


async def plain_app(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer anything with two bytes."""
    headers = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


CHUNKED = (
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n2\r\n\r\n\r\n0\r\n\r\n"
)


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, b"hello"),
        (b"HTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n", 200, b""),
        (b'HTTP/1.1 304 Not Modified\r\netag: "a:b"\r\n\r\n', 304, b""),
        (b"HTTP/1.1 204\r\n\r\n", 204, b""),
        (CHUNKED, 200, b"hello\r\n"),
    ],
)
async def test_answers_are_read_to_their_end(answer: bytes, status: int, body: bytes) -> None:
    async with server(answer, answer) as port:
        connection = await Connection.open(port)
        for _ in range(2):  # the second shows that nothing of the first was left
            found = await connection.get("/x?a=1")
            assert (found[0], found[2]) == (status, body)
        await connection.close()


OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


@asynccontextmanager
async def in_turns(*connections: tuple[bytes, ...]) -> AsyncGenerator[tuple[int, list[int]]]:
    """Serve the first connection its answers, the second its own; each ends after its last.

    Yields the port, and how many questions came on each connection so far.
    """
    asked: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = len(asked)
        asked.append(0)
        for answer in connections[number]:
            if not await reader.read(65_536):
                break
            asked[number] += 1
            writer.write(answer)
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1], asked


async def test_a_connection_that_was_closed_between_questions_is_opened_anew() -> None:
    async with in_turns((OK, OK), (OK,), (OK,)) as (port, asked):
        connection = await Connection.open(port)
        for _ in range(4):
            assert (await connection.get("/x"))[2] == b"ok"
            await asyncio.sleep(0.01)  # its end has come then
        await connection.close()
    assert asked == [2, 1, 1]


async def test_one_that_is_closed_as_the_question_comes_is_opened_anew_once() -> None:
    async with in_turns((OK, b""), (OK, b""), (b"",)) as (port, asked):
        connection = await Connection.open(port)
        for _ in range(2):
            assert (await connection.get("/x"))[2] == b"ok"
        with pytest.raises(Broken, match="GET /x"):
            await connection.get("/x")
        await connection.close()
    assert asked == [2, 2, 1]


@pytest.mark.parametrize("begun", [OK[:1], OK[:20], OK[:-1]])
async def test_what_ends_in_the_middle_of_an_answer_is_not_asked_again(begun: bytes) -> None:
    async with in_turns((OK, begun), (OK,)) as (port, asked):
        connection = await Connection.open(port)
        await connection.get("/x")
        with pytest.raises(Broken, match="GET /x"):
            await connection.get("/x")
        await connection.close()
    assert asked == [2]


async def test_a_server_that_is_gone_is_told() -> None:
    async with in_turns((OK,)) as (port, _):
        connection = await Connection.open(port)
        await connection.get("/x")
    with pytest.raises(Broken, match="GET /x: ConnectionRefused"):
        await connection.get("/x")
    await connection.close()


async def test_granian_closes_what_is_idle_for_as_long_as_headers_may_take(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(port)]
    command += ["--http1-header-read-timeout", "400", f"{__name__}:plain_app"]
    with running(command, os.environ, port, "/", tmp_path / "log"):
        connection = await Connection.open(port)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(2):
            assert (await connection.get("/"))[2] == b"ok"
            writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            await reader.readuntil(b"ok")
        async with asyncio.timeout(10):  # its default is 30 s
            assert await reader.read() == b""
        assert (await connection.get("/"))[2] == b"ok"
        writer.close()
        await connection.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\n\r\nhello",
        b"HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx\r\n",
        b"SSH-2.0-OpenSSH\r\n\r\n",
    ],
)
async def test_broken_answers_are_told(answer: bytes) -> None:
    async with server(answer) as port:
        connection = await Connection.open(port)
        with pytest.raises(Broken, match="GET /x"):
            await connection.get("/x")
        await connection.close()


async def test_an_error_is_no_answer() -> None:
    async with server(b"HTTP/1.1 500 No\r\ncontent-length: 4\r\n\r\nmuch") as port:
        contender = await HttpContender.open(port, ["/x"], 1)
        with pytest.raises(Broken, match="status 500: b'much'"):
            await contender.ask(0, 0)
        await contender.close()


async def test_unchanged_tiles_are_asked_with_their_own_tag() -> None:
    tagged = b'HTTP/1.1 200 OK\r\netag: "t"\r\ncontent-length: 1\r\n\r\nx'
    changed = b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\ny"
    unchanged = b"HTTP/1.1 304 Not Modified\r\n\r\n"
    async with server(tagged, unchanged, changed) as port:
        contender = await HttpContender.open(port, ["/x"], 1, revalidates=True)
        assert await contender.ask(0, 0) == 0
        with pytest.raises(Broken, match="status 200"):
            await contender.ask(0, 1)
        await contender.close()
