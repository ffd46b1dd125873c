"""What the OGC API answers, by example; the data are the sample's, invented."""

from typing import Any, Final

BASE: Final = "http://127.0.0.1:8000"
_CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_CGCS2000 = "http://www.opengis.net/def/crs/EPSG/0/4490"


def _link(path: str, rel: str, media_type: str, title: str) -> dict[str, Any]:
    return {"href": f"{BASE}{path}", "rel": rel, "type": media_type, "title": title}


CONFORMS: Final[dict[str, Any]] = {
    "conformsTo": ["http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"]
}
COLLECTION: Final[dict[str, Any]] = {
    "id": "grids",
    "title": "网格 Grids",
    "description": "Grids of all layers; those that have no end, unless another time is asked for.",
    "itemType": "feature",
    "crs": [_CRS84, _CGCS2000],
    "storageCrs": _CGCS2000,
    "extent": {"spatial": {"bbox": [[123.25, 29.83, 123.35, 29.9]], "crs": _CRS84}},
    "links": [_link("/collections/grids/items", "items", "application/geo+json", "Grids")],
}
COLLECTIONS: Final[dict[str, Any]] = {
    "links": [_link("/collections", "self", "application/json", "This document")],
    "crs": [_CRS84, _CGCS2000],
    "collections": [{**COLLECTION, "crs": ["#/crs"]}],
}
ITEM: Final[dict[str, Any]] = {
    "type": "Feature",
    "id": "9901010010025004",
    "geometry": {
        "type": "MultiPolygon",
        "coordinates": [[[[123.3, 29.859], [123.301, 29.859], [123.301, 29.86], [123.3, 29.859]]]],
    },
    "properties": {
        "code": "9901010010025004",
        "name": "汀文社区第四网格",
        "layer": "base",
        "area_code": "990101001002",
        "parent_code": None,
        "area_m2": 102417.25,
        "valid_from": "2024-01-01",
        "valid_to": None,
    },
}
ITEM_SENT: Final[dict[str, Any]] = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [123.3, 29.859]},
    "properties": {"name": "汀文社区服务点", "class": "service"},
}
ITEMS: Final[dict[str, Any]] = {
    "type": "FeatureCollection",
    "features": [ITEM],
    "links": [_link("/collections/grids/items", "self", "application/geo+json", "This document")],
    "timeStamp": "2026-01-31T00:00:00Z",
    "numberReturned": 1,
    "numberMatched": 1,
}
QUERYABLES: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": f"{BASE}/collections/areas/queryables",
    "type": "object",
    "title": "行政区划 Administrative areas",
    "properties": {
        "code": {"title": "Natural key", "type": "string"},
        "geometry": {"title": "Geometry", "format": "geometry-multipolygon"},
    },
    "additionalProperties": False,
}
FEATURE_SCHEMA: Final[dict[str, Any]] = {
    **QUERYABLES,
    "$id": f"{BASE}/collections/pois/schema",
    "title": "兴趣点 Points of interest",
    "properties": {
        "code": {"title": "Natural key", "type": "string", "x-ogc-role": "id"},
        "name": {"title": "Name", "type": "string"},
        "grid_code": {"title": "Code of its grid", "type": "string", "readOnly": True},
        "geometry": {
            "title": "Geometry",
            "format": "geometry-point",
            "x-ogc-role": "primary-geometry",
        },
    },
    "required": ["code", "name"],
}
PAGE_EXAMPLE: Final = '<!doctype html><html lang="zh-Hans">…</html>'
API: Final[dict[str, Any]] = {"openapi": "3.0.3", "info": {"title": "gis_gov"}, "paths": {}}
FUNCTIONS: Final[dict[str, Any]] = {
    "functions": [
        {
            "name": "S_DWITHIN",
            "arguments": [{"title": "first", "type": ["geometry"]}],
            "returns": ["boolean"],
        }
    ]
}
_MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
_QUAD = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
_SCHEME = _link(
    "/tileMatrixSets/WebMercatorQuad",
    "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme",
    "application/json",
    "Web Mercator, square",
)
MATRIX_SETS_LIST: Final[dict[str, Any]] = {
    "tileMatrixSets": [
        {
            "id": "WebMercatorQuad",
            "title": "Web Mercator, square",
            "crs": _MERCATOR,
            "uri": _QUAD,
            "links": [{**_SCHEME, "rel": "self"}],
        }
    ]
}
MATRIX_SET: Final[dict[str, Any]] = {
    "id": "WebMercatorQuad",
    "title": "Web Mercator, square",
    "crs": _MERCATOR,
    "uri": _QUAD,
    "orderedAxes": ["X", "Y"],
    "tileMatrices": [
        {
            "id": "0",
            "scaleDenominator": 559082264.0287178,
            "cellSize": 156543.03392804097,
            "cornerOfOrigin": "topLeft",
            "pointOfOrigin": [-20037508.342789244, 20037508.342789244],
            "tileWidth": 256,
            "tileHeight": 256,
            "matrixWidth": 1,
            "matrixHeight": 1,
        }
    ],
}
_TILESET: Final[dict[str, Any]] = {
    "title": "网格 Grids",
    "dataType": "vector",
    "crs": _MERCATOR,
    "tileMatrixSetId": "WebMercatorQuad",
    "tileMatrixSetURI": _QUAD,
}
_TILES = "/collections/grids/tiles/WebMercatorQuad"
TILESETS: Final[dict[str, Any]] = {
    "tilesets": [
        {**_TILESET, "links": [_link(_TILES, "self", "application/json", "Grids"), _SCHEME]}
    ]
}
TILESET: Final[dict[str, Any]] = {
    **_TILESET,
    "links": [
        _SCHEME,
        {
            **_link(
                f"{_TILES}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}",
                "item",
                "application/vnd.mapbox-vector-tile",
                "Grids",
            ),
            "templated": True,
        },
    ],
    "layers": [
        {
            "id": "grids",
            "title": "网格 Grids",
            "dataType": "vector",
            "geometryDimension": 2,
            "minTileMatrix": "0",
            "maxTileMatrix": "22",
        }
    ],
}
