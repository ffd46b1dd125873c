"""OGC API Tiles, part 1: tiles, tilesets and their lists."""

from shapely.geometry import shape

from tests.ogc.conformance.api import JSON, REL, Api, rels
from tests.ogc.conformance.asking import check
from tests.ogc.conformance.matrix_sets import EXTENT
from tests.ogc.conformance.schemas import CONFORMANCE, MATRIX_SET, TILESET, TILESETS
from tests.ogc.conformance.test_oas30 import definition
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

CLASS = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/"
TILE_PATHS = tuple(
    f"{of}/tiles/{{tileMatrixSetId}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    for of in ("", "/collections/{collection}")
)


def test_tiles_core_conformance_success(api: Api) -> None:
    document = api.told("/conformance")
    check(document, CONFORMANCE)
    assert f"{CLASS}core" in document["conformsTo"]


def test_tiles_core_tc_op(api: Api) -> None:
    """The tile in which something of a layer lies is there, and has that layer."""
    known = schemes(api)
    for href, tileset in each_tileset(api):
        layers = [each["id"] for each in tileset["layers"]]
        place = somewhere(api, layers[0])
        at = scheme_of(tileset, known).at("10", place.x, place.y)
        answer = api.get(address(template(tileset), "10", *at))
        assert answer.status_code == 200, href
        assert layers[0] in decoded(answer.content), href


def check_defined(api: Api, name: str, **schema: object) -> None:
    for path in TILE_PATHS:
        listed = definition(api)["paths"][path]["get"]["parameters"]
        (found,) = [each for each in listed if each["name"] == name]
        assert (found["in"], found["required"]) == ("path", True)
        assert schema.items() <= found["schema"].items()


def test_tiles_core_tc_tilematrix_definition(api: Api) -> None:
    check_defined(api, "tileMatrix", type="string")


def test_tiles_core_tc_tilerow_definition(api: Api) -> None:
    check_defined(api, "tileRow", type="integer", minimum=0)


def test_tiles_core_tc_tilecol_definition(api: Api) -> None:
    check_defined(api, "tileCol", type="integer", minimum=0)


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
    known = schemes(api)
    for href, tileset in each_tileset(api):
        of, scheme = template(tileset), scheme_of(tileset, known)
        for level in ("0", "7"):
            wide, high = (scheme.matrix(level)[side] for side in ("matrixWidth", "matrixHeight"))
            for row, column in ((high, 0), (0, wide), (-1, 0)):
                assert api.get(address(of, level, row, column)).status_code in {400, 404}, href
        beyond = str(len(scheme.document["tileMatrices"]))
        for level in (beyond, "x", "99", "-1"):
            assert api.get(address(of, level, 0, 0)).status_code in {400, 404}, href
        empty = api.get(address(of, "9", *scheme.at("9", -120.0, -40.0)), MVT)
        assert (empty.status_code, empty.content) == (204, b""), href


def test_tileset_description(api: Api) -> None:
    known = schemes(api)
    registered = {each["id"]: each.get("uri") for each in (s.document for s in known.values())}
    for href, tileset in each_tileset(api):
        check(tileset, TILESET)
        (scheme,) = rels(tileset, TILING_SCHEME)
        document = api.told(scheme["href"])
        check(document, MATRIX_SET)
        assert document["crs"] == tileset["crs"]
        assert tileset.get("tileMatrixSetURI") == registered[document["id"]]
        (item,) = rels(tileset, "item")
        assert (item["type"], item["templated"]) == (MVT, True)
        assert all(f"{{{each}}}" in item["href"] for each in ("tileMatrix", "tileRow", "tileCol"))
        for accept in (JSON, "application/xml"):
            assert api.get(href, accept).headers["content-type"] == JSON


def test_tilesets_list_tileset_links(api: Api) -> None:
    for path in ("/tiles", *(f"/collections/{name}/tiles" for name in tiled(api))):
        answer = api.get(path, JSON)
        assert (answer.status_code, answer.headers["content-type"]) == (200, JSON)
        document = answer.json()
        check(document, TILESETS)
        for each in document["tilesets"]:
            (link,) = rels(each, "self")
            (scheme,) = rels(each, TILING_SCHEME)
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
