"""What is told of the OGC API itself: its landing page, its classes, its collections."""

from typing import Any, Final

from gis_gov.access.actor import Actor
from gis_gov.access.permissions import Permission
from gis_gov.collection import Collection, Property
from gis_gov.cql.kinds import Kind
from gis_gov.formats.known import FORMATS
from gis_gov.geo.bbox import BBox
from gis_gov.media import GEOJSON, HTML, JSON
from gis_gov.ogc.crs import CRS84_URI, STORAGE_URI, SUPPORTED
from gis_gov.ogc.links import (
    CONFORMANCE_REL,
    DATA_REL,
    FUNCTIONS_REL,
    OPENAPI_3_0,
    OPENAPI_3_1,
    QUERYABLES_REL,
    SCHEMA,
    SCHEMA_REL,
    TILESETS_REL,
    TILING_SCHEMES_REL,
    Link,
    link,
)
from gis_gov.ogc.registered import readable
from gis_gov.queryables import GEOMETRY, queryables
from gis_gov.tiles.service import LAYERS

_FEATURES: Final = "http://www.opengis.net/spec/ogcapi-features-"
_COMMON: Final = "http://www.opengis.net/spec/ogcapi-common-"
_TILES: Final = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/"
_CQL2: Final = "http://www.opengis.net/spec/cql2/1.0/conf/"
CONFORMANCE: Final = (
    f"{_COMMON}1/1.0/conf/core",
    f"{_COMMON}1/1.0/conf/landing-page",
    f"{_COMMON}1/1.0/conf/json",
    f"{_COMMON}1/1.0/conf/html",
    f"{_COMMON}1/1.0/conf/oas30",
    f"{_COMMON}2/1.0/conf/collections",
    f"{_COMMON}2/1.0/conf/json",
    f"{_COMMON}2/1.0/conf/html",
    f"{_FEATURES}1/1.0/conf/core",
    f"{_FEATURES}1/1.0/conf/geojson",
    f"{_FEATURES}1/1.0/conf/html",
    f"{_FEATURES}1/1.0/conf/oas30",
    f"{_FEATURES}2/1.0/conf/crs",
    f"{_FEATURES}3/1.0/conf/queryables",
    f"{_FEATURES}3/1.0/conf/queryables-query-parameters",
    f"{_FEATURES}3/1.0/conf/filter",
    f"{_FEATURES}3/1.0/conf/features-filter",
    *(
        f"{_FEATURES}4/1.0/conf/{name}"
        for name in ("create-replace-delete", "update", "optimistic-locking-etags", "features")
    ),
    *(
        f"{_TILES}{name}"
        for name in (
            "core",
            "tileset",
            "tilesets-list",
            "dataset-tilesets",
            "geodata-tilesets",
            "collections-selection",
            "mvt",
            "oas30",
        )
    ),
    *(
        f"{_CQL2}{name}"
        for name in (
            "cql2-text",
            "cql2-json",
            "basic-cql2",
            "advanced-comparison-operators",
            "case-insensitive-comparison",
            "accent-insensitive-comparison",
            "basic-spatial-functions",
            "basic-spatial-functions-plus",
            "spatial-functions",
            "temporal-functions",
            "array-functions",
            "property-property",
            "functions",
            "arithmetic",
        )
    ),
)
_TYPES: Final[dict[Kind, dict[str, Any]]] = {
    Kind.TEXT: {"type": "string"},
    Kind.TEXTS: {"type": "array", "items": {"type": "string"}},
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: {"type": "number"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.INSTANT: {"type": "string", "format": "date-time"},
}


def landing(base: str) -> dict[str, Any]:
    """Tell where everything is."""
    return {
        "title": "gis_gov",
        "description": "网格化治理地图引擎 · The map engine of grassroots governance",
        "links": [
            link(base, "/?f=json", "self", JSON, "This document"),
            link(base, "/?f=html", "alternate", HTML, "The map"),
            link(base, "/api", "service-desc", OPENAPI_3_0, "The definition of the API"),
            link(base, "/openapi.json", "service-desc", OPENAPI_3_1, "The same by OpenAPI 3.1"),
            link(base, "/docs", "service-doc", HTML, "The documentation of the API"),
            *(
                link(base, "/conformance", rel, JSON, "The classes that are met")
                for rel in ("conformance", CONFORMANCE_REL)
            ),
            *(
                link(base, "/collections", rel, JSON, "The collections")
                for rel in ("data", DATA_REL)
            ),
            link(base, "/functions", FUNCTIONS_REL, JSON, "What filters may call"),
            link(base, "/tiles", TILESETS_REL, JSON, "The tilesets"),
            link(base, "/tileMatrixSets", TILING_SCHEMES_REL, JSON, "The tile matrix sets"),
        ],
    }


def collections_document(
    base: str, actor: Actor, extent: BBox | None, links: list[Link]
) -> dict[str, Any]:
    """Tell of the collections that who asks may read; `links` are those to the document itself."""
    return {
        "links": links,
        "crs": list(SUPPORTED),
        "collections": [collection_document(base, each, actor, extent) for each in readable(actor)],
    }


def collection_document(
    base: str,
    collection: Collection,
    actor: Actor,
    extent: BBox | None,
    links: list[Link] | None = None,
) -> dict[str, Any]:
    """Tell of one collection; `links` are those to its own document, without which it is listed."""
    path = f"/collections/{collection.name}"
    made: dict[str, Any] = {
        "id": collection.name,
        "title": f"{collection.title_zh} {collection.title}",
        "description": collection.description,
        "itemType": "feature",
        "crs": list(SUPPORTED) if links else ["#/crs"],
        "storageCrs": STORAGE_URI,
        "links": [
            *(links or _own(base, path, collection)),
            *_parts(base, path, collection),
            *_files(base, path, collection, actor),
        ],
    }
    if extent is not None and collection.stays_inside:
        west, south, east, north = extent.west, extent.south, extent.east, extent.north
        made["extent"] = {
            "spatial": {
                "bbox": [[west, south, east, north]],
                "crs": CRS84_URI,
                # In the axis order of the CRS that things are stored in.
                "storageCrsBbox": [[south, west, north, east]],
            }
        }
    return made


def _own(base: str, path: str, collection: Collection) -> list[Link]:
    return [
        link(base, path, "self", JSON, collection.title),
        link(base, f"{path}?f=html", "alternate", HTML, f"{collection.title} as a page"),
    ]


def _parts(base: str, path: str, collection: Collection) -> list[Link]:
    tiles = [link(base, f"{path}/tiles", TILESETS_REL, JSON, f"{collection.title} as tiles")]
    return [
        link(base, f"{path}/items", "items", GEOJSON, f"{collection.title} as GeoJSON"),
        link(base, f"{path}/items?f=html", "items", HTML, f"{collection.title} as a page"),
        link(base, f"{path}/schema", SCHEMA_REL, SCHEMA, "What features are made of"),
        link(base, f"{path}/queryables", QUERYABLES_REL, SCHEMA, "What filters may name"),
        *(tiles if collection.name in LAYERS else []),
    ]


def _files(base: str, path: str, collection: Collection, actor: Actor) -> list[Link]:
    """Link the whole of a collection in each format, for whoever may take it out."""
    if collection.taken is not None and not actor.may(Permission.EXPORT):
        return []
    return [
        link(base, f"{path}/items?f={name}", "enclosure", each.plain_type, f"All as {name}")
        for name, each in FORMATS.items()
    ]


def queryables_document(base: str, collection: Collection, actor: Actor) -> dict[str, Any]:
    """Tell as JSON Schema by what who asks can filter a collection."""
    properties = {
        each.name: schema_of(each)
        for each in queryables(collection)
        if each.needs is None or actor.may(each.needs)
    }
    properties[GEOMETRY] = geometry_schema(collection)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{base}/collections/{collection.name}/queryables",
        "type": "object",
        "title": f"{collection.title_zh} {collection.title}",
        "properties": properties,
        "additionalProperties": False,
    }


def geometry_schema(collection: Collection) -> dict[str, Any]:
    """Tell as JSON Schema what geometries a collection has."""
    kind = collection.shape_type.lower()
    return {
        "title": "Geometry",
        "format": "geometry-any" if kind == "geometry" else f"geometry-{kind}",
    }


def schema_of(told: Property) -> dict[str, Any]:
    """Tell as JSON Schema what values a property has."""
    made: dict[str, Any] = {"title": told.title, **_TYPES[told.kind]}
    if told.choices:
        made["enum"] = list(told.choices)
    return made
