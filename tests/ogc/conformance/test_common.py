"""OGC API Common: Core, landing page and JSON of part 1, collections of part 2."""

import socket
from urllib.parse import urlsplit

import pytest

from tests.ogc.conformance.api import GEOJSON, HTML, JSON, REL, Api, rels
from tests.ogc.conformance.asking import check, check_links, items, names
from tests.ogc.conformance.schemas import COLLECTION, COLLECTIONS, CONFORMANCE, LANDING_PAGE

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EXAMPLES = {
    "limit": "2",
    "bbox": "110,20,111,21",
    "bbox-crs": CRS84,
    "crs": CRS84,
    "datetime": "2026-01-31",
    "filter": "TRUE",
    "filter-lang": "cql2-text",
    "filter-crs": CRS84,
    "sortby": "n",
    "properties": "n,x",
    "f": "json",
    "offset": "0",
    "skipGeometry": "true",
}


def found(api: Api, **asked: str) -> set[str]:
    return {each["id"] for each in api.features("traps", **asked)}


def test_common_core_http(api: Api) -> None:
    assert api.get("/conformance").http_version == "HTTP/1.1"


def test_common_core_query_param_name_unknown(api: Api) -> None:
    for path in ("/conformance", "/collections", "/collections/traps", items("traps")):
        assert api.get(path, nobody="1").status_code == 400


def test_common_core_query_param_value_invalid(api: Api) -> None:
    for name in EXAMPLES.keys() - {"sortby", "properties"}:
        assert api.client.get(items("traps"), params={name: "&"}).status_code == 400, name
    for name in ("sortby", "properties"):
        assert api.client.get(items("traps"), params={name: "nobody"}).status_code == 400, name


def test_common_core_query_param_capitalization(api: Api) -> None:
    path = api.told("/api")["paths"]["/collections/{collection}/items"]
    names = {each["name"] for each in path["get"]["parameters"] if each["in"] == "query"}
    assert names - {"after"} == EXAMPLES.keys()
    for name, value in EXAMPLES.items():
        assert api.client.get(items("traps"), params={name: value}).status_code == 200, name
        turned = {name.swapcase(): value}
        assert api.client.get(items("traps"), params=turned).status_code == 400, name


def test_common_core_query_param_list_delimiter(api: Api) -> None:
    for name, value in (("bbox", "110,20,111,21"), ("properties", "n,x"), ("sortby", "n,-x")):
        assert api.get(items("traps"), **{name: value}).status_code == 200
        for other in (";", "|", ", ", "\t"):
            wrong = value.replace(",", other)
            assert api.get(items("traps"), **{name: wrong}).status_code == 400, (name, wrong)


def test_common_core_query_param_list_escape(api: Api) -> None:
    escaped = api.client.get(f"{items('traps')}?bbox=110%2C20%2C111%2C21&f=json")
    plain = api.client.get(f"{items('traps')}?bbox=110,20,111,21&f=json")
    ids = [[each["id"] for each in page.json()["features"]] for page in (escaped, plain)]
    assert ids[0] == ids[1]
    address = urlsplit(api.root)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        target = f"{items('traps')}?properties=n, x"
        lines = [f"GET {target} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {api.key}"]
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        assert connection.recv(64).split()[1] == b"400"


def test_common_core_query_param_list_empty(api: Api) -> None:
    page = api.told(f"{items('traps')}?properties=&sortby=&limit=2", GEOJSON)
    assert [each["properties"] for each in page["features"]] == [{}, {}]
    # A box without numbers is none.
    assert api.get(f"{items('traps')}?bbox=").status_code == 400


def test_common_core_query_param_value_boolean(api: Api) -> None:
    assert found(api, ok="true") == {"hole"}
    assert found(api, ok="false") == {"shared_edge"}
    for value in ("yes", "TRUE", "1", ""):
        assert api.get(items("traps"), ok=value).status_code == 400
    for value, shapes in (("true", {None}), ("false", {"Polygon"})):
        page = api.told(items("traps"), GEOJSON, skipGeometry=value, filter="code = 'hole'")
        assert {
            each["geometry"] and each["geometry"]["type"] for each in page["features"]
        } == shapes


