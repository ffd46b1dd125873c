"""A worker who may follow nobody sees himself, and a page hears of those whom it shows."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.people import join
from tests.dashboard.visit import Visit

VIEW = "#map=14.5/22.95/113.36"
HERE, THERE = (113.3615, 22.9512), (113.3642, 22.9535)
# Half a second on an idle machine: a position is gathered with others on its way, twice.
AT_ONCE_S = 2.0


@pytest.fixture
def conn(neighbourhood_url: str) -> Iterator[psycopg.Connection]:
    """A connection to the neighbourhood, where two workers are employed who are nowhere yet."""
    with psycopg.connect(neighbourhood_url, autocommit=True) as connection:
        connection.execute(
            "insert into worker (code, name, area_id) values ('W5', '冯某', 3), ('W6', '褚某', 3)"
        )
        yield connection
        mine = "(select id from worker where code in ('W5', 'W6'))"
        connection.execute("update account set worker_id = null")
        for table in ("position", "last_position", "alarm"):
            connection.execute(f"delete from {table} where worker_id in {mine}")  # noqa: S608
        connection.execute("delete from worker where code in ('W5', 'W6')")


def put(conn: psycopg.Connection, code: str, at: tuple[float, float]) -> None:
    conn.execute(
        "insert into position (device, time, worker_id, geom)"
        " select code, %s, id, st_point(%s, %s, 4490) from worker where code = %s",
        [datetime.now(UTC), *at, code],
    )


def seen(visit: Visit) -> set[str]:
    return {each["code"] for each in visit.rendered("workers")}


def test_a_worker_sees_himself_alone(
    window: Page, site: str, neighbourhood_url: str, conn: psycopg.Connection
) -> None:
    join(neighbourhood_url, site, "feng", "grid_worker").take(window)
    conn.execute(
        "update account set worker_id = (select id from worker where code = 'W5')"
        " where name = 'feng'"
    )
    put(conn, "W5", HERE)
    put(conn, "W6", THERE)
    visit = Visit(window, site).open(VIEW)
    visit.until(lambda: seen(visit) == {"W5"}, "he is drawn, and nobody else")
    assert visit.rendered("workers")[0]["name"] == "冯某"
    visit.click_map(*HERE)
    expect(window.locator(".fact").first).to_contain_text("冯某")
    put(conn, "W6", (THERE[0], THERE[1] + 0.0005))
    put(conn, "W5", (HERE[0], HERE[1] + 0.0008))
    visit.until(lambda: "W5" in seen(visit), "he is drawn where he is now")
    assert seen(visit) == {"W5"}
    opened = """
        insert into alarm (kind, worker_id, since, last_at, geom, area_id)
        select 'sos', id, now(), now(), st_point(113.36, 22.95, 4490), 3 from worker where code = %s
    """
    for code in ("W6", "W5"):
        conn.execute(opened, [code])
    alarms = window.locator(".alarms li")
    expect(alarms).to_contain_text(["冯某"])
    expect(alarms.get_by_role("button", name="确认")).to_have_count(0)
    assert "coverage" not in {
        box.get_attribute("name") for box in window.locator(".legend input").all()
    }
    visit.assert_clean()


def test_a_position_is_drawn_at_once(visit: Visit, conn: psycopg.Connection) -> None:
    visit.open(VIEW)
    put(conn, "W6", THERE)
    visit.until(lambda: "W6" in seen(visit), "the stream is open")
    started = time.monotonic()
    put(conn, "W5", HERE)
    visit.until(lambda: "W5" in seen(visit), "he is drawn")
    took_s = time.monotonic() - started
    assert took_s < AT_ONCE_S, took_s


def boxes(asked: list[str]) -> list[list[float]]:
    """Return the boxes of the streams of positions that were opened."""
    queries = [parse_qs(urlsplit(url).query) for url in asked if "/live?" in url]
    return [
        [float(side) for side in query["bbox"][0].split(",")]
        for query in queries
        if query["kinds"] == ["position"]
    ]


def test_the_page_hears_of_those_in_view(visit: Visit, conn: psycopg.Connection) -> None:
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.url))
    put(conn, "W5", HERE)
    visit.open("#map=16/22.9410/113.3515")
    others = [url for url in asked if "/live?" in url and "kinds=position" not in url]
    assert len(others) == 1
    assert "bbox" not in others[0]
    ((west, south, east, north),) = boxes(asked)
    assert not (west < HERE[0] < east and south < HERE[1] < north)
    visit.page.wait_for_timeout(500)
    visit.page.evaluate("([lon, lat]) => gisGovMap.jumpTo({ center: [lon, lat] })", list(HERE))
    visit.until(lambda: "W5" in seen(visit), "he is drawn where one looks now")
    west, south, east, north = boxes(asked)[-1]
    assert west < HERE[0] < east
    assert south < HERE[1] < north
    visit.page.evaluate("gisGovMap.panBy([40, 0])")
    visit.page.wait_for_timeout(800)
    assert len(boxes(asked)) == 2
    assert len([url for url in asked if "/live?" in url]) == 3
