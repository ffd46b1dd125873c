"""OGC API Common: Core, landing page and JSON of part 1, collections of part 2."""

import socket
from urllib.parse import urlsplit

import pytest

from tests.ogc.conformance.api import GEOJSON, HTML, JSON, REL, Api, rels
from tests.ogc.conformance.asking import check, check_links, items, names
from tests.ogc.conformance.operations import asking, reading
from tests.ogc.conformance.schemas import COLLECTION, COLLECTIONS, CONFORMANCE, LANDING_PAGE

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def found(api: Api, **asked: str) -> set[str]:
    return {each["id"] for each in api.features("traps", **asked)}


def test_common_core_http(api: Api) -> None:
    assert api.get("/conformance").http_version == "HTTP/1.1"


def test_common_core_query_param_name_unknown(api: Api) -> None:
    for operation in reading(api):
        answer = api.get(operation.address, nobody="1")
        assert answer.status_code == 400, operation.path


def test_common_core_query_param_value_invalid(api: Api) -> None:
    for asked in asking(api):
        if asked.bad is not None:
            params = {**asked.others, asked.name: asked.bad}
            answer = api.client.get(asked.operation.address, params=params)
            assert answer.status_code == 400, (asked.operation.path, params)


def test_common_core_query_param_capitalization(api: Api) -> None:
    for asked in asking(api):
        address, path = asked.operation.address, asked.operation.path
        params = {**asked.others, asked.name: asked.good}
        assert api.client.get(address, params=params).status_code in {200, 204}, (path, params)
        turned = {**asked.others, asked.name.swapcase(): asked.good}
        assert api.client.get(address, params=turned).status_code == 400, (path, turned)
    (following,) = rels(api.told(items("traps"), GEOJSON, limit=2), "next")
    assert api.get(following["href"]).status_code == 200
    assert api.get(following["href"].replace("after=", "AFTER=")).status_code == 400


def test_common_core_query_param_list_delimiter(api: Api) -> None:
    for path, name, value in (
        (items("traps"), "bbox", "110,20,111,21"),
        (items("traps"), "properties", "n,x"),
        (items("traps"), "sortby", "n,-x"),
        ("/tiles/WebMercatorQuad", "collections", "grids,events"),
        ("/tiles/WebMercatorQuad/0/0/0", "collections", "grids,events"),
    ):
        assert api.get(path, **{name: value}).status_code in {200, 204}
        for other in (";", "|", ", ", "\t"):
            wrong = value.replace(",", other)
            assert api.get(path, **{name: wrong}).status_code == 400, (name, wrong)


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
    # A box without numbers is none, nor are tiles without layers.
    for path in (f"{items('traps')}?bbox=", "/tiles/WebMercatorQuad?collections="):
        assert api.get(path).status_code == 400


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
    for value in ("yes", "True", "1", ""):
        assert api.get(items("traps"), skipGeometry=value).status_code == 400


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
