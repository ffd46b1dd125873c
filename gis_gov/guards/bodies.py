"""Limit the size of every body, and the time that it may take to arrive.

What a route is given before it has looked who asks lies in memory, so that it is small: a sign-in's
few words, or a JSON body. Only `gis_gov.body.received`, which writes to a file, lets more come.
"""

import asyncio
import time
from email.message import Message as MimeHeader
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gis_gov.body import ALLOWANCE, MEGABYTE, Allowance
from gis_gov.guards.problems import TooSlow
from gis_gov.guards.refuse import refuse
from gis_gov.problems import Problem, TooLarge
from gis_gov.settings import Settings

_KILOBYTE: Final = 1000
# Whoever signs in is nobody yet: a name, two passwords and a code, escaped as long as can be.
SESSION_PATH: Final = "/session"
SESSION_MAX_BYTES: Final = 8 * _KILOBYTE
# What is left of a refused body would be read as the next request.
_HANG_UP: Final = {"connection": "close"}


class LimitBodies:
    """Refuse a body that is too large or too slow, whatever the route does with it."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer with a problem."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # In HTTP/2 a body needs no header that announces it: none is passed by on their account.
        headers = Headers(scope=scope)
        allowance = _allowance(self._settings, scope["path"], headers.get("content-type", ""))
        scope.setdefault("state", {})[ALLOWANCE] = allowance
        body = _Body(self._settings, allowance, receive, send)
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > allowance.most:
            await refuse(too_large(allowance.most), scope, receive, send, _HANG_UP)
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

    def __init__(
        self, settings: Settings, allowance: Allowance, receive: Receive, send: Send
    ) -> None:
        self.refused: Problem | None = None
        self.answered = False
        self._settings = settings
        self._allowance = allowance
        self._receive = receive
        self._send = send
        self._come = 0
        self._waited_s = 0.0
        self._whole = False

    async def receive(self) -> Message:
        if self._whole:
            return await self._receive()
        started = time.monotonic()
        try:
            async with asyncio.timeout(None if self.answered else self._left_s()):
                message = await self._receive()
        except TimeoutError:
            if not self.answered:
                return self._refuse(TooSlow("The body must come at once and without a pause."))
            message = await self._receive()
        self._waited_s += time.monotonic() - started
        if message["type"] != "http.request":
            return message
        self._come += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        # Once it is being answered, nothing can be refused: only a watch on the client reads on.
        if self._come > self._allowance.now and not self.answered:
            return self._refuse(too_large(self._allowance.now))
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


def too_large(max_bytes: int) -> Problem:
    """Return what is answered to a body of more bytes."""
    return TooLarge(f"The body may have {max_bytes / MEGABYTE:g} MB; send it in parts.")


def _allowance(settings: Settings, path: str, content_type: str) -> Allowance:
    most = int(settings.body_max_mb * MEGABYTE)
    in_memory = min(most, int(settings.json_max_mb * MEGABYTE))
    if path == SESSION_PATH or path.startswith(f"{SESSION_PATH}/"):
        in_memory = most = min(in_memory, SESSION_MAX_BYTES)
    elif content_type and _is_json(content_type):  # most requests have no body to look at
        most = in_memory
    return Allowance(in_memory, most)


def _is_json(content_type: str) -> bool:
    header = MimeHeader()
    header["content-type"] = content_type
    subtype = header.get_content_subtype()
    return subtype == "json" or subtype.endswith("+json")
