"""Who has few rights sees the map with what they may see, and is asked for nothing else."""

from playwright.sync_api import Page, expect

from tests.dashboard.people import join
from tests.dashboard.visit import Visit

PLACE = "#map=16.5/22.9455/113.3555&layers=areas,grids,houses,addresses,events,cameras,workers"


def look(window: Page, site: str, url: str, role: str) -> tuple[Visit, list[str]]:
    """Search the map as one who holds a role; return the visit and the paths that were asked."""
    join(url, site, f"few-{role}", role).take(window)
    asked: list[str] = []
    window.on("request", lambda request: asked.append(request.url.removeprefix(site)))
    visit = Visit(window, site).open(PLACE)
    visit.click_map(113.3560, 22.9460)
    visit.answered()
    return visit, asked


def switches(visit: Visit) -> set[str]:
    boxes = visit.page.locator(".legend input").all()
    return {box.get_attribute("name") or "" for box in boxes}


def test_a_screen_has_no_people_and_no_houses(
    window: Page, site: str, neighbourhood_url: str
) -> None:
    visit, asked = look(window, site, neighbourhood_url, "screen")
    assert switches(visit) == {
        *("areas", "grids", "events", "closed", "cameras", "centres", "pois", "gathered"),
    }
    assert not any(name in path for path in asked for name in ("workers", "houses", "addresses"))
    assert any("kinds=camera,centre,poi&" in path for path in asked)
    expect(visit.page.locator(".kinds input")).to_have_count(3)
    expect(visit.page.locator(".rings thead th")).to_have_text(
        ["圈", "摄像头", "治理中心", "周边资源"]
    )
    expect(visit.page.locator(".results li")).to_have_count(5)
    visit.page.get_by_label("统计重点服务对象").check()
    expect(visit.page.locator(".rings")).to_have_count(1)
    expect(visit.page.get_by_text("您无权得知重点服务对象的数量。")).to_be_visible()
    visit.assert_clean()


def test_a_weather_officer_has_the_map_and_the_place(
    window: Page, site: str, neighbourhood_url: str
) -> None:
    visit, asked = look(window, site, neighbourhood_url, "weather_officer")
    assert switches(visit) == {"areas", "grids"}
    assert not any("/nearby" in path for path in asked)
    assert visit.rendered("grids-fill")
    expect(visit.page.locator(".chain-grid dd")).to_contain_text("桥南第二网格")
    for absent in (".kinds", "#radius", ".results", ".rings", ".empty"):
        expect(visit.page.locator(absent)).to_have_count(0)
    visit.assert_clean()


def test_who_holds_no_role_is_told(window: Page, site: str, neighbourhood_url: str) -> None:
    join(neighbourhood_url, site, "wuquan").take(window)
    window.goto(site)
    expect(window.get_by_role("group", name="当前用户")).to_contain_text("没有角色")
    expect(window.get_by_role("alert")).to_contain_text("没有查看权限")
