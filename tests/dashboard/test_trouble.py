"""When something fails, the page says so in plain words and can try again."""

import re

from playwright.sync_api import Page, Playwright, Route, expect

from tests.conftest import TestServer
from tests.dashboard.conftest import launch, serving
from tests.dashboard.neighbourhood import write_neighbourhood
from tests.dashboard.people import Seat, join
from tests.dashboard.visit import Visit

POINT = "#map=15.5/22.9455/113.3555&point=113.3555,22.9455"


def test_a_refused_question_is_told_with_the_servers_reason(
    window: Page, site: str, commander: Seat
) -> None:
    commander.take(window)
    visit = Visit(window, site)

    def ask_too_far(route: Route) -> None:
        route.continue_(url=re.sub(r"radius=\d+", "radius=9000", route.request.url))

    window.route("**/nearby?*", ask_too_far)
    visit.open(POINT)
    alert = window.get_by_role("alert")
    expect(alert).to_contain_text("查询条件有误。")
    expect(alert).to_contain_text("radius")
    window.unroute("**/nearby?*")
    alert.get_by_role("button", name="重试").click()
    visit.answered()
    expect(alert).to_have_count(0)
    assert all("400" in complaint for complaint in visit.complaints)


def test_a_stopped_server_is_told(window: Page, postgis: TestServer) -> None:
    with postgis.database() as url:
        write_neighbourhood(url)
        with serving(url) as (address, process):
            join(url, address, "wang", "commander").take(window)
            visit = Visit(window, address).open(POINT)
            visit.answered()
            process.terminate()
            process.wait(timeout=30)
            visit.click_map(113.354, 22.944)
            expect(window.locator(".trouble")).to_contain_text("连不上服务器")
            assert window.locator(".results").count() == 0


def test_tiles_that_fail_are_told_and_asked_for_again(
    window: Page, site: str, commander: Seat
) -> None:
    commander.take(window)
    visit = Visit(window, site)
    window.route("**/tiles/events,*/*/*/*.mvt", lambda route: route.abort())
    window.goto(f"{site}/{POINT}")
    alert = window.locator(".map-trouble")
    expect(alert).to_contain_text("部分地图数据没有加载成功。")
    # Only now have all of them failed: one that fails later would be told anew.
    visit.settle()
    assert visit.rendered("events") == []
    window.unroute("**/tiles/events,*/*/*/*.mvt")
    alert.get_by_role("button", name="重试").click()
    visit.until(lambda: visit.rendered("events"), "the events are drawn")
    expect(alert).to_have_count(0)


def test_a_database_without_data_says_how_to_load_some(
    window: Page, own_database_url: str, empty_site: str
) -> None:
    join(own_database_url, empty_site, "wang", "commander").take(window)
    visit = Visit(window, empty_site).open()
    expect(window.get_by_role("heading", name="还没有可显示的网格")).to_be_visible()
    expect(window.locator(".no-data")).to_contain_text("gis-gov load")
    visit.assert_clean()


def test_a_browser_without_webgl_is_told_why_there_is_no_map(
    playwright: Playwright, site: str, commander: Seat
) -> None:
    plain = launch(
        playwright, "--disable-gpu", "--disable-software-rasterizer", "--disable-3d-apis"
    )
    with plain.new_context() as context:
        page = context.new_page()
        commander.take(page)
        page.goto(site)
        expect(page.get_by_role("alert")).to_contain_text("WebGL")
        # What needs no map goes on working.
        page.get_by_label("经度，纬度").fill("113.3555, 22.9455")
        page.get_by_label("经度，纬度").press("Enter")
        expect(page.locator(".chain-grid dd")).to_contain_text("桥南第二网格")
    plain.close()
