"""Hear what the database announces, and hand it on within the process."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

import psycopg
import structlog
from psycopg import AsyncConnection, sql

from gis_gov.cancellation import obey_cancellation
from gis_gov.db.scope import APP_ROLE
from gis_gov.db.watched import watched

log = structlog.get_logger()

NAME: Final = "gis_gov listener"
Handler = Callable[[str], Awaitable[None]]
RECONNECT_S = (0.1, 0.5, 2.0, 5.0)
BATCH_S = 0.02
RETRY_S = 1.0


class Listener:
    """Listen on channels with a connection of its own; reconnect when it breaks.

    Each handler gets a payload. After every (re)connection each handler is called once with an
    empty payload, since announcements made in between are lost. An announcement is handed on at
    once; those that come while its handler is busy, or a few milliseconds after, are handed on
    next, each payload once. A busy handler holds up no other channel.
    """

    def __init__(self, url: str) -> None:
        self._conninfo = watched(url, NAME)
        self._channels: dict[str, list[_Channel]] = {}
        self._sessions = 0
        self.connected = asyncio.Event()

    def on(self, channel: str, handler: Handler) -> None:
        """Let `handler` have what is announced on `channel`, too; to be said before `run`."""
        self._channels.setdefault(channel, []).append(_Channel(channel, handler))

    def session(self) -> int:
        """Return the number of the connection on which announcements arrive, 0 while there is none.

        What was known under another number may have changed without announcement.
        """
        return self._sessions if self.connected.is_set() else 0

    async def run(self) -> None:
        """Listen until cancelled."""
        async with asyncio.TaskGroup() as group:
            for handled in self._channels.values():
                for channel in handled:
                    group.create_task(channel.run())
            await self._stay_connected()

    async def _stay_connected(self) -> None:
        failures = 0
        while True:
            try:
                async with await self._connect() as conn:
                    await self._subscribe(conn)
                    failures = 0
                    async for notice in conn.notifies():
                        obey_cancellation()
                        for channel in self._channels[notice.channel]:
                            channel.put(notice.payload)
            except psycopg.Error as error:
                log.warning("listener disconnected", error=type(error).__name__)
            finally:
                self.connected.clear()
            await asyncio.sleep(RECONNECT_S[min(failures, len(RECONNECT_S) - 1)])
            failures += 1

    async def _connect(self) -> AsyncConnection[Any]:
        connecting = asyncio.create_task(AsyncConnection.connect(self._conninfo, autocommit=True))
        try:
            return await asyncio.shield(connecting)
        except asyncio.CancelledError:
            # Left half made, it would stay until garbage is collected, and the server waits for it.
            with suppress(psycopg.Error):
                await (await connecting).close()
            raise

    async def _subscribe(self, conn: AsyncConnection[Any]) -> None:
        await conn.execute("select set_config('role', %s, false)", [APP_ROLE])
        for name in self._channels:
            await conn.execute(sql.SQL("listen {}").format(sql.Identifier(name)))
        self._sessions += 1
        self.connected.set()
        for handled in self._channels.values():
            for channel in handled:
                channel.put("")


class _Channel:
    """What was heard on one channel and is not yet handed on."""

    def __init__(self, name: str, handler: Handler) -> None:
        self._name = name
        self._handler = handler
        self._waiting: dict[str, None] = {}
        self._heard = asyncio.Event()

    def put(self, payload: str) -> None:
        self._waiting[payload] = None
        self._heard.set()

    async def run(self) -> None:
        while True:
            obey_cancellation()
            await self._heard.wait()
            self._heard.clear()
            payloads, self._waiting = self._waiting, {}
            for payload in payloads:
                await self._hand_on(payload)
            await asyncio.sleep(BATCH_S)

    async def _hand_on(self, payload: str) -> None:
        try:
            await self._handler(payload)
        except psycopg.OperationalError as error:
            log.warning(
                "announcement waits for the database",
                channel=self._name,
                error=type(error).__name__,
            )
            await asyncio.sleep(RETRY_S)
            self.put(payload)
        except Exception:
            log.exception("announcement not handled", channel=self._name)
