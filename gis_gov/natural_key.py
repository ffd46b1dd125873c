"""Natural keys: what may be one, and how one with a slash is told in an address.

A thing is found at an address that ends with its code, so a code has to fit into one. What is in a
database already may be another: a slash is found there, too, where it is written `%2F`.
"""

import re
from typing import Final
from urllib.parse import quote, unquote

from pydantic import AfterValidator
from starlette.types import ASGIApp, Receive, Scope, Send

PATTERN: Final = r"[^\x00-\x1f\x7f/\\]{1,255}"
"""What a code looks like, but for the names of folders."""

FOLDERS: Final = (".", "..")
"""What stands for another place in an address."""

RULE: Final = (
    "a code stands in addresses, so it holds no / or \\ and no control character, has 255"
    " characters at most, and is not . or .."
)

_CODE: Final = re.compile(PATTERN)
_ENCODED: Final = re.compile(rb"%2f", re.IGNORECASE)
# No character: no text holds it, and the server's own addresses have no use for it.
_MARK: Final = "\ufdd0"
_MARK_QUOTED: Final = quote(_MARK)


def is_code(text: str) -> bool:
    """Say whether a text may be a code."""
    return _CODE.fullmatch(text) is not None and text not in FOLDERS


def _with_slashes(told: str) -> str:
    return told.replace(_MARK, "/")


WithSlashes: Final = AfterValidator(_with_slashes)
"""For codes in paths: a slash that was written `%2F` is a part of the code."""


def written(path: str) -> str:
    """Write the path of a request as an address has it."""
    return quote(path).replace(_MARK_QUOTED, "%2F")


class SlashesInside:
    """Leave a slash that is written `%2F` to the part of the path in which it stands.

    Servers decode the whole path, and routes take apart what is decoded (RFC 3986, 2.4 has it the
    other way round): a code with a slash would be two parts.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Mark such slashes while the request is answered."""
        raw: bytes = scope.get("raw_path") or b""
        if b"%" not in raw or not _ENCODED.search(raw):
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        scope["path"] = unquote(
            _ENCODED.sub(_MARK_QUOTED.encode(), raw.partition(b"?")[0]).decode()
        )
        try:
            await self.app(scope, receive, send)
        finally:
            scope["path"] = path
