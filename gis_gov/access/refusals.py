"""Middleware that records every refusal before it is answered."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from fastapi import FastAPI
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gis_gov.access.audit import ANONYMOUS, actor_of
from gis_gov.access.entry import Entry
from gis_gov.observe import METHODS
from gis_gov.paging import BadPageToken
from gis_gov.problems import Problem, Unavailable, respond
from gis_gov.state import state_of

REFUSALS: Final = frozenset({401, 403, 423, 429})
GUARDED: Final = "guarded"
"""Set in a request's state by whoever refuses it before any route sees it, whatever the status."""

# What a path may call that which is asked for; an account before its role, which is a number.
_NAMES: Final = ("code", "name", "id", "layers", "collection")
_UNKNOWN: Final = "(no route)"
_UNKNOWN_METHOD: Final = "(no method)"


class RecordRefusals:
    """Write an entry for each answer that refuses: who asked, from where, for what, and why not.

    The action is the method with the route's pattern. Clients that nobody knows, that are slowed
    down, or refused before any route sees them, come back many times a minute: those are counted.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        replaced = False

        async def recorded(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and _refuses(scope, message["status"]):
                try:
                    await _record(scope, message["status"])
                except Unavailable as problem:
                    replaced = True
                    await respond(problem)(scope, receive, send)
            if not replaced:
                await send(message)

        await self.app(scope, receive, recorded)


def _is_guarded(scope: Scope) -> bool:
    return scope.get("state", {}).get(GUARDED, False)


def _refuses(scope: Scope, status: int) -> bool:
    # Pages are left by the links that they hold: a token that does not fit is stolen or forged.
    forged = isinstance(scope.get("state", {}).get("problem"), BadPageToken)
    return forged or status in REFUSALS or _is_guarded(scope)


async def _record(scope: Scope, status: int) -> None:
    app: FastAPI = scope["app"]
    audit = state_of(app).audit
    request = HTTPConnection(scope)
    entry = _entry(scope, status)
    if status == 429 or _is_guarded(scope) or actor_of(request) == ANONYMOUS:
        await audit.record_repeated(request, entry)
    else:
        await audit.record(request, entry)


def _entry(scope: Scope, status: int) -> Entry:
    # The route's pattern: a path is unbounded, and may hold anything.
    pattern = getattr(scope.get("route") or _route(scope), "path", _UNKNOWN)
    problem: Problem | None = scope.get("state", {}).get("problem")
    asked: dict[str, Any] = scope.get("path_params", {})
    right = problem and problem.members.get("right")
    code = next((asked[name] for name in _NAMES if name in asked), None)
    method = scope["method"] if scope["method"] in METHODS else _UNKNOWN_METHOD
    return Entry(
        f"{method} {pattern}",
        "refused",
        object_code=None if code is None else str(code),
        reason=problem.slug if problem else f"status {status}",
        detail={"right": right} if right else None,
    )


def _route(scope: Scope) -> BaseRoute | None:
    """Find the route of a request that was refused before it came so far."""
    app: FastAPI = scope["app"]
    if scope["method"] == "HEAD":
        scope = {**scope, "method": "GET"}
    return next(
        (each for each in _single(app.routes) if each.matches(scope)[0] is Match.FULL), None
    )


def _single(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    # A router that was included stands among them as one, and tells no pattern; nor do the direct
    # routes that stand before, which are among those of the routers, too.
    for each in routes:
        included = getattr(each, "original_router", None)
        if included is not None:
            yield from included.routes
        elif hasattr(each, "path"):
            yield each
