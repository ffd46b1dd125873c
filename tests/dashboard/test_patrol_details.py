"""A patrol examined: its stays, its gaps, what does not count and why, and its speeds."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, expect

from gis_gov.days import LOCAL
from tests.dashboard.people import Seat
from tests.dashboard.test_workers import drawn_way, open_patrol
from tests.dashboard.visit import Visit
from tests.dashboard.walking import STEP_DEG, STEP_S, walked

BEGAN = datetime.now(UTC) - timedelta(minutes=55)
WEST, LAT = 113.351, 22.9535
STANDS_S, GOES_ON_S, ENDS_S, JUMPS_S = 600, 2300, 2600, 300
STOOD = WEST + STEP_DEG * STANDS_S / STEP_S
# Some 500 m from where he stood.
ON = STOOD + 0.005


def _place(at: int) -> tuple[float, float]:
    """Return where he says to be; when he stands his phone is off by a metre, here and there."""
    if at == JUMPS_S:
        return WEST + 0.05, LAT
    if at <= STANDS_S:
        return WEST + STEP_DEG * at / STEP_S, LAT
    if at < GOES_ON_S:
        return STOOD + (at % 70) * 2e-7, LAT + (at % 30) * 3e-7
    return ON + STEP_DEG * (at - GOES_ON_S) / STEP_S, LAT


@pytest.fixture(autouse=True)
def walker(neighbourhood_url: str, commander: Seat) -> Iterator[None]:
    if BEGAN.astimezone(LOCAL).date() != datetime.now(LOCAL).date():
        pytest.skip("the day has only just begun")
    told = [*range(0, 1900, STEP_S), *range(GOES_ON_S, ENDS_S, STEP_S)]
    fixes = [(BEGAN + timedelta(seconds=at), *_place(at), None) for at in told]
    with walked(neighbourhood_url, commander, "W9", "周某", fixes):
        yield


def examine(visit: Visit) -> Locator:
    """Open the patrol, ask for its fixes, and return its card."""
    open_patrol(visit)
    card = visit.page.locator(".patrol")
    card.get_by_role("button", name="逐点核查").click()
    card.locator(".profile").wait_for()
    visit.settle()
    return card


def pointed(visit: Visit) -> tuple[float, float] | None:
    """Return the place that is marked on the map."""
    found = visit.page.evaluate("""() => window.gisGovMap
        .queryRenderedFeatures({ layers: ["patrol-pointed"] })
        .map(({ geometry }) => geometry.coordinates)""")
    return (round(found[0][0], 3), round(found[0][1], 3)) if found else None


def test_stays_gaps_and_what_does_not_count_are_listed_and_drawn(visit: Visit) -> None:
    card = examine(visit)
    expect(card.locator(".moments")).to_have_count(3)
    stays, gaps, rejected = card.locator(".moments").all()
    expect(stays.locator("li")).to_have_count(1)
    expect(stays).to_contain_text("分")
    expect(gaps.locator("li")).to_have_count(1)
    expect(gaps).to_contain_text(" m")
    expect(rejected.locator("li")).to_have_count(1)
    expect(rejected).to_contain_text("漂移跳点")
    assert visit.rendered("patrol-gaps"), "the gap is a line"
    rejected.get_by_role("button").click()
    visit.until(lambda: pointed(visit) == (113.401, 22.954), "the map goes to where he was not")
    visit.until(lambda: visit.rendered("patrol-rejected"), "the fix is drawn")
    gaps.get_by_role("button").click()
    visit.until(lambda: pointed(visit) == (round(STOOD, 3), 22.954), "where he was heard of last")
    card.get_by_role("button", name="清除轨迹").click()
    visit.until(lambda: pointed(visit) is None and not drawn_way(visit), "all of it is gone")


def test_the_speeds_cursor_moves_a_mark_on_the_map(visit: Visit) -> None:
    card = examine(visit)
    curve = card.get_by_role("img")
    expect(curve).to_have_attribute("aria-label", "速度随时间变化，最高 3.0 km/h")
    assert pointed(visit) is None
    cursor = card.get_by_label("沿途时刻")
    cursor.focus()
    visit.page.keyboard.press("ArrowRight")
    visit.until(lambda: pointed(visit) == (WEST, 22.954), "it is near the beginning")
    expect(card.locator("output")).to_contain_text("3.0 km/h")
    visit.page.keyboard.press("End")
    visit.until(lambda: pointed(visit) == (round(ON + 0.0023, 3), 22.954), "it is at the end")
    box = curve.bounding_box()
    assert box
    middle = box["x"] + box["width"] * 2100 / ENDS_S
    visit.page.mouse.move(middle, box["y"] + box["height"] / 2)
    expect(card.locator("output")).to_contain_text("–")
    visit.until(lambda: pointed(visit) == (round(STOOD, 3), 22.954), "nobody knows more of the gap")


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_axe_finds_nothing_in_what_was_examined(
    visit: Visit, axe: str, width: int, height: int
) -> None:
    card = examine(visit)
    visit.page.set_viewport_size({"width": width, "height": height})
    card.get_by_label("沿途时刻").focus()
    visit.page.keyboard.press("ArrowRight")
    visit.page.evaluate(axe)
    assert visit.page.evaluate("axe.run()")["violations"] == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
