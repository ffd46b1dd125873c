"""A client that takes its time over a streamed answer, for what happens meanwhile."""

from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Meanwhile = Callable[[int], Awaitable[None]]


class Pausing:
    """An application whose client waits for `meanwhile` after each piece; they count from 1."""

    def __init__(self, app: ASGIApp, meanwhile: Meanwhile) -> None:
        self._app = app
        self._meanwhile = meanwhile

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        pieces = 0

        async def take(message: Message) -> None:
            nonlocal pieces
            await send(message)
            if message["type"] == "http.response.body" and message.get("more_body"):
                pieces += 1
                await self._meanwhile(pieces)

        await self._app(scope, receive, take)
