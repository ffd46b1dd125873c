"""A client of the live stream: it reads as a browser does, and keeps what it was told."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from tests.plain_http import UNTRUSTING

WITHIN_S = 20.0
"""Long: other tests share the processors."""


@dataclass(frozen=True)
class Message:
    """One message, and when it came."""

    name: str
    data: dict[str, Any]
    at: float


@dataclass
class Listening:
    """An open stream."""

    messages: list[Message] = field(default_factory=list[Message])
    id: str = ""
    ids: list[str] = field(default_factory=list[str])
    comments: int = 0
    ended: bool = False
    is_whole: bool = False
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    begun_at: float = field(default_factory=time.monotonic)

    async def read(self, answer: httpx.Response) -> None:
        name = data = ""
        try:
            async for line in answer.aiter_lines():
                key, _, value = line.partition(":")
                value = value.removeprefix(" ")
                match key:
                    case "event":
                        name = value
                    case "data":
                        data = value
                    case "id":
                        self.id = value
                        self.ids.append(value)
                    case "" if line:
                        self.comments += 1
                    case "" if name:
                        told = orjson.loads(data)
                        self.messages.append(Message(name, told, time.monotonic()))
                        name = data = ""
                    case _:
                        pass
                self.heard.set()
            self.is_whole = True
        except httpx.TransportError:
            pass
        self.ended = True
        self.heard.set()

    async def until(self, condition: Any, within_s: float = WITHIN_S) -> None:
        """Wait until what was heard meets a condition."""
        try:
            async with asyncio.timeout(within_s):
                while not condition():
                    self.heard.clear()
                    await self.heard.wait()
        except TimeoutError:
            told = [
                f"{each.at - self.begun_at:.3f} {each.name} {each.data}" for each in self.messages
            ]
            raise AssertionError("\n".join(["what was heard so far does not do:", *told])) from None

    async def message(self, name: str, within_s: float = WITHIN_S, **told: object) -> Message:
        """Wait for a message, and forget those that came before it."""

        def found() -> list[Message]:
            return [
                each
                for each in self.messages
                if each.name == name and told.items() <= each.data.items()
            ]

        await self.until(found, within_s)
        first = found()[0]
        del self.messages[: self.messages.index(first) + 1]
        return first

    async def end(self, within_s: float = WITHIN_S) -> None:
        """Wait until the server has ended it."""
        await self.until(lambda: self.ended, within_s)

    def names(self) -> list[str]:
        return [each.name for each in self.messages]


@contextlib.asynccontextmanager
async def listening(
    client: httpx.AsyncClient, after: str | None = None, **params: str
) -> AsyncIterator[Listening]:
    """Open a stream, and wait until it has begun."""
    headers = {} if after is None else {b"last-event-id": after.encode()}
    timeout = httpx.Timeout(WITHIN_S, read=None)
    async with client.stream(
        "GET", "/live", params=params, headers=headers, timeout=timeout
    ) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        heard = Listening()
        reading = asyncio.create_task(heard.read(answer))
        try:
            await heard.until(lambda: heard.id)
            yield heard
        finally:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading


def client_at(address: str, key: str) -> httpx.AsyncClient:
    """Make a client of a running server that shows a key."""
    return httpx.AsyncClient(
        base_url=address,
        headers={"authorization": f"Bearer {key}"},
        timeout=WITHIN_S,
        verify=UNTRUSTING,
    )
