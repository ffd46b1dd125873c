"""Links between the documents of the OGC API, all absolute."""

from typing import Any, Final

from starlette.requests import Request

JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
SCHEMA: Final = "application/schema+json"
HTML: Final = "text/html"
QUERYABLES_REL: Final = "http://www.opengis.net/def/rel/ogc/1.0/queryables"

Link = dict[str, Any]


def link(request: Request, path: str, rel: str, media_type: str, title: str) -> Link:
    """Make a link to a path of this server."""
    return {"href": address(request, path), "rel": rel, "type": media_type, "title": title}


def address(request: Request, path: str) -> str:
    """Return the whole address of a path of this server."""
    return f"{str(request.base_url).rstrip('/')}{path}"


def own(request: Request, media_type: str, title: str = "This document") -> Link:
    """Make the link of a document to itself."""
    query = f"?{request.url.query}" if request.url.query else ""
    return link(request, f"{request.url.path}{query}", "self", media_type, title)
