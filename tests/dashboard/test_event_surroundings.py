"""Who selects an event sees who answers for it, and who and what is around it."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.people import join
from tests.dashboard.test_access import violations
from tests.dashboard.visit import Visit

EVENT, HERE = "E2", (113.3535, 22.9415)
VIEW = f"#map=16/{HERE[1]}/{HERE[0]}"
# A camera that looks at the event and one that looks away, a worker of its grid, two firms.
WRITE = """
    insert into resource (code, kind, name, owner, azimuth_deg, field_of_view_deg, range_m, geom)
    values ('S1', 'camera', '对面楼顶', '城管', 90, 60, 200, st_point(113.3530, 22.9415, 4490)),
    ('S2', 'camera', '背向街口', '公安', 270, 60, 200, st_point(113.3530, 22.9415, 4490));
    insert into worker (code, name, area_id) values ('W8', '吴某', 3);
    insert into grid_worker (grid_id, worker_id, role)
    select g.id, w.id, '网格长' from grid as g, worker as w
    where g.code = '4401990010011002' and w.code = 'W8';
    insert into enterprise (code, name, category, risk_class, address_id)
    select f.code, f.name, '化工', f.risk, a.id
    from address as a,
        (values ('F1', '清河化工厂', '重大风险'), ('F2', '清河茶馆', '低风险'))
            as f (code, name, risk)
    where a.code = 'A1';
"""
PLACE = """
    insert into position (device, time, worker_id, geom)
    select code, now() - interval '100 seconds', id, st_point(113.3540, 22.9420, 4490)
    from worker where code = 'W8'
"""
UNWRITE = """
    delete from position where device = 'W8';
    delete from last_position where worker_id = (select id from worker where code = 'W8');
    delete from grid_worker where worker_id = (select id from worker where code = 'W8');
    delete from worker where code = 'W8';
    delete from resource where code in ('S1', 'S2');
    delete from enterprise where code in ('F1', 'F2');
