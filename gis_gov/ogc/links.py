"""Links between the documents of the OGC API, all absolute."""

from typing import Any, Final

from starlette.requests import Request

SCHEMA: Final = "application/schema+json"
OPENAPI_3_0: Final = "application/vnd.oai.openapi+json;version=3.0"
OPENAPI_3_1: Final = "application/vnd.oai.openapi+json;version=3.1"
_REL: Final = "http://www.opengis.net/def/rel/ogc/1.0/"
CONFORMANCE_REL: Final = f"{_REL}conformance"
DATA_REL: Final = f"{_REL}data"
FUNCTIONS_REL: Final = f"{_REL}functions"
QUERYABLES_REL: Final = f"{_REL}queryables"
SCHEMA_REL: Final = f"{_REL}schema"
TILESETS_REL: Final = f"{_REL}tilesets-vector"
TILING_SCHEME_REL: Final = f"{_REL}tiling-scheme"
TILING_SCHEMES_REL: Final = f"{_REL}tiling-schemes"

Link = dict[str, Any]


def link(base: str, path: str, rel: str, media_type: str, title: str) -> Link:
    """Make a link to a path of the server whose address is `base`."""
    return {"href": f"{base}{path}", "rel": rel, "type": media_type, "title": title}


def base_of(request: Request) -> str:
    """Return the address of this server, as the client has it."""
    return str(request.base_url).rstrip("/")


def link_header(*links: Link) -> str:
    """Write links as the header `Link` has them (RFC 8288)."""
    return ", ".join(
        f'<{each["href"]}>; rel="{each["rel"]}"; type="{each["type"]}"' for each in links
    )
