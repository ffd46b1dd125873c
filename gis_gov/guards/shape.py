"""Refuse requests that no client of ours makes, before anything of them is looked at."""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Receive, Scope, Send

from gis_gov.guards.problems import (
    HeadersTooLarge,
    MisshapenRequest,
    UnknownHost,
    UrlTooLong,
)
from gis_gov.guards.refuse import refuse
from gis_gov.observe import METHODS
from gis_gov.problems import MethodNotAllowed, Problem

URL_MAX_BYTES: Final = 8 * 1024
HEADERS_MAX: Final = 100
HEADERS_MAX_BYTES: Final = 32 * 1024

# Two of these, and a proxy before us may have read the other one.
_ONCE: Final = frozenset({b"host", b"authorization", b"content-length", b"content-type"})
_HOST: Final = re.compile(rb"(?P<name>[A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
# The machine itself asks whether the server is ready.
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})


class RefuseMisshapen:
    """Let through what has a known method, one host, and a URL and headers of a sane size."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str]) -> None:
        self.app = app
        self._hosts = frozenset(hosts) | _LOOPBACK if hosts else frozenset[str]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer with a problem."""
        if scope["type"] == "http":
            problem = self._fault(scope)
            if problem is not None:
                await refuse(problem, scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _fault(self, scope: Scope) -> Problem | None:
        if scope["method"] not in METHODS:
            return MethodNotAllowed("This method is not known here.")
        raw: tuple[bytes, bytes] = (scope.get("raw_path") or b"", scope["query_string"])
        if sum(map(len, raw)) > URL_MAX_BYTES:
            return UrlTooLong(f"A URL may have {URL_MAX_BYTES} bytes.")
        return self._fault_of_headers(scope["headers"]) or _fault_of_text(scope["path"], *raw)

    def _fault_of_headers(self, headers: Sequence[tuple[bytes, bytes]]) -> Problem | None:
        size = sum(len(name) + len(value) for name, value in headers)
        if len(headers) > HEADERS_MAX or size > HEADERS_MAX_BYTES:
            return HeadersTooLarge(f"{HEADERS_MAX} headers, {HEADERS_MAX_BYTES} bytes at most.")
        once = [(name, value) for name, value in headers if name in _ONCE]
        single = dict(once)
        if len(single) < len(once):
            return MisshapenRequest("A header that may be there once is there twice.")
        host = _HOST.fullmatch(single.get(b"host", b""))
        if host is None:
            return MisshapenRequest("The header Host is no name of a host.")
        if self._hosts and host["name"].decode().lower() not in self._hosts:
            return UnknownHost("The server is not asked for by this name; see GIS_GOV_HOSTS.")
        return None


def _fault_of_text(path: str, *raw: bytes) -> Problem | None:
    """Find what is no text: control characters, and bytes that are no UTF-8, as overlong forms."""
    if _CONTROL.search(path):
        return MisshapenRequest("The path holds a control character.")
    for part in raw:
        if b"%" not in part and part.isascii():
            continue
        try:
            text = unquote_to_bytes(part).decode("utf-8")
        except UnicodeDecodeError:
            return MisshapenRequest("The URL is not UTF-8.")
        if "\0" in text:
            return MisshapenRequest("The URL holds a NUL character.")
    return None