"""


@pytest.fixture
def busy(neighbourhood_url: str) -> Iterator[psycopg.Connection]:
    """Have something around the event; the neighbourhood is as it was afterwards."""
    with psycopg.connect(neighbourhood_url, autocommit=True) as conn:
        try:
            conn.execute(WRITE)
            conn.execute(PLACE)
            yield conn
        finally:
            conn.execute(UNWRITE)


def around(visit: Visit, radius: int = 1000) -> dict[str, Any]:
    """Ask the server as who is signed in at the page."""
    answer = visit.page.request.get(f"{visit.site}/events/{EVENT}/nearby?radius={radius}")
    assert answer.ok, answer.text()
    return answer.json()


def select_event(visit: Visit, fragment: str = "") -> list[str]:
    """Click the event; return the addresses that the page asked for since."""
    visit.open(VIEW + fragment)
    # The server hears of what others write within milliseconds.
    visit.until(lambda: len(around(visit)["seen_by"]) > 0, "the camera is known")
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.url))
    visit.click_map(*HERE)
    visit.answered()
    return asked


def names(visit: Visit, group: str) -> list[str]:
    return visit.page.locator(f".around-{group} .name b").all_inner_texts()


@pytest.mark.usefixtures("busy")
def test_the_panel_tells_what_the_server_finds_around_it(visit: Visit) -> None:
    asked = [urlsplit(url) for url in select_event(visit)]
    (question,) = [each for each in asked if each.path == f"/events/{EVENT}/nearby"]
    assert parse_qs(question.query) == {"radius": ["1000"], "vulnerable": ["false"]}
    assert not {"/nearby", "/locate"} & {each.path for each in asked}
    told = around(visit)
    card = visit.page.locator(".around")
    expect(card.locator("h2")).to_have_text("事件周边 井盖破损")
    expect(card.locator(".chain dd")).to_have_text(
        [
            "示范区 440199000000",
            "清河街道 440199001000",
            "桥南社区 440199001001",
            "桥南第二网格 4401990010011002",
            "吴某 (网格长)",
        ]
    )
    assert names(visit, "camera") == ["对面楼顶"]
    assert names(visit, "centre") == ["清河综治中心"]
    assert names(visit, "enterprise") == ["清河化工厂"]
    assert names(visit, "worker") == [
        each["properties"]["name"]
        for each in told["features"]
        if each["properties"]["kind"] == "worker"
    ]
    worker = visit.page.locator(".around-worker li", has_text="吴某")
    expect(worker.locator(".name small")).to_have_text(re.compile("^在岗 · [2-4] 分前定位$"))
    expect(worker.locator(".where b")).to_have_text("75 m")
    expect(visit.page.locator(".around-enterprise .name small")).to_have_text("重大风险 · 化工")
    expect(visit.page.locator(".fact[open] summary")).to_contain_text("井盖破损")


@pytest.mark.usefixtures("busy")
def test_the_rings_count_all_kinds_and_vulnerable_persons(visit: Visit) -> None:
    select_event(visit)
    # To count them goes on record, so nobody asks for it unawares.
    expect(visit.page.locator(".vulnerable")).to_have_count(0)
    visit.page.get_by_label("统计重点服务对象").check()
    told = around(visit)
    expect(visit.page.locator(".vulnerable")).to_be_visible()
    expect(visit.page.locator(".rings thead th")).to_have_text(
        ["圈", "摄像头", "网格员", "治理中心", "周边资源", "企业"]
    )
    kinds = ("camera", "worker", "centre", "poi", "enterprise")
    rows = visit.page.locator(".rings tbody tr, .rings tfoot tr").all()
    counts = [*(ring["counts"] for ring in told["rings"]), told["counts"]]
    assert [row.locator("td").all_inner_texts() for row in rows] == [
        [str(each[kind]) for kind in kinds] for each in counts
    ]
    assert told["vulnerable_persons"]["count"] == 2
    expect(visit.page.locator(".vulnerable span")).to_have_text(
        ["重点服务对象 2", "0–500 m 2", "500–1000 m 0"]
    )


@pytest.mark.usefixtures("busy")
def test_the_radius_holds_and_what_is_listed_is_flown_to(visit: Visit) -> None:
    select_event(visit)
    slider = visit.page.locator("#radius")
    slider.focus()
    slider.press("Home")
    # At 0 m nobody is near; the camera sees the event from where it is.
    expect(visit.page.locator(".around-worker .empty")).to_have_text("没有。")
    assert names(visit, "camera") == ["对面楼顶"]
    visit.page.locator(".around-camera button").click()
    visit.settle()
    assert visit.centre() == pytest.approx((113.3530, 22.9415), abs=1e-5)
    assert visit.rendered("search-chosen")


def test_what_changes_is_told_when_asked_again(visit: Visit, busy: psycopg.Connection) -> None:
    select_event(visit)
    assert "吴某" in names(visit, "worker")
    busy.execute("delete from position where device = 'W8'")
    busy.execute(
        "delete from last_position where worker_id = (select id from worker where code = 'W8')"
    )
    visit.page.locator(".around").get_by_role("button", name="刷新").click()
    expect(visit.page.locator(".around-worker li", has_text="吴某")).to_have_count(0)


@pytest.mark.usefixtures("busy")
def test_elsewhere_the_plain_search_is_back(visit: Visit) -> None:
    select_event(visit)
    visit.click_map(113.3525, 22.9440)
    expect(visit.page.locator(".around")).to_have_count(0)
    visit.answered()
    expect(visit.page.locator("#results-title")).to_have_text("周边资源")
    expect(visit.page.locator(".rings thead th")).to_have_count(5)


@pytest.mark.usefixtures("busy")
def test_who_may_know_less_is_told_less(window: Page, site: str, neighbourhood_url: str) -> None:
    join(neighbourhood_url, site, "around-screen", "screen").take(window)
    visit = Visit(window, site)
    select_event(visit)
    assert names(visit, "camera") == ["对面楼顶"]
    for absent in (".around-worker", ".around-enterprise"):
        expect(visit.page.locator(absent)).to_have_count(0)
    expect(visit.page.locator(".chain-workers dd")).to_have_text("无")
    expect(visit.page.locator(".vulnerable")).to_have_count(0)
    visit.assert_clean()


@pytest.mark.usefixtures("busy")
def test_in_english_and_for_everyone(visit: Visit, axe: str) -> None:
    visit.page.set_viewport_size({"width": 1180, "height": 900})
    select_event(visit, "&lang=en")
    for heading in (
        "Workers on shift",
        "Cameras that see it",
        "Centres",
        "Enterprises of high risk",
        "Counts by ring",
    ):
        expect(visit.page.get_by_role("heading", name=heading)).to_be_visible()
    worker = visit.page.locator(".around-worker li", has_text="吴某")
    expect(worker.locator(".name small")).to_have_text(
        re.compile(r"^On shift · placed [2-4] min ago$")
    )
    table, card = (
        visit.page.locator(place).bounding_box() for place in (".rings", ".card:has(.rings)")
    )
    assert table
    assert card
    assert table["x"] + table["width"] <= card["x"] + card["width"] - 14
    assert violations(visit, axe) == []
