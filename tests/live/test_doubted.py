"""Whose rights come into doubt while his stream begins is told where the workers are yet."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from fastapi import FastAPI

from gis_gov.app import create_app
from gis_gov.state import state_of
from tests.signed_in import make_key, unhurried

pytestmark = pytest.mark.anyio


async def stream(app: FastAPI, key: str, meanwhile: Callable[[int], None]) -> bytes:
    """Open a stream until workers are told of; `meanwhile` is called with what was sent by then."""
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": "/live",
        "raw_path": b"/live",
        "query_string": b"kinds=position",
        "headers": [(b"host", b"test"), (b"authorization", f"Bearer {key}".encode())],
        "client": ("127.0.0.1", 5),
        "server": ("test", 80),
        "scheme": "http",
        "http_version": "1.1",
    }
    told = bytearray()
    is_told, sent = asyncio.Event(), 0

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Any) -> None:
        nonlocal sent
        told.extend(message.get("body", b""))
        meanwhile(sent)
        sent += 1
        if b"event: positions" in told:
            is_told.set()

    answering = asyncio.create_task(app(scope, receive, send))  # type: ignore[arg-type]
    try:
        async with asyncio.timeout(20):
            await is_told.wait()
    finally:
        answering.cancel()
        await asyncio.wait([answering])
    return bytes(told)


@pytest.mark.parametrize("doubted", [{0}, {1}, {0, 1}])
async def test_who_is_doubted_as_his_stream_begins_is_told_of_workers(
    own_database_url: str, doubted: set[int]
) -> None:
    """0 is the head of the answer, 1 the hello."""
    app = create_app(unhurried().with_database(own_database_url))
    key = make_key(own_database_url, "commander")
    async with app.router.lifespan_context(app):

        def doubt(sent: int) -> None:
            if sent in doubted:
                state_of(app).live.doubt("")

        told = await stream(app, key, doubt)
    hello = re.search(rb"event: hello\ndata: (.*)\n", told)
    assert hello
    assert orjson.loads(hello[1])["kinds"] == ["position"]
    # Before the hello he had been told nothing that could be wrong by now.
    assert (b"event: reset" in told) == (1 in doubted)
