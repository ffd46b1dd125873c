"""The measuring client reads what servers answer, and tells a broken answer from a good one."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from gis_gov.bench.contenders import HttpContender
from gis_gov.bench.http import Broken, Connection


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

    running = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with running:
        yield running.sockets[0].getsockname()[1]


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
