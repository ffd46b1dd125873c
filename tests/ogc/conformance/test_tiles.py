"""OGC API Tiles, part 1: tiles, tilesets, their lists, selections, vector tiles, the definition."""

from typing import Any, cast

import mapbox_vector_tile
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from gis_gov.ogc.service import CONFORMANCE as DECLARED
from tests.ogc.conformance.api import GEOJSON, JSON, REL, Api, rels
from tests.ogc.conformance.asking import check
from tests.ogc.conformance.matrix_sets import EXTENT, Scheme
from tests.ogc.conformance.schemas import CONFORMANCE, MATRIX_SET, TILESET, TILESETS
from tests.ogc.conformance.test_oas30 import definition

MVT = "application/vnd.mapbox-vector-tile"
CLASS = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/"
PLACES = ("grids", "areas", "pois")


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


def test_tiles_core_conformance_success(api: Api) -> None:
    document = api.told("/conformance")
    check(document, CONFORMANCE)
    assert f"{CLASS}core" in document["conformsTo"]


def test_tiles_core_tc_op(api: Api) -> None:
    known = schemes(api)
    for name in PLACES:
        for scheme in known.values():
            tileset = api.told(f"/collections/{name}/tiles/{scheme.document['id']}")
            ((west, south, east, north),) = api.collection(name)["extent"]["spatial"]["bbox"]
            found = api.get(
                address(
                    template(tileset),
                    "10",
                    *scheme.at("10", (west + east) / 2, (south + north) / 2),
                )
            )
            assert found.status_code == 200, found.text


def _parameter(api: Api, name: str) -> dict[str, Any]:
    path = "/collections/{collection}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"
    listed = definition(api)["paths"][path]["get"]["parameters"]
    (found,) = [each for each in listed if each["name"] == name]
    assert found["in"] == "path"
    assert found["required"]
    return found["schema"]


def test_tiles_core_tc_tilematrix_definition(api: Api) -> None:
    assert _parameter(api, "tileMatrix")["type"] == "string"


def test_tiles_core_tc_tilerow_definition(api: Api) -> None:
    schema = _parameter(api, "tileRow")
    assert (schema["type"], schema["minimum"]) == ("integer", 0)


def test_tiles_core_tc_tilecol_definition(api: Api) -> None:
    schema = _parameter(api, "tileCol")
    assert (schema["type"], schema["minimum"]) == ("integer", 0)


def test_tiles_core_tc_success(api: Api) -> None:
    """What is drawn of each grid is what of it lies in the tile."""
    shapes = grid_shapes(api)
    for name, scheme in schemes(api).items():
        level = {"WebMercatorQuad": "15", "CGCS2000Quad": "14"}[name]
        of = template(api.told(f"/collections/grids/tiles/{name}"))
        for code in sorted(shapes)[::40]:
            inside = shapes[code].representative_point()
            at = scheme.at(level, inside.x, inside.y)
            answer = api.get(address(of, level, *at), MVT)
            assert (answer.status_code, answer.headers["content-type"]) == (200, MVT)
            box = scheme.box(level, *at)
            drawn = decoded(answer.content)["grids"]
            assert code in {each["properties"]["code"] for each in drawn}
            near = {each for each, of_it in shapes.items() if of_it.intersects(box)}
            assert near <= {each["properties"]["code"] for each in drawn}
            step = (box.bounds[2] - box.bounds[0]) / EXTENT
            for each in drawn:
                told = scheme.degrees(level, *at, shape(each["geometry"])).intersection(box)
                true = shapes[each["properties"]["code"]].intersection(box)
                assert told.symmetric_difference(true).buffer(-2 * step).is_empty


def test_tiles_core_tc_error(api: Api) -> None:
    for name, scheme in schemes(api).items():
        of = template(api.told(f"/collections/grids/tiles/{name}"))
        for level in ("0", "7"):
            wide, high = (scheme.matrix(level)[side] for side in ("matrixWidth", "matrixHeight"))
            for row, column in ((high, 0), (0, wide), (-1, 0)):
                assert api.get(address(of, level, row, column)).status_code in {400, 404}
        beyond = str(len(scheme.document["tileMatrices"]))
        for level in (beyond, "x", "99", "-1"):
            assert api.get(address(of, level, 0, 0)).status_code in {400, 404}
        empty = api.get(address(of, "9", *scheme.at("9", -120.0, -40.0)), MVT)
        assert (empty.status_code, empty.content) == (204, b"")


