"""Take the client's address and scheme from a proxy that is trusted, and from nobody else."""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gis_gov.client_address import forwarded_client, is_trusted
from gis_gov.settings import Network


class BehindProxy:
    """Put the true client and scheme into the scope, where everybody looks for them."""

    def __init__(self, app: ASGIApp, trusted: Sequence[Network]) -> None:
        self.app = app
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        peer = scope.get("client")
        if self._trusted and peer and is_trusted(peer[0], self._trusted):
            headers = Headers(scope=scope)
            told = ",".join(headers.getlist("x-forwarded-for"))
            if told:
                scope["client"] = (forwarded_client(peer[0], told, self._trusted), 0)
            # The nearest proxy wrote the last, whether on a line of its own or at the end of one.
            schemes = ",".join(headers.getlist("x-forwarded-proto"))
            scheme = schemes.rpartition(",")[2].strip().lower()
            if scheme in ("http", "https"):
                scope["scheme"] = scheme
        await self.app(scope, receive, send)
