"""The way of many workers at once, played back: loaded, run, stopped, followed."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.dashboard.people import Seat
from tests.dashboard.visit import Visit
from tests.dashboard.walking import NINE, YESTERDAY, Walk, walked

VIEW = "#map=14.5/22.95/113.36"
POSITIONS = re.compile(r"/patrols/[^/]+/positions")
EAST = Walk(0, 1200, 113.351, 22.9535)
# Ten minutes later and some 600 m on: nobody knows the way between.
LATER = Walk(1800, 2400, 113.3666, 22.9535)
SOUTH = Walk(600, 1800, 113.352, 22.9452)


@pytest.fixture(autouse=True)
def walkers(neighbourhood_url: str, commander: Seat) -> Iterator[None]:
    with (
        walked(neighbourhood_url, commander, "P1", "周某", [*EAST.fixes(), *LATER.fixes()]),
        walked(neighbourhood_url, commander, "P2", "吴某", SOUTH.fixes()),
    ):
        yield


def ask(visit: Visit, begin: str = "09:00", end: str = "10:00") -> None:
    """Fill in the form and send it off."""
    form = visit.page.locator(".playback")
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    form.get_by_label("日期").fill(f"{YESTERDAY:%Y-%m-%d}")
    form.get_by_label("从").fill(begin)
    form.get_by_label("到", exact=True).fill(end)
    form.get_by_role("button", name="装载轨迹").click()


def loaded(visit: Visit, fragment: str = VIEW) -> Locator:
    """Open the page, load the hour, and return the player."""
    visit.open(fragment)
    ask(visit)
    player = visit.page.locator(".player")
    player.wait_for()
    visit.settle()
    return player


def go_to(visit: Visit, after_s: int) -> None:
    """Move the slider to so many seconds after nine."""
    visit.page.locator(".player input[type=range]").evaluate(
        """(slider, at) => {
            slider.value = at;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        round(NINE.timestamp()) + after_s,
    )


def states(visit: Visit) -> list[str]:
    return visit.page.locator(".movers-list .where").all_inner_texts()


def chosen(visit: Visit) -> list[str]:
    return visit.page.locator(".movers-list [aria-current=true] small").all_inner_texts()


def test_each_is_where_he_was(visit: Visit) -> None:
    player = loaded(visit)
    expect(visit.page.locator(".playback")).to_contain_text("2 人，2 次巡查")
    expect(player.locator(".at b")).to_have_text("09:00:00")
    assert states(visit) == ["停留", "未开始"]
    go_to(visit, 905)
    expect(player.locator(".at b")).to_have_text("09:15:10")
    assert states(visit) == ["行进", "行进"]
    visit.click_map(*SOUTH.at(910))
    assert chosen(visit) == ["P2"]
    visit.click_map(*EAST.at(910))
    assert chosen(visit) == ["P1"]
    assert visit.page.locator(".chain").count() == 0, "the click was for the mover, not the place"


def test_nobody_is_moved_over_a_gap(visit: Visit) -> None:
    loaded(visit)
    go_to(visit, 1500)
    assert states(visit) == ["信号中断", "行进"]
    visit.click_map(*EAST.at(1200))
    assert chosen(visit) == ["P1"]
    go_to(visit, 2000)
    assert states(visit) == ["行进", "停留"]
    visit.click_map(*LATER.at(2000))
    assert chosen(visit) == ["P1"], "it is the same one"
    go_to(visit, 2800)
    assert states(visit) == ["已结束", "已结束"]


def test_it_plays_pauses_and_ends(visit: Visit) -> None:
    player = loaded(visit)
    at = player.locator(".at b")
    player.get_by_label("速度").select_option("600")
    go_to(visit, 600)
    player.get_by_role("button", name="播放").click()
    visit.until(lambda: at.inner_text() > "09:11:00", "time passes")
    player.get_by_role("button", name="暂停").click()
    player.get_by_role("button", name="播放").wait_for()
    shown = at.inner_text()
    visit.page.wait_for_timeout(400)
    assert at.inner_text() == shown
    go_to(visit, 3500)
    player.get_by_role("button", name="播放").click()
    expect(at).to_have_text("10:00:00")
    expect(player.get_by_role("button", name="播放")).to_be_visible()


