"""Workers on the map: where they are now, how they stand, and who went where today."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from playwright.sync_api import expect

from gis_gov.days import LOCAL
from tests.dashboard.visit import Visit

VIEW = "#map=14.5/22.95/113.36"
PATROLS = re.compile(r"/patrols\?")
HERE, THERE = (113.3615, 22.9512), (113.3642, 22.9535)
WALK_S, STEP_S, STEP_DEG = 1500, 10, 0.00008
PUT = """
    insert into position (device, time, worker_id, geom)
    select code, %s, id, st_point(%s, %s, 4490) from worker where code = 'W9'
"""


@pytest.fixture
def conn(neighbourhood_url: str) -> Iterator[psycopg.Connection]:
    """A connection to the neighbourhood, where a worker is employed who is nowhere yet."""
    with psycopg.connect(neighbourhood_url, autocommit=True) as connection:
        connection.execute("insert into worker (code, name, area_id) values ('W9', '周某', 3)")
        yield connection
        connection.execute("delete from position where device = 'W9'")
        connection.execute(
            "delete from last_position where worker_id = (select max(id) from worker)"
        )
        connection.execute("delete from worker where code = 'W9'")


def put(conn: psycopg.Connection, at: tuple[float, float], ago: timedelta = timedelta()) -> None:
    conn.execute(PUT, [datetime.now(UTC) - ago, *at])


def walk(conn: psycopg.Connection) -> None:
    """Let the worker walk to the east until a moment ago: some 1.2 km, today."""
    now = datetime.now(UTC)
    if (now - timedelta(seconds=WALK_S + 60)).astimezone(LOCAL).date() != now.astimezone(
        LOCAL
    ).date():
        pytest.skip("the day has only just begun")
    fixes = [
        (now - timedelta(seconds=WALK_S - at), 113.351 + STEP_DEG * at / STEP_S, 22.9535)
        for at in range(0, WALK_S, STEP_S)
    ]
    with conn.cursor() as cursor:
        cursor.executemany(PUT, fixes)


def seen(visit: Visit) -> tuple[float, float, str] | None:
    """Return where the worker is on the map, and how he is said to stand."""
    found = visit.page.evaluate("""() => window.gisGovMap
        .queryRenderedFeatures({ layers: ["workers"] })
        .filter(({ properties }) => properties.code === "W9")
        .map(({ geometry, properties }) => [...geometry.coordinates, properties.standing])""")
    return (round(found[0][0], 4), round(found[0][1], 4), found[0][2]) if found else None


def test_a_worker_appears_stands_moves_falls_silent_and_goes(
    visit: Visit, conn: psycopg.Connection
) -> None:
    visit.open(VIEW)
    assert seen(visit) is None
    put(conn, HERE, timedelta(minutes=40))
    visit.until(lambda: seen(visit) == (*HERE, "offline"), "he is drawn where he was")
    put(conn, HERE)
    visit.until(lambda: seen(visit) == (*HERE, "idle"), "he is where he was 40 minutes ago")
    put(conn, THERE)
    visit.until(lambda: seen(visit) == (*THERE, "on_shift"), "he moved")
    visit.page.evaluate("() => { const now = Date.now; Date.now = () => now() + 6 * 60_000; }")
    visit.until(lambda: seen(visit) == (*THERE, "offline"), "he has been silent since")
    conn.execute("delete from last_position where worker_id = (select max(id) from worker)")
    visit.until(lambda: seen(visit) is None, "he is nowhere any more")


def test_who_is_in_none_of_his_grids_is_outside(visit: Visit, conn: psycopg.Connection) -> None:
    serves = """
        insert into grid_worker (grid_id, worker_id)
        select g.id, w.id from grid as g, worker as w
        where g.code = '4401990010011001' and w.code = 'W9'
    """
    conn.execute(serves)
    put(conn, HERE)
    visit.open(VIEW)
    visit.until(lambda: seen(visit) == (*HERE, "outside"), "it is not his grid")
    put(conn, (113.3542, 22.9535))
    visit.until(lambda: seen(visit) == (113.3542, 22.9535, "on_shift"), "he is where he serves")
    conn.execute("delete from grid_worker where worker_id = (select max(id) from worker)")


def test_the_switch_hides_workers_and_a_click_tells_of_one(
    visit: Visit, conn: psycopg.Connection
) -> None:
    put(conn, HERE)
    visit.open(VIEW)
    visit.until(lambda: seen(visit), "he is drawn")
    legend = visit.page.locator(".legend")
    expect(legend.locator(".standings li")).to_have_text(
        [
            "在岗",
            "静止（10 分未移动）",
            "越界（不在本人网格）",
            "离线（5 分无定位）",
            "离岗（仅本人可见）",
        ]
    )
    workers = legend.get_by_label("网格员", exact=True)
    workers.uncheck()
    visit.until(lambda: seen(visit) is None, "he is hidden")
    workers.check()
    visit.until(lambda: seen(visit), "he is shown again")
    visit.click_map(*HERE)
    fact = visit.page.locator(".fact").first
    expect(fact).to_contain_text("周某")
    expect(fact).to_contain_text("W9")
    expect(fact).to_contain_text("在岗")


def trail(visit: Visit) -> list[str]:
    """Return whose trails are drawn."""
    return [each["code"] for each in visit.rendered("trails")]


def test_who_moves_leaves_a_trail_that_can_be_switched_off(
    visit: Visit, conn: psycopg.Connection
) -> None:
    put(conn, HERE, timedelta(seconds=60))
    visit.open(VIEW)
    visit.until(lambda: seen(visit), "he is drawn")
    assert trail(visit) == []
    put(conn, THERE)
    visit.until(lambda: trail(visit) == ["W9"], "his way is drawn")
    switch = visit.page.locator(".legend").get_by_label("实时尾迹")
    switch.uncheck()
    visit.until(lambda: trail(visit) == [], "it is hidden")
    switch.check()
    visit.until(lambda: trail(visit) == ["W9"], "it is shown again")
    conn.execute("delete from last_position where worker_id = (select max(id) from worker)")
    visit.until(lambda: trail(visit) == [], "he is nowhere any more")


def test_who_was_clicked_is_followed(visit: Visit, conn: psycopg.Connection) -> None:
    put(conn, HERE, timedelta(minutes=10))
    visit.open(VIEW)
    visit.until(lambda: seen(visit), "he is drawn")
    visit.click_map(*HERE)
    fact = visit.page.locator(".fact").first
    expect(fact).to_contain_text("离线")
    expect(fact).to_contain_text("4401990010021001")
    put(conn, (113.3642, 22.9485))
    expect(fact).to_contain_text("在岗")
    expect(fact).to_contain_text("4401990010021002")
    conn.execute("delete from last_position where worker_id = (select max(id) from worker)")
    expect(visit.page.locator(".fact", has_text="周某")).to_have_count(0)


def drawn_way(visit: Visit) -> list[dict[str, Any]]:
    return visit.rendered("patrol-way")


def open_patrol(visit: Visit) -> None:
    """Click the worker where he is now, ask for his patrols of today, and choose one."""
    visit.open(VIEW)
    visit.until(lambda: seen(visit), "he is drawn")
    lon, lat, _ = seen(visit) or (0, 0, "")
    visit.click_map(lon, lat)
    visit.page.get_by_role("button", name="今日巡查").click()
    visit.page.locator(".patrols .results button").first.click()
    visit.page.locator(".patrol .figures").wait_for()
    visit.settle()


def test_a_patrol_of_today_is_drawn_and_cleared(visit: Visit, conn: psycopg.Connection) -> None:
    walk(conn)
    open_patrol(visit)
    expect(visit.page.locator(".patrols .results button")).to_contain_text("巡查 · 进行中")
    visit.until(lambda: drawn_way(visit), "the way is drawn")
    figures = visit.page.locator(".patrol")
    for told in ("有效里程", "原始里程", "时长", "停留", "信号中断", "本网格时间占比", "计算版本"):
        expect(figures).to_contain_text(told)
    expect(figures.locator(".figures dd").first).to_have_text("1.22 km")
    expect(figures.locator(".entered")).to_contain_text("东湖第一网格")
    shown = visit.page.evaluate("gisGovMap.getBounds().toArray()")
    assert shown[0][0] < 113.351
    assert shown[1][0] > 113.3629
    visit.click_map(113.355, 22.956)
    visit.answered()
    assert drawn_way(visit), "it stays when something else is clicked"
    visit.page.get_by_role("button", name="清除轨迹").click()
    visit.until(lambda: not drawn_way(visit), "the way is gone")
    expect(figures).to_have_count(0)


def test_patrols_that_cannot_be_told_are_trouble(visit: Visit, conn: psycopg.Connection) -> None:
    put(conn, HERE)
    visit.open(VIEW)
    visit.until(lambda: seen(visit), "he is drawn")
    visit.page.route(PATROLS, lambda route: route.abort())
    visit.click_map(*HERE)
    visit.page.get_by_role("button", name="今日巡查").click()
    trouble = visit.page.get_by_role("alert")
    expect(trouble).to_contain_text("连不上服务器")
    visit.page.unroute(PATROLS)
    trouble.get_by_role("button", name="重试").click()
    expect(visit.page.locator(".patrols")).to_be_visible()
    visit.complaints.clear()  # the browser's own, of the request that failed


def test_axe_finds_nothing_in_a_patrol(visit: Visit, conn: psycopg.Connection, axe: str) -> None:
    walk(conn)
    open_patrol(visit)
    visit.page.evaluate(axe)
    assert visit.page.evaluate("axe.run()")["violations"] == []


def test_nearby_it_is_told_how_he_stands_while_he_is_heard_of(
    visit: Visit, conn: psycopg.Connection
) -> None:
    put(conn, HERE, timedelta(days=2))
    found = visit.page.locator(".results button", has_text="周某")
    visit.open(f"#point={HERE[0]},{HERE[1]}&radius=100")
    visit.answered()
    expect(found).to_have_count(0)
    put(conn, THERE)
    visit.open(f"#point={THERE[0]},{THERE[1]}&radius=200")
    visit.answered()
    expect(found.locator(".name small")).to_have_text("网格员 · 在岗")
