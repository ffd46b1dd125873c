"""The cookies of a browser: of its session, and of a sign-in that is under way elsewhere."""

from fastapi import Request
from starlette.responses import Response

from gis_gov.access.permit import COOKIE
from gis_gov.state import state_of
from gis_gov.web_address import is_loopback, is_on_this_machine

FLOW_COOKIE = "gis_gov_oidc"
FLOW_PATH = "/session/oidc"
FLOW_S = 600
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_PASSED_ON = ("forwarded", "via", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host")


def set_cookie(request: Request, response: Response, token: str) -> None:
    """Let the browser keep a session's token, until it is closed."""
    response.set_cookie(
        COOKIE, token, path="/", secure=not _is_local(request), httponly=True, samesite="strict"
    )


def clear_cookie(request: Request, response: Response) -> None:
    """Let the browser forget it."""
    response.delete_cookie(
        COOKIE, path="/", secure=not _is_local(request), httponly=True, samesite="strict"
    )


def set_flow_cookie(request: Request, response: Response, sealed: str) -> None:
    """Let the browser keep what it has to bring back from the provider."""
    response.set_cookie(
        FLOW_COOKIE,
        sealed,
        max_age=FLOW_S,
        path=FLOW_PATH,
        secure=not _is_local(request),
        httponly=True,
        samesite="lax",  # it comes back from another site
    )


def clear_flow_cookie(request: Request, response: Response) -> None:
    """Let the browser forget it: it is good once."""
    response.delete_cookie(
        FLOW_COOKIE,
        path=FLOW_PATH,
        secure=not _is_local(request),
        httponly=True,
        samesite="lax",
    )


def _is_local(request: Request) -> bool:
    """Say whether browser and server are on one machine, without TLS and nothing in between."""
    if request.url.scheme != "http" or any(name in request.headers for name in _PASSED_ON):
        return False
    if not is_loopback(request.url.hostname or ""):
        return False
    # A proxy may say nothing of itself and ask by our own name. A browser tells in each write which
    # page it comes from; of what it only reads, the sign-in elsewhere, we know where it comes back.
    page = request.headers.get("origin")
    if page is None and request.method not in _WRITES:
        page = state_of(request.app).settings.public_url
    return page is None or is_on_this_machine(page)
