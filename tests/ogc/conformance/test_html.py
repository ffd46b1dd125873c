"""OGC API Features, part 1: HTML."""

from collections.abc import Iterator
from typing import Any

from tests.ogc.conformance.api import HTML, Api
from tests.ogc.conformance.asking import items, names
from tests.ogc.conformance.operations import reading
from tests.ogc.conformance.reading import Page
from tests.ogc.conformance.test_tiles import TILE_PATHS

BROWSER = f"{HTML},application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
DOCUMENTS = (
    "/conformance",
    "/functions",
    "/tileMatrixSets",
    "/tileMatrixSets/CGCS2000Quad",
    "/tiles",
    "/tiles/WebMercatorQuad",
    "/collections/grids/tiles",
    "/collections/grids/tiles/CGCS2000Quad",
    "/collections/grids/queryables",
    "/collections/grids/schema",
)
# The definition is read at /docs, and a tile is none.
NOT_READ = {"/api", *TILE_PATHS}


def pages(api: Api) -> list[str]:
    """Return the address of everything that is answered as a page."""
    found = reading(api)
    assert {
        each.path for each in found if HTML not in each.document["responses"]["200"]["content"]
    } == NOT_READ
    return [each.address for each in found if each.path not in NOT_READ]


def read(api: Api, path: str) -> Page:
    answer = api.get(path, HTML)
    assert answer.status_code == 200
    return Page(answer.text)


def words(document: Any) -> Iterator[str]:
    """List the texts and numbers of a document, as a page tells them."""
    match document:
        case dict():
            for value in document.values():
                yield from words(value)
        case list():
            for value in document:
                yield from words(value)
        case str():
            yield " ".join(document.split())
        case bool():
            yield str(document).lower()
        case int() | float():
            yield str(document)


def test_html_definition(api: Api) -> None:
    for path in pages(api):
        for asked in ({"accept": HTML}, {"accept": BROWSER}, {"f": "html"}):
            answer = api.get(path, **asked)
            assert answer.status_code == 200, (path, asked)
            assert answer.headers["content-type"] == "text/html; charset=utf-8", (path, asked)
            assert "accept" in answer.headers["vary"].lower()
            assert "'unsafe-" not in answer.headers["content-security-policy"]


def test_html_content(api: Api) -> None:
    for path in pages(api):
        page = read(api, path)
        assert page.doctype == "doctype html"
        assert page.title
        assert all(str(each.get("src")).startswith("/assets/") for each in page.scripts)
        assert not {name for name in page.attributes if name.startswith("on")} | (
            page.attributes & {"style"}
        )
    for path in (*DOCUMENTS, *(f"/collections/{name}" for name in names(api))):
        check_told(read(api, path), api.told(path))
    listed = read(api, "/collections")
    for each in api.collections():
        check_told(
            listed, {**each, "links": [link for link in each["links"] if "items" in link["rel"]]}
        )
    for name in names(api):
        document = api.told(items(name), limit=5)
        page = read(api, f"{items(name)}?limit=5")
        for feature in document["features"]:
            check_told(page, feature["properties"])
            assert any(feature["id"].replace(" ", "%20") in link for link in page.links)
        alone = api.told(f"{items(name)}/{document['features'][0]['id']}")
        check_told(read(api, f"{items(name)}/{alone['id']}"), alone["properties"])
    landing = read(api, "/")
    assert {"/collections", "/conformance", "/docs", "/api"} <= set(landing.links)


def check_told(page: Page, document: dict[str, Any]) -> None:
    """A page tells all of a document, and links what it links."""
    links = document.pop("links", [])
    for word in words(document):
        assert word in page.text, word
    for link in links:
        if link["rel"] not in {"self", "alternate"}:
            assert link["href"] in page.links, link
