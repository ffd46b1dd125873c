"""The open map follows what others write, without a reload."""

import time
from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import Page, Request

from tests.dashboard.conftest import serving
from tests.dashboard.neighbourhood import write_neighbourhood
from tests.dashboard.people import join
from tests.dashboard.visit import Visit
from tests.live.conftest import QUICK

ADD = """
    insert into event (code, title, state, level, reported_at, geom)
    values ('live', '井盖缺失', %s, 'grid', now(), st_point(113.3571, 22.9461, 4490))
"""
VIEW = "#map=14.5/22.95/113.36"
# On an idle machine it takes half a second, gathering included.
AT_ONCE_S = 2.0


@pytest.fixture
def conn(neighbourhood_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(neighbourhood_url, autocommit=True) as connection:
        yield connection
        connection.execute("delete from event where code = 'live'")


def drawn(visit: Visit) -> list[str]:
    """Return the state of the event as it is drawn, if it is."""
    return [each["state"] for each in visit.rendered("events") if each["code"] == "live"]


def test_an_event_appears_changes_and_goes(visit: Visit, conn: psycopg.Connection) -> None:
    loads: list[str] = []
    visit.open(VIEW)
    visit.page.on("load", lambda page: loads.append(page.url))
    assert drawn(visit) == []
    started = time.monotonic()
    conn.execute(ADD, ["pending"])
    visit.until(lambda: drawn(visit) == ["pending"], "the event is drawn")
    assert time.monotonic() - started < AT_ONCE_S
    conn.execute("update event set state = 'handling' where code = 'live'")
    visit.until(lambda: drawn(visit) == ["handling"], "the event has its new state")
    conn.execute("delete from event where code = 'live'")
    visit.until(lambda: drawn(visit) == [], "the event is gone")
    assert not loads


def test_a_grid_gets_its_new_name(visit: Visit, conn: psycopg.Connection) -> None:
    def names() -> set[str]:
        return {grid["name"] for grid in visit.rendered("grids-label")}

    visit.open(VIEW)
    assert "桥南第二网格" in names()
    rename = "update grid set name = %s where code = '4401990010011002'"
    conn.execute(rename, ["新名"])
    try:
        visit.until(lambda: "新名" in names(), "the grid has its new name")
    finally:
        conn.execute(rename, ["桥南第二网格"])
    visit.until(lambda: "桥南第二网格" in names(), "the grid has its name again")


def test_a_page_that_nobody_sees_listens_no_more(visit: Visit, conn: psycopg.Connection) -> None:
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.url))
    visit.open(VIEW)
    hide = """(hidden) => {
        Object.defineProperty(document, "hidden", { get: () => hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    visit.page.evaluate(hide, True)
    asked.clear()
    conn.execute(ADD, ["pending"])
    visit.page.wait_for_timeout(1500)
    assert not [url for url in asked if "/tiles/" in url]
    visit.page.evaluate(hide, False)
    visit.until(lambda: drawn(visit) == ["pending"], "the event is drawn, once somebody looks")
    assert any("/live?" in url for url in asked)


def test_it_says_that_nobody_is_at_it(visit: Visit, conn: psycopg.Connection) -> None:
    said: list[str | None] = []

    def note(request: Request) -> None:
        if "/tiles/" in request.url and ".mvt" in request.url:
            said.append(request.headers.get("x-background"))

    visit.page.on("request", note)
    visit.open(VIEW)
    assert set(said) == {None}
    said.clear()
    visit.page.evaluate("() => { const now = Date.now; Date.now = () => now() + 61_000; }")
    conn.execute(ADD, ["pending"])
    visit.until(lambda: drawn(visit) == ["pending"], "the event is drawn")
    assert set(said) == {"1"}


def test_the_page_asks_for_a_sign_in_when_the_session_ends(
    own_database_url: str, window: Page
) -> None:
    write_neighbourhood(own_database_url)
    with serving(own_database_url, None, **QUICK) as (address, _):
        seat = join(own_database_url, address, "zhihui", "commander")
        seat.take(window)
        visit = Visit(window, address).open(VIEW)
        with psycopg.connect(own_database_url) as connection:
            connection.execute("delete from session")
        visit.page.get_by_label("密码").wait_for()
