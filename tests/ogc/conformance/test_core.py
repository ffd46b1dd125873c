"""OGC API Features, part 1: Core, of the API and its collections."""

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
from shapely import box
from shapely.geometry import shape

from gis_gov.ogc.service import CONFORMANCE
from tests.ogc.conformance.api import GEOJSON, HTML, JSON, Api, rels
from tests.ogc.conformance.asking import check, check_links, items, names
from tests.ogc.conformance.schemas import COLLECTION, COLLECTIONS, LANDING_PAGE
from tests.ogc.conformance.schemas import CONFORMANCE as CLASSES

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CORE = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"


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
    for path, version, validator in (
        ("/api", "3.0.3", OpenAPIV30SpecValidator),
        ("/openapi.json", "3.1.0", OpenAPIV31SpecValidator),
    ):
        document = api.told(path)
        assert document["openapi"] == version
        assert {"/collections", "/conformance", "/functions"} <= document["paths"].keys()
        validator(document).validate()


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
    for name in names(api):
        code = api.told(items(name), GEOJSON, limit=1)["features"][0]["id"]
        for path in (f"/collections/{name}", items(name), f"{items(name)}/{code}"):
            answer = api.get(path, nobody="1")
            assert answer.status_code == 400, path
            assert answer.json()["type"] == "urn:gis-gov:problem:unknown-parameter"


def test_core_fc_md_op(api: Api) -> None:
    assert api.get("/collections").status_code == 200


def test_core_fc_md_success(api: Api) -> None:
    document = api.told("/collections")
    check(document, COLLECTIONS)
    assert document["crs"][0] == CRS84


def test_core_fc_md_links(api: Api) -> None:
    check_links(api, api.told("/collections"), JSON)


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
