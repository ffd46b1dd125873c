"""The definition of the API with its landing page, and a path for each collection's items.

The queryables of a collection are among the parameters of its items.

Clients that look there for what they may ask by, as GDAL does, know no path in which the name of a
collection is left open. QGIS and GDAL take the size of their pages from the component `limit`:
without it QGIS asks for a hundred items at a time.
"""

from collections.abc import Iterable
from typing import Any, Final

from gis_gov.collection import Collection
from gis_gov.cql.kinds import Kind
from gis_gov.media import HTML, JSON
from gis_gov.ogc.examples import BASE
from gis_gov.ogc.service import landing, schema_of
from gis_gov.ogc.writable import WRITABLE
from gis_gov.openapi import ANY_PROBLEM, problems
from gis_gov.paging import LIMIT_MAX
from gis_gov.problems import InvalidRequest, UnknownParameter
from gis_gov.queryables import queryables

_OPEN: Final = "{collection}"
_ITEMS: Final = f"/collections/{_OPEN}/items"


def with_collections(document: dict[str, Any], collections: Iterable[Collection]) -> dict[str, Any]:
    """Add to a definition the landing page, and the items of each collection."""
    general = document["paths"][_ITEMS]
    named = {_ITEMS.replace(_OPEN, each.name): _methods(general, each) for each in collections}
    parameters = {"limit": _limit(general["get"])}
    return {
        **document,
        "paths": {"/": {"get": _landing()}, **document["paths"], **named},
        "components": {**document["components"], "parameters": parameters},
    }


def _limit(general: dict[str, Any]) -> dict[str, Any]:
    (told,) = (each for each in general["parameters"] if each["name"] == "limit")
    return {**told, "schema": {**told["schema"], "maximum": LIMIT_MAX}}


def _landing() -> dict[str, Any]:
    told = {**ANY_PROBLEM, **problems(InvalidRequest, UnknownParameter)}
    return {
        "tags": ["collections"],
        "operationId": "landing",
        "summary": "Where everything is",
        "parameters": [
            {
                "name": "f",
                "in": "query",
                "required": False,
                "description": "JSON, or the map; without it, as `Accept` prefers",
                "schema": {"type": "string", "enum": ["json", "html"]},
            }
        ],
        "responses": {
            "200": {
                "description": "The landing page",
                "content": {
                    JSON: {"schema": {"type": "object"}, "example": landing(BASE)},
                    HTML: {"schema": {"type": "string"}},
                },
            },
            "304": {"description": "The map is as `If-None-Match` tells"},
            **{str(status): each for status, each in told.items()},
        },
        "security": [],
    }


def _methods(general: dict[str, Any], collection: Collection) -> dict[str, Any]:
    made = {"get": _operation(general["get"], collection)}
    for method in ("post", "options") if collection.name in WRITABLE else ("options",):
        told = general[method]
        made[method] = {
            **told,
            "operationId": f"{told['operationId']}_{collection.name}",
            "parameters": [each for each in told["parameters"] if each["in"] != "path"],
        }
    return made


def _operation(general: dict[str, Any], collection: Collection) -> dict[str, Any]:
    kept = [each for each in general["parameters"] if each["in"] == "query"]
    own = [
        {
            "name": each.name,
            "in": "query",
            "required": False,
            "description": f"{each.title}: this value alone",
            "schema": schema_of(each),
            "style": "form",
            "explode": False,
        }
        for each in queryables(collection)
        if each.kind is not Kind.TEXTS
    ]
    return {
        **general,
        "operationId": f"{general['operationId']}_{collection.name}",
        "summary": f"{collection.title}, page by page",
        "parameters": [*kept, *own],
    }
