"""Links between the documents of the OGC API, all absolute."""

from typing import Any, Final

from starlette.requests import Request

JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
SCHEMA: Final = "application/schema+json"
HTML: Final = "text/html"
QUERYABLES_REL: Final = "http://www.opengis.net/def/rel/ogc/1.0/queryables"

Link = dict[str, Any]


def link(base: str, path: str, rel: str, media_type: str, title: str) -> Link:
    """Make a link to a path of the server whose address is `base`."""
    return {"href": f"{base}{path}", "rel": rel, "type": media_type, "title": title}


def base_of(request: Request) -> str:
    """Return the address of this server, as the client has it."""
    return str(request.base_url).rstrip("/")


def own(request: Request, media_type: str) -> Link:
    """Make the link of a document to itself."""
    href = str(request.url)
    return {"href": href, "rel": "self", "type": media_type, "title": "This document"}
