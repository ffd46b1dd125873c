"""Geofences, and the ground that nobody walked, on the map."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import dist

import psycopg
import pytest
from playwright.sync_api import Page, expect

from gis_gov.days import LOCAL
from tests.dashboard.people import Seat, join
from tests.dashboard.visit import Visit

VIEW = "#map=14.5/22.95/113.36"
WITH_COVERAGE = f"{VIEW}&layers=areas,grids,coverage"
INSIDE = (113.364, 22.9525)
FENCE = {
    "code": "F7",
    "name": "水库周边",
    "geometry": {
        "type": "Polygon",
        "coordinates": [
            [
                [113.362, 22.951],
                [113.366, 22.951],
                [113.366, 22.954],
                [113.362, 22.954],
                [113.362, 22.951],
            ]
        ],
    },
    "tells": ["enter", "exit", "inside"],
    "windows": [{"weekdays": [1, 2, 3, 4, 5], "from": "22:00", "to": "06:00"}],
}


@pytest.fixture
def conn(neighbourhood_url: str, commander: Seat) -> Iterator[psycopg.Connection]:
    """A connection to the neighbourhood, where the commander drew a fence that somebody entered."""
    with psycopg.connect(neighbourhood_url, autocommit=True) as connection:
        connection.execute("insert into worker (code, name, area_id) values ('W7', '郑某', 3)")
        commander.send("POST", "/fences", json=FENCE)
        connection.execute(
            """
            insert into crossing
            (worker_id, fence_id, version_id, kind, at, known_at, hour_at, is_told, geom, area_id)
            select w.id, f.id, v.id, 'enter', %s, now(), date_trunc('hour', now()), true,
                st_point(113.362, 22.952, 4490), 4
            from worker as w, fence as f inner join fence_version as v on v.fence_id = f.id
            where w.code = 'W7' and f.code = 'F7'
            """,
            [datetime.now(UTC) - timedelta(minutes=9)],
        )
        yield connection
        connection.execute("delete from fence where code = 'F7'")
        connection.execute("delete from worker where code = 'W7'")


def fences(visit: Visit) -> list[str]:
    return [each["name"] for each in visit.rendered("fences-fill")]


def test_a_fence_is_drawn_and_tells_of_itself(visit: Visit, conn: psycopg.Connection) -> None:
    visit.open(VIEW)
    page = visit.page
    visit.until(lambda: fences(visit) == ["水库周边"], "the fence is drawn")
    visit.until(lambda: visit.rendered("fences-name"), "it has its name")
    assert visit.rendered("fences-fill")[0]["purpose"] == "forbidden"
    visit.click_map(*INSIDE)
    card = page.get_by_role("region", name="水库周边")
    expect(card).to_contain_text("禁入")
    expect(card).to_contain_text("周一、周二、周三、周四、周五 22:00–次日 06:00")
    expect(card).to_contain_text("记录进入、离开")
    expect(card).to_contain_text("在内即告警")
    expect(card).to_contain_text("所有人")
    card.get_by_role("button", name="最近进出").click()
    expect(card.locator(".passings li")).to_contain_text(["郑某 进入"])
    switch = page.locator(".legend").get_by_label("电子围栏")
    switch.uncheck()
    visit.until(lambda: not fences(visit), "the fence is hidden")
    expect(card).to_have_count(0)
    switch.check()
    visit.until(lambda: fences(visit) == ["水库周边"], "it is shown again")


def open_coverage(page: Page) -> None:
    page.get_by_role("button", name="查看").click()
    page.locator(".covered").wait_for()


def colours(visit: Visit) -> set[int]:
    return {each["class"] for each in visit.rendered("coverage-fill")}


def test_where_nobody_walked_is_drawn(
    visit: Visit, conn: psycopg.Connection, commander: Seat
) -> None:
    visit.open(WITH_COVERAGE)
    page = visit.page
    month = f"{datetime.now(LOCAL):%Y-%m}"
    assert page.get_by_label("月份").input_value() == month
    asked = f"/coverage/cells?within=440199001000&month={month}"
    bare = commander.send("GET", asked).json()["features"]
    middle = min(
        bare, key=lambda each: dist(each["geometry"]["coordinates"][0][0], (113.36, 22.95))
    )
    conn.execute(
        "insert into walked_cell (month, cell, days) values (%s, %s, 4)",
        [f"{month}-01", int(middle["id"], 16)],
    )
    page.get_by_label("视野中心所在").select_option("street")
    open_coverage(page)
    # Others who have gone somewhere in other tests may be there, too.
    visit.until(lambda: colours(visit) >= {0, 2}, "cells are drawn, and that which was walked")
    walked = conn.execute("select from walked_cell where month = %s", [f"{month}-01"]).rowcount
    expect(page.locator(".coverage")).to_contain_text(f"中走到 {walked} 个")
    expect(page.locator(".covered")).to_contain_text("清河街道")
    expect(page.locator(".coverage .entered li")).to_have_count(4)
    page.locator(".legend").get_by_label("巡查覆盖").uncheck()
    visit.until(lambda: colours(visit) == set(), "they are hidden")
    expect(page.locator(".coverage")).to_have_count(0)
    conn.execute("delete from walked_cell")


def test_axe_finds_nothing_in_fences_and_coverage(
    visit: Visit, conn: psycopg.Connection, axe: str
) -> None:
    visit.open(f"{WITH_COVERAGE},fences")
    open_coverage(visit.page)
    visit.until(lambda: fences(visit), "the fence is drawn")
    visit.click_map(*INSIDE)
    visit.answered()
    visit.page.get_by_role("button", name="最近进出").click()
    visit.page.locator(".passings").wait_for()
    visit.page.evaluate(axe)
    assert visit.page.evaluate("axe.run()")["violations"] == []


def test_who_may_follow_nobody_is_offered_neither(
    window: Page, site: str, neighbourhood_url: str, conn: psycopg.Connection
) -> None:
    asked: list[str] = []
    window.on("request", lambda request: asked.append(request.url))
    join(neighbourhood_url, site, "no-fences", "screen").take(window)
    visit = Visit(window, site).open(WITH_COVERAGE)
    expect(window.locator(".legend input[name=events]")).to_be_visible()
    for name in ("fences", "coverage"):
        expect(window.locator(f".legend input[name={name}]")).to_have_count(0)
    expect(window.locator(".coverage")).to_have_count(0)
    assert not any("/fences" in url or "/coverage" in url for url in asked)
    visit.assert_clean()
