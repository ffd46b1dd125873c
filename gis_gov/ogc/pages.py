"""The documents of the OGC API as pages, in Chinese first and English second.

Every text is escaped where a template writes it; nothing on a page is a script but the map's own.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final
from urllib.parse import quote

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from gis_gov.collection import Collection
from gis_gov.ogc.forms import VARIES
from gis_gov.pages import PAGE_HEADERS, built

_ENTRY: Final = "src/collections/main.ts"
_TEMPLATES: Final = Environment(
    loader=PackageLoader("gis_gov.ogc", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
# In an address a code is one part of the path, whatever it holds.
_TEMPLATES.filters["part"] = partial(quote, safe="")


def page(template: str, headers: Mapping[str, str], **values: Any) -> Response:
    """Answer a page; `headers` say how long it is kept."""
    scripts, styles = built(_ENTRY)
    text = _TEMPLATES.get_template(f"{template}.html").render(
        scripts=scripts, styles=styles, **values
    )
    return HTMLResponse(text, headers={**PAGE_HEADERS, **headers, **VARIES})


def document_page(title: str, document: Any, headers: Mapping[str, str]) -> Response:
    """Answer any document, member by member."""
    return page("document", headers, title=title, document=_plain(document))


def items_page(
    collection: Collection, document: Mapping[str, Any], headers: Mapping[str, str], *, mapped: bool
) -> Response:
    """Answer a page of features as a table, and, where they are in CRS84, on a map."""
    told = _plain(document)
    return page(
        "items",
        headers,
        title=f"{collection.title_zh} {collection.title}",
        collection=collection,
        document=told,
        columns=_columns(told["features"]),
        features=_drawn(told["features"]) if mapped else None,
    )


def item_page(
    collection: Collection, feature: Mapping[str, Any], headers: Mapping[str, str], *, mapped: bool
) -> Response:
    """Answer one feature, and show it on a map."""
    told = _plain(feature)
    return page(
        "item",
        headers,
        title=f"{told['id']} · {collection.title_zh} {collection.title}",
        collection=collection,
        feature=told,
        features=_drawn([told]) if mapped else None,
    )


def _plain(document: Any) -> Any:
    return orjson.loads(orjson.dumps(document))


def _columns(features: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names of all properties, in the order in which they are told."""
    return list(dict.fromkeys(name for each in features for name in each["properties"]))


def _drawn(features: Sequence[Mapping[str, Any]]) -> str:
    """Return what the map draws, as GeoJSON: shapes, codes and names alone."""
    drawn = [
        {
            "type": "Feature",
            "geometry": each["geometry"],
            "properties": {
                "code": each["id"],
                "name": each["properties"].get("name") or each["properties"].get("title"),
            },
        }
        for each in features
        if each["geometry"] is not None
    ]
    return orjson.dumps({"type": "FeatureCollection", "features": drawn}).decode()
