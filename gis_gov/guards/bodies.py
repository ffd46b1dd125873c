"""Limit the size of every body, and the time that it may take to arrive."""

import asyncio
import time
from email.message import Message as MimeHeader
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gis_gov.body import MEGABYTE
from gis_gov.guards.problems import TooSlow
from gis_gov.guards.refuse import refuse
from gis_gov.problems import Problem, TooLarge
from gis_gov.settings import Settings

_KILOBYTE: Final = 1000
# What is left of a refused body would be read as the next request.
_HANG_UP: Final = {"connection": "close"}


class LimitBodies:
    """Refuse a body that is too large or too slow, whatever the route does with it."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer with a problem."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        declared = headers.get("content-length", "0")
        if declared == "0" and "transfer-encoding" not in headers:
            await self.app(scope, receive, send)
            return
        body = _Body(self._settings, headers, receive, send)
        if declared.isdecimal() and int(declared) > body.max_bytes:
            await refuse(body.too_large(), scope, receive, send, _HANG_UP)
            return
        try:
            await self.app(scope, body.receive, body.send)
        except Exception:
            if body.refused is None:
                raise
        if body.refused is not None and not body.answered:
            await refuse(body.refused, scope, receive, send, _HANG_UP)


class _Body:
    """The body of one request as it arrives; once refused, the application's answer is not sent."""

    def __init__(self, settings: Settings, headers: Headers, receive: Receive, send: Send) -> None:
        max_mb = settings.body_max_mb
        if _is_json(headers.get("content-type", "")):
            max_mb = min(max_mb, settings.json_max_mb)
        self.max_bytes = int(max_mb * MEGABYTE)
        self.refused: Problem | None = None
        self.answered = False
        self._settings = settings
        self._receive = receive
        self._send = send
        self._come = 0
        self._waited_s = 0.0
        self._whole = False

    def too_large(self) -> Problem:
        return TooLarge(f"The body may have {self.max_bytes / MEGABYTE:g} MB; send it in parts.")

    async def receive(self) -> Message:
        if self._whole:
            return await self._receive()
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._left_s()):
                message = await self._receive()
        except TimeoutError:
            return self._refuse(TooSlow("The body must come at once and without a pause."))
        self._waited_s += time.monotonic() - started
        if message["type"] == "http.request":
            self._come += len(message.get("body", b""))
            self._whole = not message.get("more_body", False)
            if self._come > self.max_bytes:
                return self._refuse(self.too_large())
        return message

    async def send(self, message: Message) -> None:
        if self.refused is None:
            self.answered = True
        if self.answered:
            await self._send(message)

    def _left_s(self) -> float:
        """Return how long the next piece may take; while the application works, nothing counts."""
        told = self._settings
        earned_s = told.body_grace_s + self._come / (told.body_min_kb_per_s * _KILOBYTE)
        return max(min(told.body_timeout_s, earned_s) - self._waited_s, 0.0)

    def _refuse(self, problem: Problem) -> Message:
        self.refused = problem
        return {"type": "http.disconnect"}


def _is_json(content_type: str) -> bool:
    header = MimeHeader()
    header["content-type"] = content_type
    subtype = header.get_content_subtype()
    return subtype == "json" or subtype.endswith("+json")
