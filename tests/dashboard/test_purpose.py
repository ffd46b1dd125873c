"""Where the server wants to know what it is for, the page asks once, says it along and shows it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from gis_gov.days import LOCAL
from tests.dashboard.conftest import serving
from tests.dashboard.people import Seat
from tests.dashboard.test_workers import VIEW, seen
from tests.dashboard.visit import Visit
from tests.dashboard.walking import STEP_DEG, STEP_S, walked

BEGAN = datetime.now(UTC) - timedelta(minutes=30)
ENDS_S = 1200


@pytest.fixture(scope="module")
def strict_site(neighbourhood_url: str) -> Iterator[str]:
    with serving(neighbourhood_url, GIS_GOV_PURPOSE_REQUIRED="true") as (address, _):
        yield address


@pytest.fixture
def asked(window: Page) -> list[Request]:
    """What was asked of patrols."""
    found: list[Request] = []
    window.on("request", lambda each: found.append(each) if "/patrols" in each.url else None)
    return found


@pytest.fixture
def strictly(
    window: Page, neighbourhood_url: str, strict_site: str, commander: Seat
) -> Iterator[Visit]:
    """A window on a server that wants a purpose, and a worker who walked."""
    if BEGAN.astimezone(LOCAL).date() != datetime.now(LOCAL).date():
        pytest.skip("the day has only just begun")
    Seat(strict_site, commander.token, commander.csrf).take(window)
    fixes = [
        (BEGAN + timedelta(seconds=at), 113.351 + STEP_DEG * at / STEP_S, 22.9535, None)
        for at in range(0, ENDS_S, STEP_S)
    ]
    with walked(neighbourhood_url, commander, "W9", "周某", fixes):
        visit = Visit(window, strict_site)
        yield visit
    # The browser itself tells of each refusal.
    assert all("400" in each for each in visit.complaints), visit.complaints
    assert visit.foreign == []


def dialog_of(visit: Visit) -> Locator:
    return visit.page.get_by_role("dialog", name="查询用途")


def ask(visit: Visit) -> Locator:
    """Ask for the patrols of the worker, and return the question that comes back."""
    visit.open(VIEW)
    visit.until(lambda: seen(visit), "he is drawn")
    lon, lat, _ = seen(visit) or (0, 0, "")
    visit.click_map(lon, lat)
    visit.page.get_by_role("button", name="今日巡查").click()
    dialog = dialog_of(visit)
    expect(dialog).to_be_visible()
    return dialog


def said(asked: list[Request]) -> list[str | None]:
    """What the questions were said to be for, without repetitions."""
    found = [each.headers.get("x-purpose") for each in asked]
    return [one for one, before in zip(found, ["", *found], strict=False) if one != before]


def test_it_is_asked_for_once_and_can_be_changed(strictly: Visit, asked: list[Request]) -> None:
    dialog = ask(strictly)
    expect(dialog.get_by_role("listitem")).to_have_text(
        ["督查检查", "处理争议", "应急处置", "里程结算", "统计分析"]
    )
    dialog.get_by_role("button", name="处理争议").click()
    expect(dialog_of(strictly)).to_have_count(0)
    page = strictly.page
    page.locator(".patrols .results button").first.click()
    page.locator(".patrol .figures").wait_for()
    assert said(asked) == [None, "dispute"]
    page.get_by_role("button", name="用途：处理争议").click()
    expect(dialog.get_by_role("button", name="处理争议")).to_have_attribute("aria-current", "true")
    dialog.get_by_role("button", name="应急处置").click()
    expect(page.get_by_role("button", name="用途：应急处置")).to_be_visible()
    page.get_by_role("button", name="逐点核查").click()
    page.locator(".profile").wait_for()
    assert said(asked) == [None, "dispute", "emergency"]


def test_who_says_none_is_told_why_and_may_try_again(strictly: Visit) -> None:
    ask(strictly)
    page = strictly.page
    page.keyboard.press("Escape")
    expect(dialog_of(strictly)).to_have_count(0)
    trouble = page.get_by_role("alert").filter(has_text="未选择查询用途")
    expect(trouble).to_be_visible()
    trouble.get_by_role("button", name="重试").click()
    dialog_of(strictly).get_by_role("button", name="督查检查").click()
    expect(page.locator(".patrols .results button")).to_have_count(1)


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_axe_finds_nothing_in_the_question(
    strictly: Visit, axe: str, width: int, height: int
) -> None:
    dialog = ask(strictly)
    page = strictly.page
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate(axe)
    assert page.evaluate("axe.run()")["violations"] == []
    dialog.get_by_role("button", name="处理争议").click()
    expect(page.get_by_role("button", name="用途：处理争议")).to_be_visible()
    assert page.evaluate("axe.run()")["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
