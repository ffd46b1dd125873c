"""OGC API Features, part 3: queryables, as parameters too, and filters."""

import itertools
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator

from tests.ogc.conformance.api import GEOJSON, JSON, LANGUAGES, REL, Api, rels
from tests.ogc.conformance.asking import check, check_defined, items, names, parameters
from tests.ogc.conformance.placing import CRS84, EVERY, KNOWN, around, box_in
from tests.ogc.conformance.predicates import LITERALS, SPATIAL, kind_of
from tests.ogc.conformance.schemas import FUNCTIONS
from tests.ogc.conformance.tiling import schemes, tiled

PART_3 = "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/"
GEOMETRIES = {
    f"geometry-{kind}"
    for kind in ("point", "linestring", "multilinestring", "polygon", "multipolygon", "any")
}
INVALID = {
    "integer": "one",
    "number": "one",
    "boolean": "maybe",
    "date": "2026-02-30",
    "date-time": "2026-01-31T25:00:00Z",
}


def declares(api: Api, name: str) -> bool:
    answer = api.get("/conformance")
    assert answer.headers["content-type"] == JSON
    return f"{PART_3}{name}" in answer.json()["conformsTo"]


def sample(api: Api, name: str) -> str:
    """Return a queryable of a collection that can be null."""
    return next(
        queryable
        for queryable, schema in reversed(api.queryables(name).items())
        if kind_of(schema) in LITERALS
    )


def extent_of(api: Api, name: str) -> list[float] | None:
    extent = api.collection(name).get("extent")
    return extent["spatial"]["bbox"][0] if extent else None


def spatial(api: Api) -> list[tuple[str, list[float]]]:
    """Return the collections that tell their extent, with it."""
    found = [(name, extent_of(api, name)) for name in names(api)]
    return [(name, extent) for name, extent in found if extent]


def in_box(numbers: Sequence[float]) -> str:
    return f"S_INTERSECTS(geometry,BBOX({','.join(map(str, numbers))}))"


def whole(api: Api, name: str) -> int:
    return api.told(items(name), GEOJSON, limit=1)["numberMatched"]


def placed(api: Api, name: str) -> int:
    """Return how many items have a place; no spatial filter holds for the others."""
    return api.count(name, "geometry IS NOT NULL")


def test_queryables_get_conformance(api: Api) -> None:
    assert declares(api, "queryables")


def test_queryables_get_queryables_uris(api: Api) -> None:
    for name in names(api):
        answer = api.client.head(items(name), headers={"accept": JSON})
        assert answer.status_code == 200
        link = answer.links[f"{REL}queryables"]
        assert link["url"] == f"{api.root}/collections/{name}/queryables"
    # Tiles can be filtered, too, and say so in the document of their tileset.
    for name, scheme in itertools.product(tiled(api), schemes(api)):
        tileset = api.told(f"/collections/{name}/tiles/{scheme}")
        (told,) = rels(tileset, f"{REL}queryables")
        assert told["href"] == f"{api.root}/collections/{name}/queryables"


def test_queryables_get_queryables(api: Api) -> None:
    for name in names(api):
        address = f"{api.root}/collections/{name}/queryables"
        answer = api.get(address, "application/schema+json")
        assert answer.headers["content-type"] == "application/schema+json"
        document = answer.json()
        assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert (document["$id"], document["type"]) == (address, "object")
        assert document["additionalProperties"] is False
        assert document["properties"]
        for queryable, schema in document["properties"].items():
            if queryable == "geometry":
                assert schema["format"] in GEOMETRIES
                assert not {"type", "$ref"} & schema.keys()
            else:
                assert schema["type"] in {"string", "number", "integer", "boolean", "array"}
                assert schema.get("format") in {None, "date", "date-time"}
        Draft202012Validator.check_schema(document)


def test_queryables_query_parameters_get_conformance(api: Api) -> None:
    assert declares(api, "queryables-query-parameters")


def test_queryables_query_parameters_query_param(api: Api) -> None:
    paths = api.told("/api")["paths"]
    for name in names(api):
        told = paths[items(name)]["get"]["parameters"]
        defined = {each["name"]: each["schema"] for each in told}
        for queryable, schema in api.queryables(name).items():
            kind = kind_of(schema)
            if kind not in LITERALS:
                continue
            assert defined[queryable] == schema
            check_query_param(api, name, queryable, kind)
            if kind in INVALID or "enum" in schema:
                wrong = INVALID.get(kind, "none of them")
                assert api.get(items(name), **{queryable: wrong}).status_code == 400


def check_query_param(api: Api, name: str, queryable: str, kind: str) -> None:
    """Whatever value a feature has of it finds that feature, and features of that value alone."""
    some = api.told(items(name), GEOJSON, limit=1, filter=f'"{queryable}" IS NOT NULL')["features"]
    if not some:
        return
    value = some[0]["properties"][queryable]
    written = str(value).lower() if kind == "boolean" else str(value)
    answer = api.get(items(name), GEOJSON, **{queryable: written}, limit=1000)
    assert (answer.status_code, answer.headers["content-type"]) == (200, GEOJSON)
    found = answer.json()
    for feature in found["features"]:
        assert same(kind, feature["properties"][queryable], value)
    quoted = value.replace("'", "''") if isinstance(value, str) else written
    literal = {
        "string": f"'{quoted}'", "date": f"DATE('{value}')", "date-time": f"TIMESTAMP('{value}')",
    }.get(kind, written)  # fmt: skip
    assert found["numberMatched"] == api.count(name, f'"{queryable}" = {literal}') > 0


def same(kind: str, mine: Any, theirs: Any) -> bool:
    return str(mine)[:10] == str(theirs)[:10] if kind == "date-time" else mine == theirs


