"""What a route says of who may use it; every route says something.

`may(RIGHT, …)` in a route's `dependencies`, or as `Actor` in its signature, lets through whoever is
signed in and has all of the rights somewhere; how far they reach is for the queries. `may()` asks
for a sign-in alone, `anyone` for nothing.
"""

import re
from collections.abc import Callable, Iterable
from hmac import compare_digest
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection

from gis_gov.access.actor import Actor
from gis_gov.access.memory import Standing
from gis_gov.access.permissions import Permission
from gis_gov.access.problems import ForgedRequest, PasswordChangeNeeded, SignInNeeded
from gis_gov.access.tokens import Shown, csrf_token, token_hash
from gis_gov.problems import Problem
from gis_gov.state import state_of

COOKIE = "gis_gov_session"
CSRF_HEADER = "x-csrf-token"
BACKGROUND_HEADER = "x-background"
"""Sent as 1 with what a page asks by itself: that nobody is at it keeps no session alive."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_SHOWN = "shown"
_BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)


def shown(request: HTTPConnection) -> Shown | None:
    """Return the key or session that a request shows, whether it holds or not; read once."""
    kept = request.scope.setdefault("state", {})
    if _SHOWN not in kept:
        kept[_SHOWN] = _shown(request)
    found: Shown | None = kept[_SHOWN]
    return found


def _shown(request: HTTPConnection) -> Shown | None:
    header = request.headers.get("authorization")
    if header is not None:
        key = _key_in(header)
        return Shown("key", token_hash(key)) if key else None
    token = request.cookies.get(COOKIE)
    return Shown("session", token_hash(token)) if token else None


def _key_in(header: str) -> str | None:
    match = _BEARER.fullmatch(header.strip())
    return match[1] if match else None


async def find_actor(request: Request) -> Actor:
    """Find out who asks, by key or by session cookie; a key goes first, and does not fall back.

    Raises:
        SignInNeeded: nobody does, or what he shows does not hold.
        ForgedRequest: a write by cookie without the page's token.

    """
    token = shown(request)
    actor = await _actor_of(request, token) if token else None
    if actor is None or token is None:
        if "authorization" in request.headers:
            raise SignInNeeded("The key is not known, has expired or was revoked.")
        raise SignInNeeded
    if token.kind == "session":
        request.state.actor = actor  # known to the audit, even if refused
        _refuse_forged(request)
    return actor


async def _actor_of(request: Request, token: Shown) -> Actor | None:
    actors = state_of(request.app).actors
    is_unattended = getattr(request.scope.get("endpoint"), "unattended", False)
    if token.kind == "session" and (is_unattended or request.headers.get(BACKGROUND_HEADER) == "1"):
        standing = await actors.look(token)
        return standing and standing.actor
    return await actors.of(token)


def _refuse_forged(request: Request) -> None:
    if request.method in SAFE_METHODS:
        return
    # As bytes: of texts it compares ASCII only, and a header may hold more.
    said = request.headers.get(CSRF_HEADER, "").encode()
    if not compare_digest(said, csrf_token(request.cookies[COOKIE]).encode()):
        raise ForgedRequest(f"A write by cookie needs the header {CSRF_HEADER}; see GET /session.")


def unattended(endpoint: Endpoint) -> Endpoint:
    """Declare that a route is asked by pages by themselves: it keeps no session alive."""
    endpoint.unattended = True  # type: ignore[attr-defined]
    return endpoint


async def signed_in(request: Request) -> Actor:
    """Return who asks, found out once a request; raises as `find_actor` does."""
    known: Actor | None = getattr(request.state, "signed_in", None)
    if known is None:
        known = await find_actor(request)
        request.state.actor = request.state.signed_in = known
    return known


SignedIn = Annotated[Actor, Depends(signed_in)]


class Requires:
    """Let through who is signed in and has every one of the rights somewhere."""

    def __init__(self, *rights: Permission, new_password: bool = True) -> None:
        self.rights = rights
        self.new_password = new_password

    async def __call__(self, request: Request) -> Actor:
        """Return who asks.

        Raises:
            SignInNeeded: nobody does.
            PasswordChangeNeeded: the first password, or one too old, has to be changed before.
            NotAllowed: a right is missing.

        """
        return self.check(await signed_in(request))

    def check(self, actor: Actor) -> Actor:
        """Return an actor who may; raises as the call does."""
        if actor.must_change_password and self.new_password:
            raise PasswordChangeNeeded("Change the password by PUT /session/password.")
        actor.require(*self.rights)
        return actor


async def still(request: Request, *rights: Permission) -> Actor | None:
    """Find out anew who asks, for an answer that takes long; None when he may no more."""
    try:
        return Requires(*rights).check(await find_actor(request))
    except Problem:
        return None


async def look(request: Request, *rights: Permission) -> Standing | None:
    """Find out who listens to an answer without end; None when he may no more.

    Unlike a request of his own, it does not keep his session alive.
    """
    token = shown(request)
    standing = await state_of(request.app).actors.look(token) if token else None
    if standing is None:
        return None
    try:
        Requires(*rights).check(standing.actor)
    except Problem:
        return None
    return standing


def may(*rights: Permission, new_password: bool = True) -> Any:
    """Declare what a route needs; see the module."""
    return Depends(Requires(*rights, new_password=new_password))


async def _anyone() -> None:
    """Let everybody through."""


anyone: Any = Depends(_anyone)


def declared(route: APIRoute) -> list[Permission] | None:
    """Return the rights that a route declares, none for a sign-in or nothing at all; else None."""
    rights: list[Permission] | None = None
    for call in _calls(route.dependant):
        if isinstance(call, Requires):
            rights = [*(rights or []), *call.rights]
        elif call is _anyone:
            rights = rights or []
    return rights


def is_open(route: APIRoute) -> bool:
    """Say whether a route is declared to be for anyone."""
    return any(call is _anyone for call in _calls(route.dependant))


def calls(route: APIRoute) -> list[object]:
    """Return whatever a route calls before it answers, and its endpoint."""
    return _calls(route.dependant)


def _calls(dependant: Dependant) -> list[object]:
    return [dependant.call, *(call for each in dependant.dependencies for call in _calls(each))]


def refuse_undeclared(routers: Iterable[APIRouter]) -> None:
    """Refuse to serve a route that does not say who may use it.

    Plain routes (pages and their assets) say so by `open_to_anyone` on their endpoint.

    Raises:
        ValueError: naming the route.

    """
    for route in (route for router in routers for route in router.routes):
        if isinstance(route, APIRoute):
            known = declared(route) is not None
        else:
            known = getattr(getattr(route, "endpoint", None), "open_to_anyone", False)
        if not known:
            raise ValueError(f"the route {getattr(route, 'path', route)} declares no permission")
