"""Headers that every answer has, so that a browser makes no more of it than it is."""

from collections.abc import Sequence
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Header = tuple[bytes, bytes]

# What a route says itself stands; these are for whatever it is silent on.
_DEFAULTS: Final[dict[bytes, bytes]] = {
    b"cache-control": b"private, no-store",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    b"referrer-policy": b"no-referrer",
    b"server": b"gis_gov",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
}
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000")
_VARY: Final = b"Cookie, Authorization"


class SecurityHeaders:
    """Add the headers that an answer lacks."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = _completed(message.get("headers", ()))
                if scope.get("scheme") == "https":
                    headers.append(_HSTS)
                message["headers"] = headers
            await send(message)

        await self.app(scope, receive, completed)


def _completed(given: Sequence[Header]) -> list[Header]:
    said = dict(given)
    headers = [*given, *(each for each in _DEFAULTS.items() if each[0] not in said)]
    cached = said.get(b"cache-control", b"no-store")
    if b"no-store" not in cached and b"public" not in cached:
        vary = said.get(b"vary")
        headers = [each for each in headers if each[0] != b"vary"]
        headers.append((b"vary", _VARY if vary is None else b"%b, %b" % (vary, _VARY)))
    return headers