def test_filter_get_conformance(api: Api) -> None:
    assert declares(api, "filter")


def check_filter_param(api: Api, name: str) -> None:
    queryable = sample(api, name)
    plain = api.get(items(name), GEOJSON)
    assert (plain.status_code, plain.headers["content-type"]) == (200, GEOJSON)
    for language in LANGUAGES:
        answer = api.filtered(name, f'"{queryable}" IS NULL', language, limit=1000)
        assert (answer.status_code, answer.headers["content-type"]) == (200, GEOJSON)
        for feature in answer.json()["features"]:
            assert feature["properties"].get(queryable) is None
    for wrong in ("THIS IS NOT A FILTER", "name =", ")"):
        asked = {"filter": wrong, "filter-lang": "cql2-text"}
        assert api.client.get(items(name), params=asked).status_code == 400
        asked = {"filter": wrong, "filter-lang": "cql2-json"}
        assert api.client.get(items(name), params=asked).status_code == 400
    asked = {"filter": "TRUE", "filter-lang": "ecql"}
    assert api.client.get(items(name), params=asked).status_code == 400


def test_filter_filter_param(api: Api) -> None:
    check_defined(api, "filter", type="string")
    for name in names(api):
        check_filter_param(api, name)


def test_filter_filter_lang_default(api: Api) -> None:
    for each in parameters(api, "filter-lang"):
        assert (each["in"], each["required"], each["style"]) == ("query", False, "form")
        assert (each["schema"]["type"], each["schema"]["default"]) == ("string", "cql2-text")
        assert set(each["schema"]["enum"]) >= {"cql2-text", "cql2-json"}
    for name in names(api):
        queryable = sample(api, name)
        text = f'"{queryable}" IS NULL'
        answer = api.get(items(name), GEOJSON, filter=text)
        assert (answer.status_code, answer.headers["content-type"]) == (200, GEOJSON)
        for feature in answer.json()["features"]:
            assert feature["properties"].get(queryable) is None
        assert answer.json()["numberMatched"] == api.count(name, text)
        assert api.get(items(name), GEOJSON, filter="THIS IS NOT A FILTER").status_code == 400


def test_filter_expression_construction(api: Api) -> None:
    for name in names(api):
        for language in LANGUAGES:
            answer = api.filtered(name, "this_is_not_a_queryable IS NULL", language)
            assert answer.status_code == 400


def test_filter_filter_crs_wgs84(api: Api) -> None:
    for name, extent in spatial(api):
        assert api.count(name, in_box(extent)) == placed(api, name)
        far = in_box([1_000_000, 1_000_000, 2_000_000, 2_000_000])
        assert api.filtered(name, far, "cql2-text").status_code == 400


def test_filter_filter_crs_param(api: Api) -> None:
    check_defined(api, "filter-crs", type="string", default=CRS84)
    for uri in EVERY:
        for bounds, there in around(uri).boxes.items():
            asked = {"filter": in_box(bounds), "filter-crs": uri}
            told = api.client.get(items("places"), params=asked)
            assert told.status_code == 200, told.text
            assert {each["id"] for each in told.json()["features"]} == there, uri
    for uri in KNOWN:
        for name, extent in spatial(api):
            asked = {"filter": in_box(box_in(uri, *extent)), "filter-crs": uri, "limit": "1"}
            answer = api.client.get(items(name), params=asked)
            assert answer.status_code == 200, answer.text
            assert answer.json()["numberMatched"] == placed(api, name), (uri, name)
            nowhere = "http://www.opengis.net/def/crs/OGC/0/does_not_exist"
            answer = api.client.get(items(name), params={**asked, "filter-crs": nowhere})
            assert answer.status_code == 400


def test_filter_get_functions(api: Api) -> None:
    answer = api.get("/functions")
    assert (answer.status_code, answer.headers["content-type"]) == (200, JSON)
    check(answer.json(), FUNCTIONS)


def test_features_filter_get_conformance(api: Api) -> None:
    assert declares(api, "features-filter")


def test_features_filter_get_collections(api: Api) -> None:
    answer = api.get("/collections")
    assert answer.headers["content-type"] == JSON
    assert isinstance(answer.json()["collections"], list)


def test_features_filter_get_collection(api: Api) -> None:
    for name in names(api):
        (link,) = rels(api.collection(name), f"{REL}queryables")
        assert urlsplit(link["href"]).path == f"/collections/{name}/queryables"


def test_features_filter_filter_on_items(api: Api) -> None:
    """The tests of the class Filter are run on items; here on those that a filter finds."""
    for name in names(api):
        page = api.told(items(name), GEOJSON, filter="code IS NOT NULL", limit=3)
        assert page["numberMatched"] == whole(api, name)


def test_features_filter_mixing_expression(api: Api) -> None:
    for name, extent in spatial(api):
        inside = {"filter": in_box(extent), "limit": "1"}
        bbox = ",".join(map(str, extent))
        answer = api.get(items(name), GEOJSON, **inside, bbox=bbox)
        assert (answer.status_code, answer.headers["content-type"]) == (200, GEOJSON)
        assert answer.json()["numberMatched"] == placed(api, name)
        apart = api.told(items(name), GEOJSON, **inside, bbox="-10,-10,-9,-9")
        assert (apart["numberMatched"], apart["features"]) == (0, [])
    both = {"filter": "name LIKE '%院%' OR n > 0", "ok": "true", "datetime": "2020-01-01/.."}
    assert [each["id"] for each in api.features("traps", **both)] == ["hole"]
    assert SPATIAL in {kind_of(each) for each in api.queryables("traps").values()}
