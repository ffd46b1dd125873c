"""A patrol judged: with what it falls short, and the parts that it missed on the map."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Locator, expect

from gis_gov.days import LOCAL, today
from tests.dashboard.people import Seat
from tests.dashboard.test_workers import drawn_way, open_patrol
from tests.dashboard.visit import Visit
from tests.dashboard.walking import STEP_DEG, STEP_S, walked

WEST, LAT = 113.351, 22.9535
WALKS_S = 900
BEGAN = datetime.now(LOCAL) - timedelta(seconds=WALKS_S + 60)
EAST = WEST + STEP_DEG * WALKS_S / STEP_S
ASIDE = LAT + 0.002
RULE: dict[str, Any] = {
    "name": "东湖巡河",
    "level": "community",
    "area": "440199001001",
    "object": {
        "kind": "route",
        # Some 820 m; he walks 740 m of the way, but leaves out a bend to the north.
        "geometry": {
            "type": "MultiLineString",
            "coordinates": [
                [[WEST, LAT], [113.355, LAT], [113.355, ASIDE]],
                [[EAST + 0.001, LAT], [EAST + 0.004, LAT]],
            ],
        },
        "points": [
            {"name": "桥头", "lon": 113.353, "lat": LAT},
            {"name": "闸口", "lon": 113.355, "lat": ASIDE},
            {"name": "码头", "lon": 113.352, "lat": LAT},
        ],
    },
    "workers": ["W9"],
    "cadence": "day",
    "min_minutes": 30,
    "min_coverage": 0.9,
    "in_order": True,
    "valid_from": f"{today() - timedelta(1)}",
}


@pytest.fixture(autouse=True)
def walker(neighbourhood_url: str, commander: Seat) -> Iterator[None]:
    """Let somebody walk past the rule's route today, and be judged."""
    if BEGAN.date() != datetime.now(LOCAL).date():
        pytest.skip("the day has only just begun")
    fixes = [
        (BEGAN + timedelta(seconds=at), WEST + STEP_DEG * at / STEP_S, LAT, None)
        for at in range(0, WALKS_S + 1, STEP_S)
    ]
    with walked(neighbourhood_url, commander, "W9", "周某", fixes):
        commander.send("POST", "/rules", json={"code": "donghu", **RULE})
        yield
        with psycopg.connect(neighbourhood_url, autocommit=True) as conn:
            for table in ("patrol_task", "patrol_judgement", "patrol_rule"):
                conn.execute(f"delete from {table}")  # noqa: S608 - names of ours


def opened(visit: Visit) -> Locator:
    """Open the patrol, and return how it is judged."""
    open_patrol(visit)
    judgement = visit.page.locator(".judgement")
    judgement.wait_for()
    visit.settle()
    return judgement


def looked_at(visit: Visit, kind: str) -> list[Any]:
    return visit.page.evaluate(
        """(layer) => window.gisGovMap.queryRenderedFeatures({ layers: [layer] })
            .map(({ geometry }) => geometry.coordinates)""",
        f"duty-looked-{kind}",
    )


def test_it_is_told_in_words_with_what_was_found_and_asked(visit: Visit) -> None:
    judgement = opened(visit)
    expect(judgement).to_contain_text("东湖巡河")
    expect(judgement).to_contain_text("未达标")
    reasons = judgement.locator(".reasons")
    expect(reasons).to_contain_text("时长 15 分，应不少于 30 分")
    expect(reasons).to_contain_text("应不少于 90%")
    expect(reasons).to_contain_text("未到必到点：2")
    expect(reasons).to_contain_text("未按次序到点：3")
    visit.page.get_by_role("button", name="English").click()
    expect(reasons).to_contain_text("It took 15 min of at least 30 min")
    expect(reasons).to_contain_text("Check points missed: 2")


def test_what_was_missed_is_drawn_and_gone_with_the_patrol(visit: Visit) -> None:
    judgement = opened(visit)
    visit.until(lambda: visit.rendered("duty-missed"), "the missed parts are drawn")
    visit.until(lambda: drawn_way(visit), "beside the way that was gone")
    _, _, east, _ = visit.page.evaluate("gisGovMap.getBounds().toArray().flat()")
    assert east > EAST + 0.004, "all that was asked for is in view"
    visit.until(lambda: visit.rendered("duty-points"), "with the signs of check points")
    states = {each["name"]: each["state"] for each in visit.rendered("duty-points")}
    assert states == {"1 桥头": "reached", "2 闸口": "missed", "3 码头": "disorder"}
    assert visit.rendered("duty-route")
    legend = visit.page.locator(".way-legend")
    for told in ("巡查轨迹", "应巡线路", "漏巡段", "已到", "未到", "次序不符"):
        expect(legend).to_contain_text(told)
    expect(judgement.locator(".moments").first.locator("li")).to_have_count(2)
    visit.page.get_by_role("button", name="清除轨迹").click()
    visit.until(lambda: not visit.rendered("duty-missed"), "they are gone")
    expect(legend).to_have_count(0)
    expect(judgement).to_have_count(0)


def test_a_click_on_a_part_leads_there(visit: Visit) -> None:
    judgement = opened(visit)
    visit.page.evaluate("gisGovMap.jumpTo({ zoom: 13.5 })")
    parts, points = judgement.locator(".moments").all()
    parts.get_by_role("button").last.click()
    visit.until(lambda: looked_at(visit, "line"), "the part is marked")
    visit.settle()
    assert visit.centre()[0] > EAST, "the map is where the part is"
    assert visit.page.evaluate("gisGovMap.getZoom()") > 15
    points.get_by_role("button").nth(1).click()
    visit.until(lambda: looked_at(visit, "point"), "the check point is marked")
    visit.settle()
    west, south, east, north = visit.page.evaluate("gisGovMap.getBounds().toArray().flat()")
    assert west < 113.355 < east
    assert south < ASIDE < north


def test_judgements_that_cannot_be_told_are_trouble_of_their_own(visit: Visit) -> None:
    visit.page.route("**/judgements", lambda route: route.abort())
    open_patrol(visit)
    trouble = visit.page.locator(".judgements").get_by_role("alert")
    expect(trouble).to_contain_text("连不上服务器")
    expect(visit.page.locator(".patrol .figures")).to_be_visible()
    visit.page.unroute("**/judgements")
    trouble.get_by_role("button", name="重试").click()
    visit.page.locator(".judgement").wait_for()
    visit.complaints.clear()  # the browser's own, of the request that failed


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_axe_finds_nothing_in_a_judgement(visit: Visit, axe: str, width: int, height: int) -> None:
    opened(visit)
    visit.page.set_viewport_size({"width": width, "height": height})
    visit.page.evaluate(axe)
    assert visit.page.evaluate("axe.run()")["violations"] == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
