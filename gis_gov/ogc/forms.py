"""In which form a resource is answered: as `f` says, or else as Accept prefers."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from fastapi import Depends, Query, Request
from starlette.datastructures import URL

from gis_gov.media import GEOJSON, HTML, JSON, preferred
from gis_gov.natural_key import written
from gis_gov.ogc.links import SCHEMA, Link

PAGE: Final = "html"
Forms = Mapping[str, str]
"""Media types by what `f` calls them; the first is the one in doubt."""

DOCUMENTS: Final[Forms] = {"json": JSON, PAGE: HTML}
SCHEMAS: Final[Forms] = {"json": SCHEMA, PAGE: HTML}
FEATURES: Final[Forms] = {"geojson": GEOJSON, PAGE: HTML}
VARIES: Final = {"vary": "Accept"}

_JSON_OR_PAGE = Query(description="JSON, or a page to read; without it, as `Accept` prefers")


async def _document(
    request: Request, f: Annotated[Literal["json", "html"] | None, _JSON_OR_PAGE] = None
) -> str:
    return form_of(request, f, DOCUMENTS)


DocumentForm = Annotated[str, Depends(_document)]


def form_of(request: Request, asked: str | None, forms: Forms) -> str:
    """Return the name of the form to answer in."""
    if asked is not None:
        return asked
    accept = request.headers.get("accept", "*/*")
    wanted = preferred(accept, *forms.values())
    return next(name for name, media_type in forms.items() if media_type == wanted)


def self_links(request: Request, told: str, forms: Forms) -> list[Link]:
    """Make the links of a document to itself, in the form that it is told in and in all others."""
    links: list[Link] = []
    asked = URL(scope={**request.scope, "path": written(request.scope["path"])})
    for name, media_type in forms.items():
        is_this = name == told
        url = asked if is_this else asked.include_query_params(f=name)
        links.append(
            {
                "href": str(url),
                "rel": "self" if is_this else "alternate",
                "type": media_type,
                "title": "This document" if is_this else f"This document as {name}",
            }
        )
    return sorted(links, key=lambda link: link["rel"], reverse=True)
