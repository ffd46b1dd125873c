"""The pages of the collections in a browser: a table, and a map of the page's features."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Page

from tests.conftest import TestServer
from tests.dashboard.conftest import serving
from tests.dashboard.neighbourhood import GRIDS, write_neighbourhood
from tests.dashboard.people import Seat, join
from tests.dashboard.visit import Visit

ATTACK = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'


@pytest.fixture(scope="module")
def seat(postgis: TestServer) -> Iterator[Seat]:
    with postgis.database() as url:
        write_neighbourhood(url)
        with psycopg.connect(url) as conn:
            conn.execute("update resource set name = %s where code = 'O2'", [ATTACK])
        with serving(url) as (address, _):
            yield join(url, address, "zhihui", "commander")


@pytest.fixture
def reader(window: Page, seat: Seat) -> Iterator[Visit]:
    seat.take(window)
    opened = Visit(window, seat.site)
    yield opened
    opened.assert_clean()


def drawn(reader: Visit, path: str) -> Visit:
    """Open a page of features, and wait until its map is drawn."""
    reader.page.goto(f"{reader.site}{path}")
    reader.until(
        lambda: reader.page.evaluate("Boolean(window.gisGovFeatures?.loaded())"), "the map is drawn"
    )
    return reader


def shown(reader: Visit) -> set[str]:
    return set(
        reader.page.evaluate(
            "window.gisGovFeatures.queryRenderedFeatures().map((each) => each.properties.code)"
        )
    )


def test_a_browser_reads_from_the_collections_to_one_feature(reader: Visit, tmp_path: Path) -> None:
    page = reader.page
    page.goto(f"{reader.site}/collections")
    assert page.title() == "数据集 Collections"
    assert (tmp_path / "collections.png").write_bytes(page.screenshot()) > 10_000
    page.get_by_role("heading", name="网格 Grids").get_by_role("link").click()
    page.get_by_role("link", name="要素").first.click()
    drawn(reader, page.url.removeprefix(reader.site))
    assert shown(reader) == set(GRIDS)
    for code, name in GRIDS.items():
        assert page.get_by_role("cell", name=name, exact=True).count() == 1, code
    assert (tmp_path / "grids.png").write_bytes(page.screenshot(full_page=True)) > 20_000
    page.get_by_role("link", name=next(iter(GRIDS)), exact=True).click()
    reader.until(
        lambda: page.evaluate("Boolean(window.gisGovFeatures?.loaded())"), "the map is drawn"
    )
    assert shown(reader) == {next(iter(GRIDS))}
    assert (tmp_path / "grid.png").write_bytes(page.screenshot()) > 10_000


def test_a_name_is_no_script_on_the_page_or_its_map(reader: Visit, tmp_path: Path) -> None:
    page = drawn(reader, "/collections/pois/items?filter=code='O2'").page
    assert page.get_by_role("cell", name=ATTACK, exact=True).count() == 1
    box = page.locator("#map").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    popup = page.locator(".maplibregl-popup-content")
    popup.wait_for()
    assert ATTACK in popup.inner_text()
    assert page.evaluate("window.hacked") is None
    assert (tmp_path / "attack.png").write_bytes(page.screenshot()) > 10_000


def test_pages_are_readable_by_everyone(reader: Visit, axe: str) -> None:
    for path in ("/collections", "/collections/grids", "/collections/grids/items", "/conformance"):
        reader.page.goto(f"{reader.site}{path}")
        reader.page.evaluate(axe)
        told = reader.page.evaluate("axe.run({ runOnly: ['wcag2a', 'wcag2aa'] })")
        assert [each["id"] for each in told["violations"]] == [], path