def test_the_slider_goes_by_keys(visit: Visit) -> None:
    player = loaded(visit)
    slider = player.get_by_label("回放时刻")
    slider.focus()
    visit.page.keyboard.press("ArrowRight")
    visit.page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "09:00:20"
    visit.page.keyboard.press("End")
    assert slider.get_attribute("aria-valuetext") == "10:00:00"


def test_who_is_followed_stays_in_view(visit: Visit) -> None:
    player = loaded(visit)
    follow = player.get_by_role("button", name="跟随")
    expect(follow).to_be_disabled()
    visit.page.locator(".movers-list button").first.click()
    follow.click()
    visit.page.evaluate("gisGovMap.jumpTo({ zoom: 17.5 })")
    for at in (300, 900, 2100):
        go_to(visit, at)
        visit.settle()
        lon, _ = visit.centre()
        walk = EAST if at < 1500 else LATER
        assert abs(lon - walk.at(at)[0]) < 0.0015, at


def test_live_workers_are_hidden_meanwhile(visit: Visit) -> None:
    visit.open(VIEW)
    visit.until(lambda: visit.rendered("workers"), "live workers are drawn")
    ask(visit)
    visit.page.locator(".player").wait_for()
    visit.until(lambda: not visit.rendered("workers"), "they are hidden")
    visit.page.get_by_role("button", name="结束回放").click()
    visit.page.evaluate("gisGovMap.jumpTo({ zoom: 14.5 })")
    visit.until(lambda: visit.rendered("workers"), "they are back")
    assert visit.page.locator(".movers-list").count() == 0


def test_what_is_not_in_view_or_in_the_grid_is_left_out(visit: Visit) -> None:
    visit.open("#map=17/22.9452/113.353")
    ask(visit)
    expect(visit.page.locator(".movers-list small")).to_have_text(["P2"])
    visit.page.locator(".playback").get_by_label("范围").select_option("code")
    visit.page.get_by_label("编码").fill("4401990010011001")
    ask(visit)
    expect(visit.page.locator(".movers-list small")).to_have_text(["P1"])
    ask(visit, "06:00", "07:00")
    expect(visit.page.locator(".playback")).to_contain_text("没有轨迹")


def test_a_wrong_time_is_said_and_what_failed_is_asked_again(visit: Visit) -> None:
    visit.open(VIEW)
    ask(visit, "10:00", "09:00")
    expect(visit.page.locator(".playback .error")).to_contain_text("晚于")
    visit.page.route(POSITIONS, lambda route: route.abort())
    ask(visit)
    trouble = visit.page.locator(".playback").get_by_role("alert")
    expect(trouble).to_contain_text("连不上服务器")
    visit.page.unroute(POSITIONS)
    trouble.get_by_role("button", name="重试").click()
    visit.page.locator(".player").wait_for()
    visit.complaints.clear()  # the browser's own, of the requests that failed


@pytest.mark.parametrize(("language", "width", "height"), [("zh", 1280, 800), ("en", 390, 844)])
def test_axe_finds_nothing_in_a_playback(
    visit: Visit, axe: str, language: str, width: int, height: int
) -> None:
    visit.open(f"{VIEW}&lang=zh")
    ask(visit)
    visit.page.locator(".player").wait_for()
    visit.page.set_viewport_size({"width": width, "height": height})
    if language == "en":
        visit.page.get_by_role("button", name="English").click()
    go_to(visit, 900)
    visit.page.evaluate(axe)
    assert visit.page.evaluate("axe.run()")["violations"] == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    stage, player = (visit.page.locator(part).bounding_box() for part in (".stage", ".player"))
    assert stage
    assert player
    assert player["y"] >= stage["y"]
    assert player["y"] + player["height"] <= stage["y"] + stage["height"]
