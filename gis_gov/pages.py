"""What every page that the server answers has in common: its headers, and the built files."""

from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson

ASSETS: Final = Path(__file__).parent / "dashboard" / "assets"
MANIFEST: Final = "manifest.json"

# Nothing from elsewhere: no inline script, no font, no picture, no base map but the server's own.
CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
PAGE_HEADERS: Final = {
    "cache-control": "no-cache",
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
}


@cache
def built(entry: str) -> tuple[list[str], list[str]]:
    """Return the scripts and the styles of an entry of the built page; none where it is not built.

    Raises:
        KeyError: the build has no such entry.

    """
    if not (ASSETS / MANIFEST).is_file():
        return [], []
    manifest: dict[str, Any] = orjson.loads((ASSETS / MANIFEST).read_bytes())
    styles: list[str] = []
    waiting, seen = [entry], set[str]()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            styles += manifest[name].get("css", [])
            waiting += manifest[name].get("imports", [])
    return [f"/assets/{manifest[entry]['file']}"], [f"/assets/{each}" for each in styles]
