"""Alarms on the page: seen at once, said, marked on the map, and acknowledged."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.dashboard.people import Seat, join
from tests.dashboard.visit import Visit

VIEW = "#map=14.5/22.95/113.36"
HERE = (113.3615, 22.9512)
AT_ONCE_S = 3.0
SOS = "紧急求助"


@pytest.fixture
def conn(neighbourhood_url: str) -> Iterator[psycopg.Connection]:
    """A connection to the neighbourhood, where a worker is employed, and a fence is."""
    with psycopg.connect(neighbourhood_url, autocommit=True) as connection:
        connection.execute("insert into worker (code, name, area_id) values ('W8', '吴某', 3)")
        connection.execute(
            "insert into fence (code, name, tells, geom) values ('F8', '水库', '{enter,inside}',"
            " st_makeenvelope(113.362, 22.951, 113.366, 22.954, 4490))"
        )
        yield connection
        mine = "(select id from worker where code = 'W8')"
        for table in ("alarm", "crossing", "position", "last_position", "fence_state"):
            connection.execute(f"delete from {table} where worker_id = {mine}")  # noqa: S608
        connection.execute("delete from fence where code = 'F8'")
        connection.execute("delete from worker where code = 'W8'")


@pytest.fixture
def gateway(neighbourhood_url: str, site: str) -> Seat:
    return join(neighbourhood_url, site, f"gw{time.time_ns()}", "gateway")


def call(gateway: Seat, at: tuple[float, float] = HERE) -> None:
    """Let the worker call for help, as his phone does."""
    fix = {
        "time": datetime.now(UTC).isoformat(),
        "lon": at[0],
        "lat": at[1],
        "accuracy_m": 5,
        "sos": True,
    }
    gateway.send("POST", "/positions", json={"worker": "W8", "positions": [fix]})


def open_alarm(conn: psycopg.Connection, kind: str, fence: str | None = "F8") -> None:
    conn.execute(
        """
        insert into alarm (kind, worker_id, fence_id, since, last_at, geom, area_id)
        select %s, w.id, f.id, %s, now(), st_point(113.364, 22.9525, 4490), 4
        from worker as w left join fence as f on f.code = %s where w.code = 'W8'
        """,
        [kind, datetime.now(UTC) - timedelta(minutes=5), fence],
    )


def items(page: Page) -> Locator:
    return page.locator(".alarms li")


def test_a_call_for_help_is_seen_at_once_and_acknowledged(
    visit: Visit, conn: psycopg.Connection, gateway: Seat
) -> None:
    visit.open(VIEW)
    page = visit.page
    expect(page.locator(".alarms")).to_have_count(0)
    assert page.title() == "网格地图"
    page.wait_for_timeout(500)
    started = time.monotonic()
    call(gateway)
    items(page).first.wait_for()
    assert time.monotonic() - started < AT_ONCE_S
    expect(items(page)).to_contain_text(SOS)
    expect(items(page)).to_contain_text("吴某")
    expect(page.locator("[aria-live=assertive]")).to_contain_text(f"{SOS}：吴某")
    expect(page).to_have_title("(1) 网格地图")
    visit.until(lambda: visit.rendered("alarm-signs"), "it is on the map")
    assert visit.rendered("alarm-signs")[0]["kind"] == "sos"
    items(page).get_by_role("button", name="确认").click()
    page.get_by_label("处置说明").fill("已派人")
    page.get_by_role("button", name="由我处置").click()
    expect(page.locator(".alarms")).to_have_count(0)
    expect(page).to_have_title("网格地图")
    visit.until(lambda: not visit.rendered("alarm-signs"), "it is on the map no more")
    kept = "select note, closed_at is not null from alarm order by id desc limit 1"
    assert conn.execute(kept).fetchone() == ("已派人", True)


def test_a_click_flies_there_and_opens_the_worker(
    visit: Visit, conn: psycopg.Connection, gateway: Seat
) -> None:
    call(gateway)
    visit.open("#map=13/22.93/113.33")
    page = visit.page
    items(page).locator(".open").click()
    visit.settle()
    assert visit.centre() == pytest.approx(HERE, abs=0.002)
    fact = page.locator(".fact").first
    expect(fact).to_contain_text("吴某")
    expect(fact).to_contain_text("在岗")
    visit.answered()
    page.get_by_role("button", name="清除", exact=True).click()
    page.mouse.move(0, 0)
    visit.until(lambda: visit.rendered("alarm-signs"), "it is on the map")
    visit.click_map(*HERE)
    expect(page.locator(".fact").first).to_contain_text("吴某")


def test_the_gravest_is_first_and_others_see_that_somebody_sees_to_it(
    visit: Visit, conn: psycopg.Connection, commander: Seat
) -> None:
    visit.open(VIEW)
    page = visit.page
    open_alarm(conn, "sos", None)
    open_alarm(conn, "alone")
    open_alarm(conn, "outside")
    kinds = items(page).locator(".open > b")
    expect(kinds).to_have_text([SOS, "险区独处", "离开限定区域"])
    expect(items(page).nth(1)).to_contain_text("吴某 · 水库")
    expect(page).to_have_title("(3) 网格地图")
    told = commander.send("GET", "/alarms?open=true&kind=alone").json()["alarms"]
    commander.send("POST", f"/alarms/{told[0]['id']}/acknowledgement", json={})
    expect(kinds).to_have_text([SOS, "离开限定区域", "险区独处"])
    expect(items(page).last).to_contain_text("已确认")
    expect(items(page).last.get_by_role("button")).to_have_count(1)
    expect(page).to_have_title("(2) 网格地图")
    page.get_by_role("button", name="English").click()
    expect(kinds).to_have_text(
        ["Call for help", "Outside the zone to be in", "Alone in a danger zone"]
    )
    conn.execute("update alarm set closed_at = now() where kind = 'outside'")
    expect(items(page)).to_have_count(2)


def test_alarms_that_are_over_are_listed_when_they_are_asked_for(
    visit: Visit, conn: psycopg.Connection, axe: str
) -> None:
    """Those too that nobody saw, as late positions tell of them, and those that were not so."""
    for kind in ("alone", "inside", "sos"):
        open_alarm(conn, kind)
    conn.execute("update alarm set closed_at = now(), last_at = now() where kind <> 'sos'")
    conn.execute("update alarm set withdrawn_at = now() where kind = 'inside'")
    conn.execute(
        "insert into alarm (kind, worker_id, since, last_at, opened_at, closed_at)"
        " select 'near', id, now(), now(), now() - interval '2 days', now() from worker"
        " where code = 'W8'"
    )
    visit.open("#map=13/22.93/113.33")
    page = visit.page
    expect(items(page)).to_have_count(1)
    past = page.locator(".past-alarms")
    past.locator("summary").click()
    listed = past.locator("li")
    expect(listed.locator("b")).to_have_text(["进入禁区", "险区独处"])
    expect(listed.first).to_contain_text("已撤回")
    expect(listed.last).to_contain_text("未经确认")
    expect(listed.last).to_contain_text("吴某 · 水库")
    visit.page.evaluate(axe)
    assert visit.page.evaluate("axe.run()")["violations"] == []
    conn.execute("update alarm set closed_at = now() where kind = 'sos'")
    past.locator("summary").click()
    past.locator("summary").click()
    expect(listed.locator("b")).to_have_text([SOS, "进入禁区", "险区独处"])
    listed.last.locator(".open").click()
    visit.settle()
    assert visit.centre() == pytest.approx((113.364, 22.9525), abs=0.002)
    expect(page.locator(".fact").first).to_contain_text("吴某")


def test_axe_finds_nothing_in_alarms(visit: Visit, conn: psycopg.Connection, axe: str) -> None:
    visit.open(VIEW)
    for kind in ("sos", "alone"):
        open_alarm(conn, kind)
    expect(items(visit.page)).to_have_count(2)
    items(visit.page).first.get_by_role("button", name="确认").click()
    visit.page.evaluate(axe)
    assert visit.page.evaluate("axe.run()")["violations"] == []


def test_who_may_follow_nobody_hears_of_none(
    window: Page, site: str, neighbourhood_url: str, conn: psycopg.Connection
) -> None:
    open_alarm(conn, "sos", None)
    asked: list[str] = []
    window.on("request", lambda request: asked.append(request.url))
    join(neighbourhood_url, site, "no-alarms", "screen").take(window)
    visit = Visit(window, site).open(VIEW)
    visit.until(lambda: any("/live?" in url for url in asked), "it listens")
    expect(window.locator(".alarms")).to_have_count(0)
    assert not any("alarm" in url for url in asked)
    visit.assert_clean()