def test_tileset_description(api: Api) -> None:
    known = schemes(api)
    registered = {each["id"]: each.get("uri") for each in (s.document for s in known.values())}
    for href, tileset in each_tileset(api):
        check(tileset, TILESET)
        (scheme,) = rels(tileset, f"{REL}tiling-scheme")
        document = api.told(scheme["href"])
        check(document, MATRIX_SET)
        assert document["crs"] == tileset["crs"]
        assert tileset.get("tileMatrixSetURI") == registered[document["id"]]
        (item,) = rels(tileset, "item")
        assert (item["type"], item["templated"]) == (MVT, True)
        assert all(f"{{{each}}}" in item["href"] for each in ("tileMatrix", "tileRow", "tileCol"))
        assert api.get(href, "application/xml").headers["content-type"] == JSON


def test_tilesets_list_tileset_links(api: Api) -> None:
    for path in ("/tiles", *(f"/collections/{name}/tiles" for name in tiled(api))):
        document = api.told(path)
        check(document, TILESETS)
        for each in document["tilesets"]:
            (link,) = rels(each, "self")
            (scheme,) = rels(each, f"{REL}tiling-scheme")
            matrix_set = api.told(scheme["href"])
            assert link["href"] == f"{api.root}{path}/{matrix_set['id']}"
            full = api.told(link["href"])
            for member in ("dataType", "crs", "title", "tileMatrixSetURI"):
                assert each.get(member) == full.get(member)


def test_dataset_tilesets_landingpage(api: Api) -> None:
    (link,) = rels(api.told("/"), f"{REL}tilesets-vector")
    assert api.told(link["href"])["tilesets"]


def test_dataset_tilesets_operation(api: Api) -> None:
    (link,) = rels(api.told("/"), f"{REL}tilesets-vector")
    assert link["href"] == f"{api.root}/tiles"


def test_geodata_tilesets_desc_links(api: Api) -> None:
    names = tiled(api)
    assert {"grids", "events", "persons"} <= set(names)
    for name in names:
        for document in (api.collection(name), *api.collections()):
            if document["id"] == name:
                (link,) = rels(document, f"{REL}tilesets-vector")
                assert api.told(link["href"])["tilesets"]


def test_geodata_tilesets_operation(api: Api) -> None:
    for name in tiled(api):
        (link,) = rels(api.collection(name), f"{REL}tilesets-vector")
        assert link["href"] == f"{api.root}/collections/{name}/tiles"


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
        for wrong in ("", "grids,", "nobody", f"{api.root}/collections/nobody"):
            assert api.get(f"/tiles/{name}", collections=wrong).status_code == 404


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
    code, true = next(iter(sorted(grid_shapes(api).items())))
    inside = true.representative_point()
    for name, scheme in schemes(api).items():
        of = template(api.told(f"/collections/grids/tiles/{name}"))
        at = scheme.at("12", inside.x, inside.y)
        answer = api.get(address(of, "12", *at), MVT)
        assert answer.headers["content-type"] == MVT
        layers = decoded(answer.content)
        assert list(layers) == ["grids"]
        for each in layers["grids"]:
            assert each["geometry"]["type"] in {"Polygon", "MultiPolygon"}
            assert each["geometry"]["coordinates"]
        told = mapbox_vector_tile.decode(answer.content)["grids"]
        assert told["extent"] == EXTENT
        (drawn,) = [each for each in told["features"] if each["properties"]["code"] == code]
        box = scheme.box("12", *at)
        if box.contains(true):
            placed = scheme.degrees("12", *at, shape(drawn["geometry"]))
            step = (box.bounds[2] - box.bounds[0]) / EXTENT
            assert shapely.hausdorff_distance(placed, true) < 2 * step


def test_tiles_oas30_completeness(api: Api) -> None:
    paths = definition(api)["paths"]
    landing = api.told("/")
    assert rels(landing, f"{REL}tilesets-vector")[0]["href"] == f"{api.root}/tiles"
    tile = "{tileMatrix}/{tileRow}/{tileCol}"
    for of in ("/tiles", "/collections/{collection}/tiles"):
        for path in (of, f"{of}/{{tileMatrixSetId}}", f"{of}/{{tileMatrixSetId}}/{tile}"):
            operation = paths[path]["get"]
            named = {each["name"] for each in operation["parameters"]}
            assert {part[1:-1] for part in path.split("/") if part.startswith("{")} <= named
            if path.endswith(tile):
                assert {"datetime", "filter", "filter-lang", "filter-crs"} <= named
                assert {"200", "204", "400", "404"} <= operation["responses"].keys()


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
