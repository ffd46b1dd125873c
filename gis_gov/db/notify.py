"""Hear what the database announces, and hand it on within the process."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import psycopg
import structlog
from psycopg import AsyncConnection, sql

log = structlog.get_logger()

Handler = Callable[[str], Awaitable[None]]

RECONNECT_S = (0.1, 0.5, 2.0, 5.0)
BATCH_S = 0.02


class Listener:
    """Listen on channels with a connection of its own; reconnect when it breaks.

    Each handler gets a payload. After every (re)connection each handler is called once with an
    empty payload, since announcements made in between are lost. Announcements with the same
    payload that come within a few milliseconds are handed on once.
    """

    def __init__(self, url: str, handlers: Mapping[str, Handler]) -> None:
        self._url = url
        self._handlers = handlers
        self.connected = asyncio.Event()

    async def run(self) -> None:
        """Listen until cancelled."""
        failures = 0
        while True:
            try:
                async with await AsyncConnection.connect(
                    self._url, autocommit=True, application_name="gis_gov listener"
                ) as conn:
                    await self._subscribe(conn)
                    failures = 0
                    await self._listen(conn)
            except psycopg.OperationalError as error:
                log.warning("listener disconnected", error=type(error).__name__)
            finally:
                self.connected.clear()
            await asyncio.sleep(RECONNECT_S[min(failures, len(RECONNECT_S) - 1)])
            failures += 1

    async def _subscribe(self, conn: AsyncConnection[Any]) -> None:
        for channel in self._handlers:
            await conn.execute(sql.SQL("listen {}").format(sql.Identifier(channel)))
        self.connected.set()
        for channel in self._handlers:
            await self._hand_on(channel, "")

    async def _listen(self, conn: AsyncConnection[Any]) -> None:
        while True:
            heard: dict[tuple[str, str], None] = {}
            async for notice in conn.notifies(stop_after=1):
                heard[notice.channel, notice.payload] = None
            async for notice in conn.notifies(timeout=BATCH_S):
                heard[notice.channel, notice.payload] = None
            for channel, payload in heard:
                await self._hand_on(channel, payload)

    async def _hand_on(self, channel: str, payload: str) -> None:
        try:
            await self._handlers[channel](payload)
        except psycopg.OperationalError:
            raise
        except Exception:
            log.exception("announcement not handled", channel=channel)
