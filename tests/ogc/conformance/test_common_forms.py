"""OGC API Common: the pages and the definition of part 1, JSON and pages of part 2."""

import pytest

from tests.ogc.conformance.api import HTML, JSON, Api
from tests.ogc.conformance.asking import check, names
from tests.ogc.conformance.operations import Operation, reading
from tests.ogc.conformance.schemas import COLLECTION, COLLECTIONS
from tests.ogc.conformance.test_html import check_told, read
from tests.ogc.conformance.test_oas30 import (
    check_definition,
    check_done,
    check_problems,
    check_schemes,
    check_successes,
    check_valid,
)


def of_landing(api: Api) -> list[Operation]:
    """Return the operations of the landing page's class."""
    found = [each for each in reading(api) if each.path in {"/", "/api", "/conformance"}]
    assert len(found) == 3
    return found


def documents(api: Api) -> list[str]:
    """Return the addresses of the collections' class."""
    return ["/collections", *(f"/collections/{name}" for name in names(api))]


@pytest.mark.parametrize("path", ["/", "/conformance"])
def test_common_html_definition(api: Api, path: str) -> None:
    answer = api.get(path, HTML)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(HTML)


def test_common_html_content(api: Api) -> None:
    check_told(read(api, "/conformance"), api.told("/conformance"))
    landing = read(api, "/")
    assert landing.doctype == "doctype html"
    assert {"/api", "/docs", "/conformance", "/collections"} <= set(landing.links)


def test_common_oas30_completeness(api: Api) -> None:
    for operation in of_landing(api):
        check_successes(api, operation)


def test_common_oas30_exceptions_codes(api: Api) -> None:
    for operation in of_landing(api):
        check_problems(api, operation)


def test_common_oas30_oas_definition_1(api: Api) -> None:
    check_definition(api)


def test_common_oas30_oas_definition_2(api: Api) -> None:
    check_valid(api)


def test_common_oas30_oas_impl(api: Api) -> None:
    for operation in of_landing(api):
        check_done(api, operation)


def test_common_oas30_security(api: Api) -> None:
    check_schemes(api)


def test_collections_json_definition(api: Api) -> None:
    for path in documents(api):
        answer = api.get(path, JSON)
        assert (answer.status_code, answer.headers["content-type"]) == (200, JSON)


def test_collections_json_content(api: Api) -> None:
    whole, *each = documents(api)
    check(api.told(whole, JSON), COLLECTIONS)
    for path in each:
        check(api.told(path, JSON), COLLECTION)


def test_collections_html_definition(api: Api) -> None:
    for path in documents(api):
        answer = api.get(path, HTML)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(HTML)


def test_collections_html_content(api: Api) -> None:
    for path in documents(api):
        page = read(api, path)
        assert page.doctype == "doctype html"
        for name in names(api) if path == "/collections" else [path.rsplit("/", 1)[1]]:
            told = api.collection(name)
            items = [each for each in told["links"] if each["rel"] == "items"]
            shown = {key: told[key] for key in ("id", "title", "description")}
            check_told(page, {**shown, "links": items})