def test_common_core_query_param_value_integer(api: Api) -> None:
    assert found(api, n="1") == {"hole"}
    assert found(api, n="-2") == {"shared_edge"}
    assert api.get(items("traps"), n="one").status_code == 400


def test_common_core_query_param_value_decimal(api: Api) -> None:
    assert found(api, x="00.500") == {"hole"}
    assert found(api, x="-0.2500") == {"shared_edge"}
    assert found(api, x="002") == {"line"}


def test_common_core_query_param_value_double(api: Api) -> None:
    for value in ("4294967297.2500", "4.29496729725e9", "4294967297250E-3"):
        assert found(api, x=value) == {"multi_part"}
    assert found(api, x="-4294967297.2500") == set()
    assert found(api, x="-2.5e-1") == {"shared_edge"}


def test_landing_page_root_op(api: Api) -> None:
    assert api.get("/").headers["content-type"] == JSON


def test_landing_page_root_success(api: Api) -> None:
    document = api.told("/")
    check(document, LANDING_PAGE)
    for rel in ("service-desc", "service-doc", f"{REL}conformance", f"{REL}data"):
        assert rels(document, rel), rel


def test_landing_page_api_definition_op(api: Api) -> None:
    landing = api.told("/")
    for link in (*rels(landing, "service-desc"), *rels(landing, "service-doc")):
        assert api.get(link["href"], link["type"]).status_code == 200


def test_landing_page_api_definition_success(api: Api) -> None:
    for link in rels(api.told("/"), "service-desc"):
        document = api.told(link["href"])
        assert link["type"].endswith(f"version={document['openapi'][:3]}")


def test_landing_page_conformance_op(api: Api) -> None:
    for link in rels(api.told("/"), f"{REL}conformance"):
        assert api.told(link["href"]) == api.told("/conformance")


def test_landing_page_conformance_success(api: Api) -> None:
    check(api.told("/conformance"), CONFORMANCE)


@pytest.mark.parametrize(
    ("path", "schema"), [("/", LANDING_PAGE), ("/conformance", CONFORMANCE), ("/api", {})]
)
def test_common_json_definition(api: Api, path: str, schema: dict[str, object]) -> None:
    check(api.told(path, JSON), schema)


def test_common_json_content(api: Api) -> None:
    check(api.told("/collections", JSON), COLLECTIONS)
    for each in api.collections():
        check(api.told(f"/collections/{each['id']}", JSON), COLLECTION)


def test_collections_collections_list_op(api: Api) -> None:
    hrefs = {link["href"] for rel in ("data", f"{REL}data") for link in rels(api.told("/"), rel)}
    assert hrefs == {f"{api.root}/collections"}
    assert api.get("/collections").status_code == 200


def test_collections_collections_list_success(api: Api) -> None:
    check(api.told("/collections"), COLLECTIONS)
    assert api.get("/collections", HTML).headers["content-type"].startswith(HTML)


def test_collections_collections_list_links(api: Api) -> None:
    check_links(api, api.told("/collections"), JSON)


def test_collections_collections_list_collections(api: Api) -> None:
    for name in names(api):
        check(api.collection(name), COLLECTION)


def test_collections_description_op(api: Api) -> None:
    for name in names(api):
        assert api.get(f"/collections/{name}").status_code == 200


def test_collections_description_success(api: Api) -> None:
    for listed in api.collections():
        alone = api.collection(listed["id"])
        for member in ("id", "title", "description", "extent"):
            assert alone.get(member) == listed.get(member)


def test_collections_description_links(api: Api) -> None:
    for name in names(api):
        check_links(api, api.collection(name), JSON)


def test_collections_description_extent(api: Api) -> None:
    """That it holds everything is tested for part 1 of Features."""
    for each in api.collections():
        if "extent" in each:
            spatial = each["extent"]["spatial"]
            ((west, south, east, north),) = spatial["bbox"]
            assert spatial["crs"] == CRS84
            # The storage CRS has the latitude first.
            assert spatial["storageCrsBbox"] == [[south, west, north, east]]


def test_collections_description_extent_multi(api: Api) -> None:
    for each in api.collections():
        if "extent" in each:
            assert len(each["extent"]["spatial"]["bbox"]) == 1
            assert "temporal" not in each["extent"]
