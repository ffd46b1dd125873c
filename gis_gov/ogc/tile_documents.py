"""What is told of tilesets and of the matrix sets that they follow (OGC 17-083r4, 20-057)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from gis_gov.cql.kinds import Kind
from gis_gov.geo.bbox import BBox
from gis_gov.geo.matrix_set import (
    CGCS2000_QUAD,
    MATRIX_SETS,
    TILE_PIXELS,
    WEB_MERCATOR_QUAD,
    MatrixSet,
)
from gis_gov.media import JSON, MVT
from gis_gov.ogc.links import QUERYABLES_REL, SCHEMA, TILING_SCHEME_REL, Link, link
from gis_gov.ogc.registered import COLLECTIONS
from gis_gov.ogc.service import schema_of
from gis_gov.tiles.service import Layer

_EPSG: Final = "http://www.opengis.net/def/crs/EPSG/0/"
_INTEGERS: Final = ("count", "begins_at", "ends_at")
_DIMENSIONS: Final = {"point": 0, "line": 1, "polygon": 2}


@dataclass(frozen=True, slots=True)
class Tileset:
    """What a tileset is of; its tiles are below `path`, and `query` goes along with each."""

    path: str
    title: str
    matrix_set: MatrixSet
    layers: Sequence[Layer]
    query: str = ""


def matrix_sets_document(base: str, links: Sequence[Link]) -> dict[str, Any]:
    """List the matrix sets."""
    return {
        "links": list(links),
        "tileMatrixSets": [
            {
                "id": each.name,
                "title": each.title,
                "crs": f"{_EPSG}{each.epsg}",
                "uri": _uri(base, each),
                "links": [link(base, f"/tileMatrixSets/{each.name}", "self", JSON, each.title)],
            }
            for each in MATRIX_SETS.values()
        ],
    }


def matrix_set_document(base: str, matrix_set: MatrixSet) -> dict[str, Any]:
    """Define a matrix set."""
    return {
        "id": matrix_set.name,
        "title": matrix_set.title,
        "uri": _uri(base, matrix_set),
        "crs": f"{_EPSG}{matrix_set.epsg}",
        "orderedAxes": list(matrix_set.axes),
        "tileMatrices": [
            {
                "id": str(level),
                "scaleDenominator": matrix_set.scale_denominator(level),
                "cellSize": matrix_set.cell_size(level),
                "cornerOfOrigin": "topLeft",
                "pointOfOrigin": list(matrix_set.corner),
                "tileWidth": TILE_PIXELS,
                "tileHeight": TILE_PIXELS,
                "matrixWidth": matrix_set.columns * 2**level,
                "matrixHeight": matrix_set.rows * 2**level,
            }
            for level in range(matrix_set.levels)
        ],
    }


def tilesets_document(base: str, path: str, title: str, links: Sequence[Link]) -> dict[str, Any]:
    """List the tilesets of what is at a path: one for each matrix set, that in degrees first.

    GDAL takes the first one, and compares the degrees of the collection's extent with its tiles.
    """
    return {
        "links": list(links),
        "tilesets": [
            {
                **_summary(base, each, title),
                "links": [
                    link(base, f"{path}/{each.name}", "self", JSON, each.title),
                    _scheme(base, each),
                ],
            }
            for each in (CGCS2000_QUAD, WEB_MERCATOR_QUAD)
        ],
    }


def tileset_document(
    base: str, told: Tileset, extent: BBox | None, links: Sequence[Link]
) -> dict[str, Any]:
    """Tell of one tileset."""
    matrix_set, title = told.matrix_set, told.title
    last = str(matrix_set.levels - 1)
    address = f"{told.path}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    tiles = link(base, f"{address}?{told.query}" if told.query else address, "item", MVT, title)
    made: dict[str, Any] = {
        **_summary(base, matrix_set, title),
        "links": [
            *links,
            *_tilejson(base, told),
            *_queryables(base, told),
            _scheme(base, matrix_set),
            {**tiles, "templated": True},
        ],
        "layers": [
            {
                "id": layer.name,
                "title": f"{layer.title_zh} {layer.title}",
                "dataType": "vector",
                "geometryDimension": _DIMENSIONS[layer.geometry],
                "minTileMatrix": str(matrix_set.level_at(layer.zoom_min)),
                "maxTileMatrix": last,
                "propertiesSchema": {"type": "object", "properties": _properties(layer)},
            }
            for layer in told.layers
        ],
    }
    if extent is not None:
        made["boundingBox"] = {
            "lowerLeft": matrix_set.corner_at(extent.west, extent.south),
            "upperRight": matrix_set.corner_at(extent.east, extent.north),
            "crs": f"{_EPSG}{matrix_set.epsg}",
        }
    return made


def _uri(base: str, matrix_set: MatrixSet) -> str:
    """Return where a matrix set is defined: in the register, or here where it is our own."""
    return matrix_set.registered or f"{base}/tileMatrixSets/{matrix_set.name}"


def _summary(base: str, matrix_set: MatrixSet, title: str) -> dict[str, Any]:
    return {
        "title": title,
        "dataType": "vector",
        "crs": f"{_EPSG}{matrix_set.epsg}",
        "tileMatrixSetId": matrix_set.name,
        "tileMatrixSetURI": _uri(base, matrix_set),
    }


def _scheme(base: str, matrix_set: MatrixSet) -> Link:
    path = f"/tileMatrixSets/{matrix_set.name}"
    return link(base, path, TILING_SCHEME_REL, JSON, matrix_set.title)


def _tilejson(base: str, told: Tileset) -> list[Link]:
    """Link the TileJSON, which knows no other tiles than those of Web Mercator."""
    if told.matrix_set is not WEB_MERCATOR_QUAD:
        return []
    names = ",".join(layer.name for layer in told.layers)
    return [link(base, f"/tiles/{names}.json", "alternate", JSON, "TileJSON")]


def _queryables(base: str, told: Tileset) -> list[Link]:
    """Link what a filter of the tiles may name; it is for one layer alone."""
    collections = [each.collection for each in told.layers if each.collection in COLLECTIONS]
    if len(told.layers) != 1 or not collections:
        return []
    path = f"/collections/{collections[0]}/queryables"
    return [link(base, path, QUERYABLES_REL, SCHEMA, "What filters may name")]


def _properties(layer: Layer) -> dict[str, Any]:
    """Tell what the fields of a layer are, by the collection's schema where it has them."""
    told: dict[str, Any] = {}
    collection = COLLECTIONS.get(layer.collection)
    for name, title in layer.fields.items():
        found = collection and collection.by_name.get(name)
        if name in _INTEGERS or (found and found.kind is Kind.INSTANT):
            told[name] = {"title": title, "type": "integer"}
        elif found:
            told[name] = {**schema_of(found), "title": title}
        else:
            told[name] = {"title": title}
    return told
