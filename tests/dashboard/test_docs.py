"""The page of the API's documentation: every route is there to be tried, all from this server."""

from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, expect

from tests.dashboard.visit import Visit


@pytest.fixture
def document(site: str) -> dict[str, Any]:
    return httpx.get(f"{site}/openapi.json").raise_for_status().json()


@pytest.fixture
def docs(visit: Visit) -> Visit:
    visit.page.goto(f"{visit.site}/docs")
    visit.page.locator(".opblock").first.wait_for()
    return visit


def operation(docs: Visit, method: str, path: str) -> Locator:
    named = docs.page.locator(f'[data-path="{path}"]')
    return docs.page.locator(f".opblock-{method}").filter(has=named)


def test_lists_every_route(docs: Visit, document: dict[str, Any]) -> None:
    shown = {
        (block.locator(".opblock-summary-method").inner_text(), path.get_attribute("data-path"))
        for block in docs.page.locator(".opblock").all()
        for path in block.locator(".opblock-summary-path").all()
    }
    assert shown == {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    }


def test_tells_parameters_and_answers_of_a_route(docs: Visit, document: dict[str, Any]) -> None:
    nearby = operation(docs, "get", "/nearby")
    nearby.locator(".opblock-summary-control").click()
    told = document["paths"]["/nearby"]["get"]
    names = [parameter["name"] for parameter in told["parameters"]]
    expect(nearby.locator("tr[data-param-name]")).to_have_count(len(names))
    rows = nearby.locator("tr[data-param-name]").all()
    assert [row.get_attribute("data-param-name") for row in rows] == names
    for status in told["responses"]:
        expect(nearby.locator(f'.responses-table tr[data-code="{status}"]').first).to_be_visible()


def test_a_route_is_tried_from_the_page(docs: Visit) -> None:
    locate = operation(docs, "get", "/locate")
    locate.locator(".opblock-summary-control").click()
    locate.get_by_role("button", name="Try it out").click()
    locate.locator('tr[data-param-name="lon"] input').fill("113.3555")
    locate.locator('tr[data-param-name="lat"] input').fill("22.9455")
    locate.get_by_role("button", name="Execute").click()
    answer = locate.locator(".live-responses-table")
    expect(answer.locator(".response-col_status").last).to_contain_text("200")
    expect(answer).to_contain_text("桥南第二网格")


def test_a_write_is_tried_from_the_page_with_its_token(docs: Visit) -> None:
    sent: list[str | None] = []
    docs.page.on(
        "request",
        lambda request: (
            sent.append(request.headers.get("x-csrf-token")) if request.method == "POST" else None
        ),
    )
    search = operation(docs, "post", "/persons/search")
    search.locator(".opblock-summary-control").click()
    search.get_by_role("button", name="Try it out").click()
    search.get_by_role("button", name="Execute").click()
    answer = search.locator(".live-responses-table")
    expect(answer.locator(".response-col_status").last).to_contain_text("200")
    assert sent == [docs.page.evaluate("fetch('/session').then((a) => a.json())")["csrf_token"]]
    expect(docs.page.locator(".docs-note")).to_contain_text("x-csrf-token")


def test_carries_the_licences_of_what_it_is_made_of(docs: Visit) -> None:
    docs.page.locator("footer summary").click()
    licences = docs.page.locator("#licences")
    for said in ("SmartBear", "Apache License", "Permission is hereby granted, free of charge"):
        expect(licences).to_contain_text(said)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_follows_the_viewer_s_colours(docs: Visit, scheme: Any) -> None:
    docs.page.emulate_media(color_scheme=scheme)
    ground = "rgb(28, 32, 34)" if scheme == "dark" else "rgb(255, 255, 255)"
    expect(docs.page.locator("body")).to_have_css("background-color", ground)


def test_leads_to_the_map(docs: Visit) -> None:
    docs.page.get_by_role("link", name="地图 Map").click()
    docs.settle()
    assert docs.rendered("grids-fill")
