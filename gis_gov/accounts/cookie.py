"""The cookie of a browser's session."""

import ipaddress

from fastapi import Request
from starlette.responses import Response

from gis_gov.access.permit import COOKIE

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


def _is_local(request: Request) -> bool:
    """Say whether browser and server are on one machine, without TLS and nothing in between."""
    if request.url.scheme != "http" or any(name in request.headers for name in _PASSED_ON):
        return False
    host = request.url.hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
