"""OGC API Features, part 1: Core and GeoJSON."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from shapely import box
from shapely.geometry import shape

from gis_gov.ogc.service import CONFORMANCE
from tests.ogc.conformance.api import GEOJSON, HTML, JSON, Api, rels
from tests.ogc.conformance.schemas import (
    COLLECTION,
    COLLECTIONS,
    FEATURE,
    FEATURES,
    LANDING_PAGE,
)
from tests.ogc.conformance.schemas import CONFORMANCE as CLASSES
from tests.ogc.conformance.sources import TRAPS

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CORE = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"
LOCAL = timedelta(hours=8)


def check(document: Any, schema: dict[str, Any]) -> None:
    checker = Draft202012Validator.FORMAT_CHECKER
    Draft202012Validator(schema, format_checker=checker).validate(document)


def names(api: Api) -> list[str]:
    return [each["id"] for each in api.collections()]


def items(name: str) -> str:
    return f"/collections/{name}/items"


def parameter(api: Api, name: str) -> dict[str, Any]:
    path = api.told("/api")["paths"]["/collections/{collection}/items"]
    (found,) = [each for each in path["get"]["parameters"] if each["name"] == name]
    return found


def test_core_http(api: Api) -> None:
    answer = api.get("/collections")
    assert (answer.http_version, answer.status_code) == ("HTTP/1.1", 200)
    head = api.client.head("/collections")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == answer.headers["content-type"]
    refused = api.client.post("/collections")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")


def test_core_crs84(api: Api) -> None:
    for name in names(api):
        page = api.get(items(name), GEOJSON, limit=20)
        assert page.headers["content-crs"] == f"<{CRS84}>"
        for feature in page.json()["features"]:
            if feature["geometry"]:
                west, south, east, north = shape(feature["geometry"]).bounds
                assert -180 <= west <= east <= 180
                assert -90 <= south <= north <= 90


def test_core_root_op(api: Api) -> None:
    for asked in ({"accept": JSON}, {"accept": HTML, "f": "json"}, {"f": "html"}, {"accept": HTML}):
        assert api.get("/", **asked).status_code == 200


def test_core_root_success(api: Api) -> None:
    document = api.told("/")
    check(document, LANDING_PAGE)
    for rel in ("service-desc", "service-doc", "conformance", "data"):
        assert rels(document, rel), rel


def test_core_api_definition_op(api: Api) -> None:
    landing = api.told("/")
    for link in rels(landing, "service-desc"):
        answer = api.get(link["href"], link["type"])
        assert answer.status_code == 200
    for link in rels(landing, "service-doc"):
        assert api.get(link["href"], HTML).headers["content-type"].startswith(HTML)


def test_core_api_definition_success(api: Api) -> None:
    for path, version in (("/api", "3.0.3"), ("/openapi.json", "3.1.0")):
        document = api.told(path)
        assert document["openapi"] == version
        assert {"/collections", "/conformance", "/functions"} <= document["paths"].keys()


def test_core_conformance_op(api: Api) -> None:
    landing = api.told("/")
    paths = ["/conformance", *(link["href"] for link in rels(landing, "conformance"))]
    for path in paths:
        check(api.told(path), CLASSES)


def test_core_conformance_success(api: Api) -> None:
    declared = api.told("/conformance")["conformsTo"]
    assert CORE in declared
    assert declared == list(CONFORMANCE)
    assert len(declared) == len(set(declared))


@pytest.mark.parametrize(
    "asked",
    [
        {"limit": "0"},
        {"limit": "-1"},
        {"limit": "many"},
        {"bbox": "1,2,3"},
        {"bbox": "1,2,3,4,5"},
        {"bbox": "a,b,c,d"},
        {"bbox": "0,91,1,92"},
        {"bbox": "0,10,1,5"},
        {"bbox": ""},
        {"datetime": "yesterday"},
        {"datetime": "2026-02-30"},
        {"datetime": "2026-02-01/2026-01-01"},
        {"datetime": "../.."},
        {"f": "gml"},
    ],
)
def test_core_query_param_invalid(api: Api, asked: dict[str, str]) -> None:
    answer = api.get(items("traps"), GEOJSON, **asked)
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_core_query_param_unknown(api: Api) -> None:
    paths = ("/conformance", "/collections", "/functions", "/collections/traps")
    for path in (*paths, items("traps"), f"{items('traps')}/hole", "/collections/traps/queryables"):
        assert api.get(path, nobody="1").status_code == 400, path


def test_core_fc_md_op(api: Api) -> None:
    assert api.get("/collections").status_code == 200


def test_core_fc_md_success(api: Api) -> None:
    document = api.told("/collections")
    check(document, COLLECTIONS)
    assert document["crs"][0] == CRS84


def test_core_fc_md_links(api: Api) -> None:
    check_links(api, api.told("/collections"), JSON)


def check_links(api: Api, document: dict[str, Any], media_type: str) -> None:
    """A document is linked to itself, and to itself in every other form, which are there."""
    (own,) = rels(document, "self")
    (other,) = rels(document, "alternate")
    assert (own["type"], other["type"]) == (media_type, HTML)
    assert all(link["rel"] and link["type"] for link in document["links"])
    again = api.get(own["href"], own["type"])
    assert again.headers["content-type"] == media_type
    changing = {"timeStamp": "", "links": ""}
    assert {**again.json(), **changing} == {**document, **changing}
    assert api.get(other["href"], other["type"]).headers["content-type"].startswith(HTML)


def test_core_fc_md_items(api: Api) -> None:
    found = names(api)
    assert len(found) == len(set(found)) >= 15
    for each in api.collections():
        check(each, COLLECTION)


def test_core_fc_md_items_links(api: Api) -> None:
    for each in api.collections():
        types = {link["type"] for link in rels(each, "items")}
        assert types >= {GEOJSON, HTML}
        for link in rels(each, "items"):
            answer = api.get(link["href"], link["type"], limit=1)
            assert answer.headers["content-type"].split(";")[0] == link["type"]


def test_core_fc_md_extent(api: Api) -> None:
    told = [each for each in api.collections() if "extent" in each]
    assert {"areas", "grids", "persons", "events"} <= {each["id"] for each in told}
    for each in told:
        ((west, south, east, north),) = each["extent"]["spatial"]["bbox"]
        around = box(west, south, east, north)
        for feature in api.features(each["id"]):
            if feature["geometry"]:
                assert around.covers(shape(feature["geometry"])), feature["id"]


def test_core_fc_md_extent_multi(api: Api) -> None:
    for each in api.collections():
        assert len(each.get("extent", {"spatial": {"bbox": [()]}})["spatial"]["bbox"]) == 1


def test_core_sfc_md_op(api: Api) -> None:
    for name in names(api):
        check(api.collection(name), COLLECTION)
    assert api.get("/collections/nothing").status_code == 404


def test_core_sfc_md_success(api: Api) -> None:
    for listed in api.collections():
        alone = api.collection(listed["id"])
        for member in ("id", "title", "description", "extent", "itemType"):
            assert alone.get(member) == listed.get(member)
        known = {(link["href"].split("?")[0], link["rel"], link["type"]) for link in alone["links"]}
        assert known >= {
            (link["href"].split("?")[0], link["rel"], link["type"]) for link in listed["links"]
        }


def test_core_fc_op(api: Api) -> None:
    for name in names(api):
        answer = api.get(items(name), GEOJSON)
        assert (answer.status_code, answer.headers["content-type"]) == (200, GEOJSON)


def test_core_fc_response(api: Api) -> None:
    for name in names(api):
        check(api.told(items(name), GEOJSON, limit=50), FEATURES)


def test_core_fc_links(api: Api) -> None:
    for name in names(api):
        check_links(api, api.told(items(name), GEOJSON, limit=2), GEOJSON)
    first = api.told(items("places"), GEOJSON, limit=100)
    pages = list(api.pages("places", limit=100))
    assert [page["numberReturned"] for page in pages] == [100, 100, 43]
    assert rels(first, "next")[0]["type"] == GEOJSON
    assert not rels(pages[-1], "next")
    ids = [feature["id"] for page in pages for feature in page["features"]]
    assert len(ids) == len(set(ids)) == 243


def test_core_fc_timestamp(api: Api) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    told = api.told(items("traps"), GEOJSON)["timeStamp"]
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", told)
    assert before <= datetime.fromisoformat(told) <= datetime.now(UTC)


def test_core_fc_numbermatched(api: Api) -> None:
    for asked in ({}, {"bbox": "110,20,111.5,20.5"}, {"datetime": "2026-01-31"}, {"ok": "true"}):
        pages = list(api.pages("traps", limit=2, **asked))
        whole = sum(len(page["features"]) for page in pages)
        assert {page["numberMatched"] for page in pages} == {whole}


def test_core_fc_numberreturned(api: Api) -> None:
    for name in names(api):
        for page in api.pages(name, limit=700):
            assert page["numberReturned"] == len(page["features"])


def test_core_fc_bbox_definition(api: Api) -> None:
    found = parameter(api, "bbox")
    assert (found["in"], found["style"], found["explode"]) == ("query", "form", False)
    assert not found.get("required")
    schema = found["schema"]
    assert (schema["type"], schema["items"]) == ("array", {"type": "number"})
    assert {(each["minItems"], each["maxItems"]) for each in schema["oneOf"]} == {(4, 4), (6, 6)}


@pytest.mark.parametrize(
    ("bbox", "parts"),
    [
        ("110.3,20.3,110.6,20.6", [(110.3, 20.3, 110.6, 20.6)]),
        ("111,20,111,21", [(111, 20, 111, 21)]),
        ("110,20,-100,111,21,9000", [(110, 20, 111, 21)]),
        ("170,-10,-170,10", [(170, -10, 180, 10), (-180, -10, -170, 10)]),
        ("-180,-90,180,90", [(-180, -90, 180, 90)]),
    ],
)
def test_core_fc_bbox_response(
    api: Api, bbox: str, parts: list[tuple[float, float, float, float]]
) -> None:
    """What has no geometry is in every box."""
    expected = {
        each["id"]
        for each in TRAPS
        if each["geometry"] is None
        or any(shape(each["geometry"]).intersects(box(*part)) for part in parts)
    }
    assert {each["id"] for each in api.features("traps", bbox=bbox)} == expected


def test_core_fc_limit_definition(api: Api) -> None:
    found = parameter(api, "limit")
    assert (found["in"], found["style"], found["explode"]) == ("query", "form", False)
    assert (found["schema"]["type"], found["schema"]["minimum"]) == ("integer", 1)


def test_core_fc_limit_response(api: Api) -> None:
    for limit in (1, 2, 100, 1000):
        assert len(api.told(items("persons"), GEOJSON, limit=limit)["features"]) == limit
    assert len(api.told(items("persons"), GEOJSON, limit=5000)["features"]) == 1000
    assert len(api.told(items("persons"), GEOJSON)["features"]) == 100


def test_core_fc_time_definition(api: Api) -> None:
    found = parameter(api, "datetime")
    assert (found["in"], found["style"], found["explode"]) == ("query", "form", False)
    kinds = [found["schema"], *found["schema"].get("anyOf", [])]
    assert "string" in [kind.get("type") for kind in kinds]


def _start(text: str) -> datetime:
    if len(text) == 10:
        return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC) - LOCAL
    return datetime.fromisoformat(text)


def _end(text: str) -> datetime:
    if len(text) == 10:
        return _start(text) + timedelta(days=1, microseconds=-1)
    return datetime.fromisoformat(text)


FAR = (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("asked", "since", "until"),
    [
        ("2026-01-31T00:00:00+08:00", "2026-01-31T00:00:00+08:00", "2026-01-31T00:00:00+08:00"),
        ("2026-01-31", "2026-01-31", "2026-01-31"),
        ("2026-01-30", "2026-01-30", "2026-01-30"),
        (
            "2026-01-30T16:00:00Z/2026-01-31T15:59:59Z",
            "2026-01-30T16:00:00Z",
            "2026-01-31T15:59:59Z",
        ),
        ("2026-02-01/2026-02-02", "2026-02-01", "2026-02-02"),
        ("../2019-12-31", None, "2019-12-31"),
        ("/2026-01-31T00:00:00+08:00", None, "2026-01-31T00:00:00+08:00"),
        ("2020-01-01T08:00:00+08:00/..", "2020-01-01T08:00:00+08:00", None),
        ("2020-01-02/", "2020-01-02", None),
    ],
)  # fmt: skip
def test_core_fc_time_response(api: Api, asked: str, since: str | None, until: str | None) -> None:
    """What has no time is at every time; a day is a day of UTC+8."""
    first = _start(since) if since else FAR[0]
    last = _end(until) if until else FAR[1]
    expected = set()
    for each in TRAPS:
        from_, to = (each["properties"].get(name) for name in ("since", "until"))
        if (_start(from_) if from_ else FAR[0]) <= last and first <= (_end(to) if to else FAR[1]):
            expected.add(each["id"])
    assert {each["id"] for each in api.features("traps", datetime=asked)} == expected


def test_core_f_op(api: Api) -> None:
    for name in names(api):
        for feature in api.told(items(name), GEOJSON, limit=3)["features"]:
            alone = api.told(f"{items(name)}/{feature['id']}", GEOJSON)
            assert {**alone, "links": None} == {**feature, "links": None}
    assert api.get(f"{items('grids')}/nothing").status_code == 404


def test_core_f_success(api: Api) -> None:
    for code in ("hole", "nowhere", "quoted name"):
        check(api.told(f"{items('traps')}/{code}", GEOJSON), FEATURE)


def test_core_f_links(api: Api) -> None:
    for name in ("traps", "grids", "persons"):
        code = api.told(items(name), GEOJSON, limit=1)["features"][0]["id"]
        feature = api.told(f"{items(name)}/{code}", GEOJSON)
        check_links(api, feature, GEOJSON)
        (collection,) = rels(feature, "collection")
        assert collection["href"] == f"{api.root}/collections/{name}"
        assert collection["type"] == JSON


def test_geojson_definition(api: Api) -> None:
    for accept in (GEOJSON, JSON):
        for path in ("/", "/collections", "/collections/traps", "/conformance", "/functions"):
            assert api.get(path, accept).headers["content-type"] == JSON, (path, accept)
        for path in (items("traps"), f"{items('traps')}/hole"):
            assert api.get(path, accept).headers["content-type"] == GEOJSON, (path, accept)


def test_geojson_content(api: Api) -> None:
    for name in names(api):
        page = api.told(items(name), GEOJSON, limit=5)
        check(page, FEATURES)
        for feature in page["features"]:
            alone = api.told(f"{items(name)}/{feature['id']}", GEOJSON)
            check(alone, FEATURE)
            assert alone["id"] == feature["id"]
