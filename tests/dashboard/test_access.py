"""Everyone can use the page: accessibility rules, both languages, small screens."""

import pytest
from playwright.sync_api import expect

from tests.dashboard.visit import Visit

SEARCHED = "#map=15.5/22.9455/113.3555&point=113.3555,22.9455"


def violations(visit: Visit, axe: str) -> list[str]:
    visit.page.evaluate(axe)
    found = visit.page.evaluate("axe.run()")["violations"]
    return [f"{v['id']}: {node['target']} {node['html']}" for v in found for node in v["nodes"]]


def test_axe_finds_nothing_before_a_search(visit: Visit, axe: str) -> None:
    visit.open()
    assert violations(visit, axe) == []


@pytest.mark.parametrize(("language", "width", "height"), [("zh", 1180, 720), ("en", 390, 844)])
def test_axe_finds_nothing_after_one(
    visit: Visit, axe: str, language: str, width: int, height: int
) -> None:
    visit.page.set_viewport_size({"width": width, "height": height})
    visit.open(f"{SEARCHED}&lang={language}")
    visit.click_map(113.3555, 22.9455)
    visit.answered()
    assert violations(visit, axe) == []


def test_the_language_switch_changes_every_word_and_is_remembered(visit: Visit) -> None:
    visit.open(SEARCHED)
    visit.answered()
    html = visit.page.locator("html")
    assert html.get_attribute("lang") == "zh-Hans-CN"
    visit.page.get_by_role("button", name="English").click()
    expect(visit.page.get_by_role("heading", name="Nearby search")).to_be_visible()
    assert html.get_attribute("lang") == "en-GB"
    assert visit.page.title() == "Grid map"
    words = visit.page.locator("label, legend, h1, h2, dt, th, .note, .zoom button")
    told = [text for text in words.all_inner_texts() if any("一" <= c <= "鿿" for c in text)]
    assert told == []
    assert "Arrow keys" in (
        visit.page.locator(".maplibregl-canvas").get_attribute("aria-label") or ""
    )
    visit.page.goto("about:blank")
    visit.open()
    expect(visit.page.get_by_role("heading", name="Nearby search")).to_be_visible()
    visit.page.get_by_role("button", name="简体中文").click()
    expect(visit.page.get_by_role("heading", name="周边查询")).to_be_visible()
    assert "lang" not in visit.fragment()


def test_every_control_is_reached_by_keyboard(visit: Visit) -> None:
    visit.open(SEARCHED)
    visit.answered()
    reached: list[str] = []
    for _ in range(80):
        visit.page.keyboard.press("Tab")
        name = visit.page.evaluate(
            "(e => e.name || e.id || e.ariaLabel || e.textContent.trim())(document.activeElement)"
        )
        if reached and name == reached[0]:
            break
        reached.append(name)
    for expected in (
        "简体中文",
        "point",
        "定位",
        "radius",
        "camera",
        "放大",
        "图层与图例",
        "events",
    ):
        assert expected in reached, reached
    assert any("桥南路口" in name for name in reached)
    assert any(name.startswith("地图") for name in reached), "the map itself"


def test_a_small_screen_has_the_map_above_and_scrolls_no_other_way(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.open(SEARCHED)
    visit.answered()
    stage, panel = (visit.page.locator(part).bounding_box() for part in (".stage", ".panel"))
    assert stage
    assert panel
    assert stage["y"] + stage["height"] <= panel["y"] + 1
    assert min(stage["height"], panel["height"]) > 250
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert visit.page.locator("#layers").is_hidden()
    visit.page.get_by_role("button", name="图层与图例").click()
    assert visit.page.locator("#layers").is_visible()
