"""OGC API Tiles, part 1: selected collections, vector tiles, the definition."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

import mapbox_vector_tile
import shapely
from shapely.geometry import shape

from gis_gov.ogc.service import CONFORMANCE as DECLARED
from tests.ogc.conformance.api import REL, Api, rels
from tests.ogc.conformance.matrix_sets import EXTENT, Scheme
from tests.ogc.conformance.test_oas30 import definition
from tests.ogc.conformance.test_tiles import CLASS
from tests.ogc.conformance.tiling import (
    MVT,
    TILING_SCHEME,
    address,
    decoded,
    each_tileset,
    grid_shapes,
    scheme_of,
    schemes,
    somewhere,
    template,
    tiled,
)

OF_TILES = ("self", "item", TILING_SCHEME, f"{REL}tiling-schemes", f"{REL}tilesets-vector")
TYPES = {f"{multi}{kind}" for multi in ("", "Multi") for kind in ("Point", "LineString", "Polygon")}


def test_collections_selection_query_collections(api: Api) -> None:
    listed = definition(api)["paths"]
    for path in (
        "/tiles/{tileMatrixSetId}",
        "/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    ):
        (found,) = [
            each for each in listed[path]["get"]["parameters"] if each["name"] == "collections"
        ]
        assert (found["in"], found["required"], found["style"]) == ("query", False, "form")
        assert found["explode"] is False
        assert found["schema"] == {"type": "array", "items": {"type": "string"}}
    for name in schemes(api):
        for asked in ("grids", "grids,events", f"{api.root}/collections/pois,areas"):
            tileset = api.told(f"/tiles/{name}", collections=asked)
            assert api.get(address(template(tileset), "3", 1, 6)).status_code in {200, 204}
        for wrong in ("", "grids,", "nobody", "grids;events", f"{api.root}/collections/nobody"):
            for path in (f"/tiles/{name}", f"/tiles/{name}/3/1/6"):
                assert api.get(path, collections=wrong).status_code == 400


def test_collections_selection_collections_response(api: Api) -> None:
    whole = api.told("/tiles/WebMercatorQuad")
    assert {"grids", "areas"} <= {each["id"] for each in whole["layers"]}
    for name, scheme in schemes(api).items():
        for asked in (["events", "grids"], ["grids", "events"], ["areas"]):
            tileset = api.told(f"/tiles/{name}", collections=",".join(asked))
            assert [each["id"] for each in tileset["layers"]] == asked
            inside = next(iter(grid_shapes(api).values())).representative_point()
            at = scheme.at("11", inside.x, inside.y)
            assert list(decoded(api.get(address(template(tileset), "11", *at)).content)) == asked


def test_tiles_mvt_content(api: Api) -> None:
    """The grid of a tile is linear in its CRS, from the top left: a grid's corners come out."""
    known = schemes(api)
    for href, tileset in each_tileset(api):
        place = somewhere(api, tileset["layers"][0]["id"])
        at = scheme_of(tileset, known).at("10", place.x, place.y)
        answer = api.get(address(template(tileset), "10", *at), MVT)
        assert answer.headers["content-type"] == MVT
        for name, layer in mapbox_vector_tile.decode(answer.content).items():
            assert layer["extent"] == EXTENT
            for each in layer["features"]:
                assert shape(each["geometry"]).geom_type in TYPES, (href, name)
                assert each["geometry"]["coordinates"]
    for name, scheme in known.items():
        check_linear(api, template(api.told(f"/collections/grids/tiles/{name}")), scheme)


def check_linear(api: Api, of: str, scheme: Scheme) -> None:
    """A grid that lies inside a tile is where the tile draws it."""
    for code, true in grid_shapes(api).items():
        inside = true.representative_point()
        at = scheme.at("12", inside.x, inside.y)
        box = scheme.box("12", *at)
        if box.contains(true):
            layers = decoded(api.get(address(of, "12", *at), MVT).content)
            assert list(layers) == ["grids"]
            (drawn,) = [each for each in layers["grids"] if each["properties"]["code"] == code]
            placed = scheme.degrees("12", *at, shape(drawn["geometry"]))
            step = (box.bounds[2] - box.bounds[0]) / EXTENT
            assert shapely.hausdorff_distance(placed, true) < 2 * step
            return
    raise AssertionError("no grid lies inside a tile")


def test_tiles_oas30_completeness(api: Api) -> None:
    paths = definition(api)["paths"]
    tile = "{tileMatrix}/{tileRow}/{tileCol}"
    for of in ("/tiles", "/collections/{collection}/tiles"):
        for path in (of, f"{of}/{{tileMatrixSetId}}", f"{of}/{{tileMatrixSetId}}/{tile}"):
            operation = paths[path]["get"]
            named = {each["name"] for each in operation["parameters"]}
            assert {part[1:-1] for part in path.split("/") if part.startswith("{")} <= named
            if path.endswith(tile):
                assert {"datetime", "filter", "filter-lang", "filter-crs"} <= named
                assert {"200", "204", "400", "404"} <= operation["responses"].keys()
    documents = [api.told("/"), *api.collections(), api.told("/tileMatrixSets")]
    documents += [document for _, document in each_tileset(api)]
    for path in ("/tiles", *(f"/collections/{name}/tiles" for name in tiled(api))):
        documents += [api.told(path), *api.told(path)["tilesets"]]
    for document in documents:
        for rel in OF_TILES:
            for link in rels(document, rel):
                assert is_defined(urlsplit(link["href"]).path, paths), link


def is_defined(path: str, paths: Iterable[str]) -> bool:
    return any(re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", each), path) for each in paths)


def test_tiles_oas30_operation_id(api: Api) -> None:
    ids = [
        each["get"]["operationId"] for each in definition(api)["paths"].values() if "get" in each
    ]
    assert len(ids) == len(set(ids))
    for suffix in (
        ".getTileMatrixSetsList",
        ".getTileMatrixSet",
        *(
            f".{of}.vector.{what}"
            for of in ("dataset", "collection")
            for what in ("getTileSetsList", "getTileSet", "getTile")
        ),
    ):
        assert any(each.endswith(suffix) for each in ids), suffix
    assert f"{CLASS}oas30" in DECLARED
