"""Whose page opens a WebSocket: a browser lets any page do so, with the cookies of ours."""

from urllib.parse import urlsplit

from fastapi import Request

from gis_gov.access.permit import shown
from gis_gov.access.problems import ForgedRequest
from gis_gov.live.socket_frames import SOCKET


def refuse_foreign(request: Request) -> None:
    """Refuse a WebSocket by cookie that was not opened by a page of this server.

    A key is shown by who has it, and nobody else; a cookie by the browser, for whomever it asks.

    Raises:
        ForgedRequest: by another page, or by none.

    """
    if not request.scope.get("state", {}).get(SOCKET):
        return
    token = shown(request)
    if token is None or token.kind != "session":
        return
    try:
        page = urlsplit(request.headers.get("origin", "")).netloc.lower()
    except ValueError:
        page = ""
    if not page or page != request.headers.get("host", "").lower():
        raise ForgedRequest("A WebSocket by cookie is opened by our own page: see Origin.")
