"""Content codings: what a client takes (RFC 9110, 12.5.3), and answers that are sent packed."""

import zlib
from collections.abc import Sequence
from typing import Final, Literal

import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Coding = Literal["br", "gzip"]

CODINGS: Final[tuple[Coding, ...]] = ("br", "gzip")
"""What a body that is kept is packed by, the smaller first."""

BYTES_MIN: Final = 1000
"""What is smaller is sent as it is."""

_NEVER_PACKED: Final = frozenset({204, 206, 304})
_PACKED_ALREADY: Final = frozenset(DEFAULT_EXCLUDED_CONTENT_TYPES)
_GZIP_LEVEL, _BROTLI_QUALITY = 5, 5
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS


def picked(headers: Headers, offered: Sequence[Coding] = CODINGS) -> Coding | None:
    """Return the coding that a client likes most, the first of several; None to pack nothing."""
    liked = _liked(",".join(headers.getlist("accept-encoding")))
    any_other = liked.get("*", 0.0)
    best = max(offered, key=lambda each: liked.get(each, any_other))
    weight = liked.get(best, any_other)
    return best if weight > 0 and weight >= liked.get("identity", 0.0) else None


def packed(body: bytes, coding: Coding) -> bytes:
    """Pack a body: the same bytes each time."""
    if coding == "br":
        return brotli.compress(body, quality=_BROTLI_QUALITY)
    packer = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
    return packer.compress(body) + packer.flush()


class Compress:
    """Send answers packed by gzip to clients that take it, unless the route packed them itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._gzip = GZipMiddleware(app, minimum_size=BYTES_MIN, compresslevel=_GZIP_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif picked(Headers(scope=scope), ("gzip",)) is None:
            await self._app(scope, receive, _telling_of_packing(send))
        else:
            await self._gzip(scope, receive, send)


def _telling_of_packing(send: Send) -> Send:
    """Say along with what is sent unpacked that others get it packed, as far as that may be."""

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message.get("headers", ())))
            is_told = "accept-encoding" in headers.get("vary", "").lower()
            if not is_told and _may_be_packed(message["status"], headers):
                headers.add_vary_header("Accept-Encoding")
            message = {**message, "headers": headers.raw}
        await send(message)

    return told


def _may_be_packed(status: int, headers: Headers) -> bool:
    """Say whether others are sent an answer packed, as the middleware for them decides it."""
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    length = headers.get("content-length", "")
    return not (
        status in _NEVER_PACKED
        or "content-encoding" in headers
        or (length.isdecimal() and int(length) < BYTES_MIN)
        or not {media_type, f"{media_type.partition('/')[0]}/*"}.isdisjoint(_PACKED_ALREADY)
    )


def _liked(header: str) -> dict[str, float]:
    """Read the weight of each coding, 0 to 1; what can't be read is not taken."""
    found: dict[str, float] = {}
    for part in header.lower().split(","):
        name, *parameters = (each.strip() for each in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                weight = _weight(value.strip())
        if name:
            found[name] = weight
    return found


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
