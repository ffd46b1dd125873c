"""End the handling of a request whose client has left, or whose time is up.

The task that handles it is cancelled. psycopg then cancels the query that it waits for in
PostgreSQL, and the pool gets a sound connection back. A transaction that was not yet committed is
rolled back; a COMMIT under way is done as a whole or not at all, as after any lost connection, and
the client that has left can look which.
"""

import asyncio
from collections import deque
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gis_gov.problems import TookTooLong, respond

# What is answered sooner needs no watch, which costs more than the rest of a quick request.
WATCH_AFTER_S: Final = 0.05
# The leaving comes after the body; of one that the application does not read, no more is taken in.
KEPT_MAX_BYTES: Final = 64 * 1024


class FollowClient:
    """Cancel the handling when the client leaves; answer 503 when no answer begins in time.

    While the application waits for the body, the time does not run.
    """

    def __init__(self, app: ASGIApp, limit_s: float) -> None:
        self.app = app
        self._limit_s = limit_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        task = asyncio.current_task()
        if scope["type"] != "http" or task is None:
            await self.app(scope, receive, send)
            return
        handling = _Handling(task, receive, send, self._limit_s)
        try:
            await self.app(scope, handling.receive, handling.send)
        except asyncio.CancelledError:
            if not handling.settled():
                raise
        finally:
            handling.settled()
        if handling.is_late and not handling.answered:
            problem = TookTooLong("Ask for a smaller area, a shorter time or fewer things.")
            await respond(problem)(scope, receive, send)


class _Handling:
    """One request under way: what comes from its client, and the timers on it."""

    def __init__(
        self, task: asyncio.Task[object], receive: Receive, send: Send, limit_s: float
    ) -> None:
        self.cancelled = False
        self.is_late = False
        self.answered = False
        self._closed = False
        self._alone: bool | None = None
        self._task = task
        self._receive = receive
        self._send = send
        self._readers = 0
        self._whole = False
        self._ahead: asyncio.Task[Message] | None = None
        self._kept: deque[Message] = deque()
        self._kept_bytes = 0
        self._limit_s = limit_s
        self._limit: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._watch = self._loop.call_later(WATCH_AFTER_S, self._look_after)

    async def receive(self) -> Message:
        """Give the next message to the application, one that was read ahead first."""
        self._readers += 1
        if self._limit is not None and not self._whole:
            # How long a body may take is for the guard of bodies; the handling's time begins anew.
            self._limit.cancel()
            self._limit = None
        try:
            if self._kept:
                message = self._kept.popleft()
                self._kept_bytes -= len(message.get("body", b""))
                return message
            if self._ahead is None:
                return self._noted(await self._receive())
            message = await asyncio.shield(self._ahead)
            if message["type"] != "http.disconnect":
                self._ahead = None
            return self._noted(message)
        finally:
            self._readers -= 1
            self._watch.cancel()
            if not self._closed:
                self._watch = self._loop.call_later(WATCH_AFTER_S, self._look_after)

    async def send(self, message: Message) -> None:
        """Pass on what the application answers; once that is complete, its client may leave."""
        if message["type"] == "http.response.start":
            self.answered = True
            if self._limit is not None:
                self._limit.cancel()
        elif message["type"] == "http.response.body" and not message.get("more_body", False):
            self.close()
        await self._send(message)

    def settled(self) -> bool:
        """End the watch, and say whether nobody but it has cancelled the task."""
        self.close()
        if self.cancelled and self._alone is None:
            self._alone = self._task.uncancel() == 0
        return bool(self._alone)

    def close(self) -> None:
        """Look no more whether the client leaves."""
        self._closed = True
        if self._limit is not None:
            self._limit.cancel()
        self._watch.cancel()
        # One that the application still waits for ends with the handling: it would take a cancelled
        # message for its own cancellation.
        if self._ahead is not None and not self._readers:
            self._ahead.cancel()

    def _noted(self, message: Message) -> Message:
        """Note whether this is the end of the body."""
        self._whole = self._whole or not message.get("more_body", False)
        return message

    def _look_after(self) -> None:
        """Begin to watch, once the request is none of the quick ones and its body has come."""
        if self._readers and not self._whole:
            return
        if self._limit is None and not self.answered:
            left_s = max(self._limit_s - WATCH_AFTER_S, 0)
            self._limit = self._loop.call_later(left_s, self._end_late)
        self._read_ahead()

    def _read_ahead(self) -> None:
        """Read the next message, unless the application does: the client may have left."""
        if self._closed or self._readers or self._ahead is not None:
            return
        if self._kept_bytes < KEPT_MAX_BYTES:
            self._ahead = asyncio.ensure_future(self._receive())
            self._ahead.add_done_callback(self._look)

    def _look(self, ahead: asyncio.Task[Message]) -> None:
        if ahead.cancelled() or ahead.exception() or ahead is not self._ahead or self._readers:
            return
        message = self._noted(ahead.result())
        if message["type"] == "http.disconnect":
            self._cancel()
            return
        self._ahead = None
        self._kept.append(message)
        self._kept_bytes += len(message.get("body", b""))
        self._read_ahead()

    def _end_late(self) -> None:
        self.is_late = True
        self._cancel()

    def _cancel(self) -> None:
        if not (self.cancelled or self._closed):
            self.cancelled = True
            self._task.cancel()
