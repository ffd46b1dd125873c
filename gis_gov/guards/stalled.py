"""End a streamed answer whose client takes no more of it."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class EndStalled:
    """Let a client take only so long to make room for the next piece of a stream.

    The server waits in `send` until there is room. A client that never makes any would hold what
    the answer holds for as long as it likes.
    """

    def __init__(self, app: ASGIApp, limit_s: float) -> None:
        self.app = app
        self._limit_s = limit_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        clock, room = asyncio.get_running_loop(), asyncio.timeout(None)

        async def send_in_time(message: Message) -> None:
            if not message.get("more_body", False):
                await send(message)
                return
            # It may be another task that sends, as in a StreamingResponse.
            room.reschedule(clock.time() + self._limit_s)
            await send(message)
            room.reschedule(None)

        try:
            async with room:
                await self.app(scope, receive, send_in_time)
        except TimeoutError:
            if not room.expired():
                raise
