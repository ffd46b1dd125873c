"""The methods that a path answers: HEAD wherever it answers GET."""

from typing import Final

from starlette.requests import Request
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODILESS: Final = "bodiless"
"""Set in a request's state where no body goes out: an answer without end is to end at once."""

_METHODS: Final = ("DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT")


class AnswerHead:
    """Answer HEAD as GET, without the body (RFC 9110, 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and keep the body of an answer to HEAD back."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        scope.setdefault("state", {})[BODILESS] = True
        inner = {**scope, "method": "GET"}

        async def bodiless(message: Message) -> None:
            if message["type"] == "http.response.start":
                # The audit and the metrics ask which route it was, and by which method.
                scope.update(inner, method="HEAD")
            elif message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app(inner, receive, bodiless)


def allowed_methods(request: Request) -> str:
    """Return the methods that the request's path answers, as the header Allow has them."""
    routes: list[BaseRoute] = request.app.routes
    found = {
        method
        for method in _METHODS
        for route in routes
        if route.matches({**request.scope, "method": method})[0] is Match.FULL
    }
    return ", ".join(sorted(found | ({"HEAD"} if "GET" in found else set())))
