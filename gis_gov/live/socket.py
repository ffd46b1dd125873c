"""The live stream over a WebSocket: the same answer as over HTTP, message by message.

A handshake goes on as the GET that it is, through every guard and to the same route: whose sign-in
holds, what it may follow, how far it is behind and what is recorded is decided there alone. Here
the frames of the one stream are put into those of the other.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gis_gov.live.socket_frames import ENDED, SOCKET, Close, messages_of

PATHS: Final = frozenset({"/live"})
MARK: Final = b"last_event_id="
"""A browser's WebSocket sends no headers of one's own: here it is a parameter."""
DENIAL: Final = "websocket.http.response"
_OF_SOCKETS: Final = (b"connection", b"upgrade", b"sec-websocket-", b"accept-encoding")
CLOSE_S: Final = 1.0
_OK: Final = 200
_NOT_FOUND: Final = 404


class LiveSocket:
    """Let a WebSocket have the live stream; it has to stand before the guards."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; answer a handshake as the request that it is would be answered."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        socket = _Socket(scope, receive, send)
        if not await socket.is_opened():
            return
        if scope["path"] not in PATHS:
            await socket.refuse(_NOT_FOUND, [], b"")
            return
        await self.app(_as_get(scope, socket.state), socket.receive, socket.send)
        await socket.end()


class _Socket:
    """One WebSocket, as the application sees it: a request without a body, and its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._can_deny = DENIAL in scope.get("extensions", {})
        self._receive = receive
        self._send = send
        self.state: dict[str, Any] = {**scope.get("state", {}), SOCKET: True}
        self._is_asked = self._is_accepted = self._is_over = False
        self._refused: tuple[int, Sequence[tuple[bytes, bytes]]] | None = None
        self._body = b""

    async def is_opened(self) -> bool:
        """Take the handshake; say whether somebody is still there."""
        return (await self._receive())["type"] == "websocket.connect"

    async def receive(self) -> Message:
        """Give the empty body, and then wait until the client leaves."""
        if not self._is_asked:
            self._is_asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        if self._is_over:
            await asyncio.Event().wait()
        message = await self._receive()
        if message["type"] == "websocket.receive":
            # A client has nothing to say. One that does would fill the memory of the server.
            await self._close(Close.UNASKED)
        self._is_over = True
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Send a piece of the answer on."""
        if message["type"] == "http.response.start":
            if message["status"] == _OK:
                self._is_accepted = True
                await self._send({"type": "websocket.accept", "headers": _kept(message)})
            else:
                self._refused = message["status"], list(message.get("headers", ()))
            return
        body, more = message.get("body", b""), message.get("more_body", False)
        if self._refused is not None:
            self._body += body
            if not more:
                await self.refuse(*self._refused, self._body)
            return
        for text in messages_of(body):
            if self._is_over:
                return
            await self._send({"type": "websocket.send", "text": text})
        if not more:
            await self._close(self.state.get(ENDED, Close.TIME_UP))

    async def refuse(
        self, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes
    ) -> None:
        """Answer the handshake with a problem, or where the server can't, by a code of its own."""
        self._is_over = True
        if self._can_deny:
            start = {"type": f"{DENIAL}.start", "status": status, "headers": list(headers)}
            await self._send(start)
            await self._send({"type": f"{DENIAL}.body", "body": body, "more_body": False})
            return
        await self._send({"type": "websocket.accept"})
        await self._send({"type": "websocket.close", "code": 4000 + status, "reason": ""})

    async def end(self) -> None:
        """Close what the application has left without an end: its client took nothing any more."""
        if self._is_accepted and not self._is_over:
            with suppress(TimeoutError):  # there may be no room for this, either
                async with asyncio.timeout(CLOSE_S):
                    await self._close(Close.STALLED)

    async def _close(self, close: Close) -> None:
        if self._is_over:
            return
        self._is_over = True
        await self._send({"type": "websocket.close", "code": close.code, "reason": close.reason})


def _as_get(scope: Scope, state: dict[str, Any]) -> Scope:
    """Return the request that a handshake is."""
    headers = [each for each in scope["headers"] if not each[0].lower().startswith(_OF_SOCKETS)]
    asked = scope["query_string"].split(b"&")
    marks = [unquote_to_bytes(each.removeprefix(MARK)) for each in asked if each.startswith(MARK)]
    return {
        **scope,
        "type": "http",
        "method": "GET",
        "scheme": "https" if scope.get("scheme") in ("wss", "https") else "http",
        "headers": [*headers, *((b"last-event-id", mark) for mark in marks[:1])],
        "query_string": b"&".join(each for each in asked if not each.startswith(MARK)),
        "state": state,
    }


def _kept(message: Message) -> list[tuple[bytes, bytes]]:
    return [each for each in message.get("headers", ()) if each[0] == b"x-request-id"]
