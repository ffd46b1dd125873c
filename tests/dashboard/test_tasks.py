"""Tasks on the page: each leads to the patrol that fulfilled it, or to where it asks to go."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.dashboard.people import Seat, join
from tests.dashboard.test_judgements import RULE, walker
from tests.dashboard.test_workers import VIEW, drawn_way
from tests.dashboard.visit import Visit

__all__ = ["walker"]

EASY: dict[str, Any] = {
    **RULE,
    "name": "东湖日巡",
    "object": {"kind": "area", "codes": ["440199001001"]},
    "min_minutes": 5,
    "min_coverage": None,
    "in_order": False,
}
JOINT: dict[str, Any] = {**RULE, "name": "联合巡河", "is_own": False, "workers_min": 2}


@pytest.fixture(autouse=True)
def duties(walker: None, commander: Seat) -> None:
    """Let there be a task that was fulfilled, one that was not, and one for two."""
    commander.send("POST", "/rules", json={"code": "easy", **EASY})
    commander.send("POST", "/rules", json={"code": "joint", **JOINT})
    commander.send("GET", "/tasks?worker=W9")


def opened(visit: Visit) -> Locator:
    """Open the page and the list of today's tasks."""
    visit.open(VIEW)
    card = visit.page.locator(".tasks")
    card.locator("summary").click()
    card.locator(".results").wait_for()
    return card


def task(card: Locator, name: str) -> Locator:
    return card.locator(".results button", has_text=name)


def test_those_of_today_are_listed_and_overdue_ones_asked_for(visit: Visit) -> None:
    card = opened(visit)
    expect(card.locator(".results > li")).to_have_count(3)
    expect(task(card, "东湖日巡")).to_contain_text("已完成")
    expect(task(card, "东湖巡河")).to_contain_text("周某")
    expect(task(card, "东湖巡河")).to_contain_text("待完成")
    expect(task(card, "联合巡河")).to_contain_text("共同任务")
    expect(card.locator(".counts")).to_contain_text("已完成 1")
    card.get_by_label("范围").select_option("overdue")
    expect(card.locator(".counts")).to_have_text("! 逾期 3")
    expect(card.locator(".results > li")).to_have_count(3)
    card.get_by_label("范围").select_option("later")
    expect(card.locator(".counts")).to_have_text("○ 待完成 3")


def test_one_that_was_fulfilled_leads_to_its_patrol(visit: Visit) -> None:
    card = opened(visit)
    task(card, "东湖日巡").click()
    visit.page.locator(".patrol .figures").wait_for()
    visit.until(lambda: drawn_way(visit), "the way is drawn")
    expect(visit.page.locator(".judgement.enough")).to_contain_text("完成了一项任务")


def test_one_that_is_open_leads_to_where_it_asks_to_go(visit: Visit) -> None:
    card = opened(visit)
    task(card, "联合巡河").click()
    visit.until(lambda: visit.rendered("duty-route"), "the route is drawn")
    visit.until(lambda: visit.rendered("duty-points"), "with its signs")
    points = {each["name"]: each["state"] for each in visit.rendered("duty-points")}
    assert points == {"1 桥头": "asked", "2 闸口": "asked", "3 码头": "asked"}
    assert not visit.rendered("duty-missed")
    assert not drawn_way(visit)
    expect(card.locator(".opened")).to_contain_text("须 2 人同行")
    expect(visit.page.locator(".way-legend")).to_contain_text("应到")
    card.get_by_role("button", name="收起任务").click()
    visit.until(lambda: not visit.rendered("duty-route"), "it is gone")


def test_those_of_one_worker(visit: Visit) -> None:
    visit.open(VIEW)
    visit.until(lambda: visit.rendered("workers"), "he is drawn")
    lon, lat = visit.page.evaluate("""() => window.gisGovMap
        .queryRenderedFeatures({ layers: ["workers"] })
        .find(({ properties }) => properties.code === "W9").geometry.coordinates""")
    visit.click_map(lon, lat)
    card = visit.page.locator(".tasks")
    card.locator("summary").click()
    card.get_by_role("button", name="只看 W9 的任务").click()
    expect(card.locator(".results > li")).to_have_count(2)
    card.get_by_role("button", name="W9 · 改看全部").click()
    expect(card.locator(".results > li")).to_have_count(3)


def test_tasks_that_cannot_be_told_are_trouble(visit: Visit) -> None:
    visit.open(VIEW)
    visit.page.route("**/tasks?*", lambda route: route.abort())
    card = visit.page.locator(".tasks")
    card.locator("summary").click()
    trouble = card.get_by_role("alert")
    expect(trouble).to_contain_text("连不上服务器")
    visit.page.unroute("**/tasks?*")
    trouble.get_by_role("button", name="重试").click()
    expect(card.locator(".results > li")).to_have_count(3)
    visit.complaints.clear()  # the browser's own, of the request that failed


def test_who_may_not_follow_workers_has_no_list(
    window: Page, site: str, neighbourhood_url: str
) -> None:
    join(neighbourhood_url, site, "taskless", "screen").take(window)
    visit = Visit(window, site).open(VIEW)
    expect(visit.page.locator(".tasks")).to_have_count(0)
    visit.assert_clean()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_axe_finds_nothing_in_the_tasks(visit: Visit, axe: str, width: int, height: int) -> None:
    card = opened(visit)
    task(card, "东湖巡河").click()
    card.locator(".opened").wait_for()
    visit.page.set_viewport_size({"width": width, "height": height})
    visit.page.evaluate(axe)
    assert visit.page.evaluate("axe.run()")["violations"] == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
