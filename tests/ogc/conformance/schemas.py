"""The JSON Schemas of the documents of the OGC API, in our words."""

from typing import Any

LINK = {
    "type": "object",
    "required": ["href", "rel", "type"],
    "properties": {
        "href": {"type": "string", "pattern": "^https?://"},
        "rel": {"type": "string", "minLength": 1},
        "type": {"type": "string", "pattern": "^[a-z]+/"},
        "title": {"type": "string"},
        "hreflang": {"type": "string"},
        "length": {"type": "integer"},
    },
}
LINKS = {"type": "array", "items": LINK}
LANDING_PAGE = {
    "type": "object",
    "required": ["links"],
    "properties": {
        "title": {"type": "string"},
        "description": {"type": "string"},
        "links": LINKS,
    },
}
CONFORMANCE = {
    "type": "object",
    "required": ["conformsTo"],
    "properties": {
        "conformsTo": {"type": "array", "items": {"type": "string", "pattern": "^https?://"}}
    },
}
_END = {"type": ["string", "null"], "format": "date-time"}
EXTENT = {
    "type": "object",
    "properties": {
        "spatial": {
            "type": "object",
            "required": ["bbox"],
            "properties": {
                "bbox": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "array",
                        "items": {"type": "number"},
                        "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
                    },
                },
                "crs": {"enum": ["http://www.opengis.net/def/crs/OGC/1.3/CRS84"]},
            },
        },
        "temporal": {
            "type": "object",
            "properties": {
                "interval": {
                    "type": "array",
                    "items": {"type": "array", "minItems": 2, "maxItems": 2, "items": _END},
                }
            },
        },
    },
}
COLLECTION = {
    "type": "object",
    "required": ["id", "links"],
    "properties": {
        "id": {"type": "string"},
        "title": {"type": "string"},
        "description": {"type": "string"},
        "links": {**LINKS, "minItems": 1},
        "extent": EXTENT,
        "itemType": {"enum": ["feature"]},
        "crs": {"type": "array", "items": {"type": "string"}},
        "storageCrs": {"type": "string"},
    },
}
COLLECTIONS = {
    "type": "object",
    "required": ["links", "collections"],
    "properties": {
        "links": LINKS,
        "collections": {"type": "array", "items": COLLECTION},
        "crs": {"type": "array", "items": {"type": "string"}},
    },
}


def _coordinates(depth: int) -> dict[str, Any]:
    if depth == 0:
        return {"type": "array", "minItems": 2, "items": {"type": "number"}}
    return {"type": "array", "items": _coordinates(depth - 1)}


_DEPTHS = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
GEOMETRY = {
    "oneOf": [
        {
            "type": "object",
            "required": ["type", "coordinates"],
            "properties": {"type": {"const": kind}, "coordinates": _coordinates(depth)},
        }
        for kind, depth in _DEPTHS.items()
    ]
}
FEATURE = {
    "type": "object",
    "required": ["type", "id", "geometry", "properties"],
    "properties": {
        "type": {"const": "Feature"},
        "id": {"type": ["string", "integer"]},
        "geometry": {"anyOf": [{"type": "null"}, GEOMETRY]},
        "properties": {"type": ["object", "null"]},
        "links": LINKS,
    },
}
FEATURES = {
    "type": "object",
    "required": ["type", "features", "links"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "features": {"type": "array", "items": FEATURE},
        "links": LINKS,
        "timeStamp": {"type": "string", "format": "date-time"},
        "numberMatched": {"type": "integer", "minimum": 0},
        "numberReturned": {"type": "integer", "minimum": 0},
    },
}
_TYPES = {"enum": ["string", "number", "integer", "datetime", "geometry", "boolean"]}
FUNCTIONS = {
    "type": "object",
    "required": ["functions"],
    "properties": {
        "functions": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "returns"],
                "properties": {
                    "name": {"type": "string"},
                    "description": {"type": "string"},
                    "arguments": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["type"],
                            "properties": {"type": {"type": "array", "items": _TYPES}},
                        },
                    },
                    "returns": {"type": "array", "items": _TYPES},
                },
            },
        }
    },
}
_CRS = {"type": "string", "pattern": "^http://www.opengis.net/def/crs/EPSG/0/[0-9]+$"}
TILESET = {
    "type": "object",
    "required": ["dataType", "crs", "links", "layers"],
    "properties": {
        "title": {"type": "string"},
        "dataType": {"enum": ["vector", "map", "coverage"]},
        "crs": _CRS,
        "tileMatrixSetURI": {"type": "string", "format": "uri"},
        "links": LINKS,
        "layers": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["id", "dataType"],
                "properties": {
                    "id": {"type": "string"},
                    "dataType": {"enum": ["vector"]},
                    "geometryDimension": {"enum": [0, 1, 2, 3]},
                    "minTileMatrix": {"type": "string"},
                    "maxTileMatrix": {"type": "string"},
                    "propertiesSchema": {"type": "object", "required": ["type", "properties"]},
                },
            },
        },
        "boundingBox": {
            "type": "object",
            "required": ["lowerLeft", "upperRight"],
            "properties": {
                corner: {
                    "type": "array",
                    "minItems": 2,
                    "maxItems": 2,
                    "items": {"type": "number"},
                }
                for corner in ("lowerLeft", "upperRight")
            },
        },
    },
}
TILESETS = {
    "type": "object",
    "required": ["tilesets"],
    "properties": {
        "links": LINKS,
        "tilesets": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["dataType", "links", "crs"],
                "properties": {"dataType": {"enum": ["vector"]}, "crs": _CRS, "links": LINKS},
            },
        },
    },
}
MATRIX_SET = {
    "type": "object",
    "required": ["crs", "tileMatrices"],
    "properties": {
        "id": {"type": "string"},
        "uri": {"type": "string", "format": "uri"},
        "crs": _CRS,
        "orderedAxes": {"type": "array", "minItems": 1, "items": {"type": "string"}},
        "tileMatrices": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": [
                    "id",
                    "scaleDenominator",
                    "cellSize",
                    "pointOfOrigin",
                    "tileWidth",
                    "tileHeight",
                    "matrixWidth",
                    "matrixHeight",
                ],
                "properties": {
                    "id": {"type": "string"},
                    "scaleDenominator": {"type": "number", "exclusiveMinimum": 0},
                    "cellSize": {"type": "number", "exclusiveMinimum": 0},
                    "cornerOfOrigin": {"enum": ["topLeft", "bottomLeft"]},
                    "pointOfOrigin": {
                        "type": "array",
                        "minItems": 2,
                        "maxItems": 2,
                        "items": {"type": "number"},
                    },
                    **{
                        name: {"type": "integer", "minimum": 1}
                        for name in ("tileWidth", "tileHeight", "matrixWidth", "matrixHeight")
                    },
                },
            },
        },
    },
}
