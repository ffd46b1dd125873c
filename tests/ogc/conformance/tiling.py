"""Tiles and their tilesets, as the tests of OGC API Tiles ask for them."""

from typing import Any, cast

import mapbox_vector_tile
from shapely import Point
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from tests.ogc.conformance.api import GEOJSON, REL, Api, rels
from tests.ogc.conformance.matrix_sets import Scheme

MVT = "application/vnd.mapbox-vector-tile"
TILING_SCHEME = f"{REL}tiling-scheme"


def schemes(api: Api) -> dict[str, Scheme]:
    return {
        each["id"]: Scheme(api.told(f"/tileMatrixSets/{each['id']}"))
        for each in api.told("/tileMatrixSets")["tileMatrixSets"]
    }


def tiled(api: Api) -> list[str]:
    """The collections that have tiles."""
    return [each["id"] for each in api.collections() if rels(each, f"{REL}tilesets-vector")]


def template(tileset: dict[str, Any]) -> str:
    (found,) = rels(tileset, "item")
    return found["href"]


def address(of: str, level: str, row: int, column: int) -> str:
    told = {"tileMatrix": level, "tileRow": row, "tileCol": column}
    for name, value in told.items():
        assert f"{{{name}}}" in of
        of = of.replace(f"{{{name}}}", str(value))
    return of


def decoded(body: bytes) -> dict[str, list[dict[str, Any]]]:
    told = cast("dict[str, Any]", mapbox_vector_tile.decode(body))
    return {name: layer["features"] for name, layer in told.items()}


def grid_shapes(api: Api) -> dict[str, BaseGeometry]:
    found = api.told("/collections/grids/items", GEOJSON, limit=1000)["features"]
    return {each["id"]: shape(each["geometry"]) for each in found}


def each_tileset(api: Api) -> list[tuple[str, dict[str, Any]]]:
    """Every tileset there is, by its address."""
    lists = ["/tiles", *(f"/collections/{name}/tiles" for name in tiled(api))]
    addresses = [
        rels(each, "self")[0]["href"] for path in lists for each in api.told(path)["tilesets"]
    ]
    return [(href, api.told(href)) for href in addresses]


def scheme_of(tileset: dict[str, Any], known: dict[str, Scheme]) -> Scheme:
    (link,) = rels(tileset, TILING_SCHEME)
    return known[link["href"].rsplit("/", 1)[1]]


def somewhere(api: Api, layer: str) -> Point:
    """Return a point of what a layer draws, which is called as its collection."""
    placed = api.told(
        f"/collections/{layer}/items", GEOJSON, limit=1, filter="geometry IS NOT NULL"
    )
    return shape(placed["features"][0]["geometry"]).representative_point()
