"""Choosing a point: its grid and what is nearby, against the server's own answers."""

import pytest
from playwright.sync_api import expect

from tests.dashboard.visit import Visit

POINT = (113.3555, 22.9455)
OUTSIDE = (113.3600, 22.9390)
KINDS = "camera,worker,centre,poi"


def asked(visit: Visit, path: str, **query: str | float) -> dict:
    """Ask the server as who is signed in at the page."""
    answer = visit.page.request.get(f"{visit.site}{path}", params=query)
    assert answer.ok, answer.text()
    return answer.json()


def nearby(visit: Visit, lon: float, lat: float, radius: int, kinds: str = KINDS) -> dict:
    return asked(visit, "/nearby", lon=lon, lat=lat, radius=radius, kinds=kinds, limit=50)


def listed(visit: Visit) -> list[str]:
    return visit.page.locator(".results .name b").all_inner_texts()


def chosen_point(visit: Visit) -> tuple[float, float]:
    lon, lat = visit.fragment()["point"].split(",")
    return float(lon), float(lat)


def test_a_click_lists_what_the_server_finds_there(visit: Visit) -> None:
    visit.open("#map=16/22.9455/113.3555")
    visit.click_map(*POINT)
    visit.answered()
    lon, lat = chosen_point(visit)
    assert (lon, lat) == pytest.approx(POINT, abs=2e-5)
    answer = nearby(visit, lon, lat, 1000)
    found = [feature["properties"] for feature in answer["features"]]
    assert len(found) >= 5
    assert listed(visit) == [hit["name"] for hit in found]
    assert visit.page.locator(".results .where b").all_inner_texts() == [
        f"{round(hit['distance_m'])} m" for hit in found
    ]
    degrees = [f"{round(hit['bearing_deg']) % 360}°" for hit in found]
    told = visit.page.locator(".results .where small").all_inner_texts()
    assert [text.split()[-1] for text in told] == degrees


def test_counts_per_kind_and_ring_are_the_servers(visit: Visit) -> None:
    visit.open(f"#point={POINT[0]},{POINT[1]}&radius=2000")
    visit.answered()
    answer = nearby(visit, *POINT, 2000)
    rows = visit.page.locator(".rings tbody tr, .rings tfoot tr")
    got = [row.locator("td").all_inner_texts() for row in rows.all()]
    kinds = KINDS.split(",")
    rings = [ring["counts"] for ring in answer["rings"]]
    assert len(rings) == 3
    assert got == [
        [str(counts.get(kind, 0)) for kind in kinds] for counts in [*rings, answer["counts"]]
    ]


def test_vulnerable_persons_are_counted_only_when_asked_for(visit: Visit) -> None:
    visit.open(f"#point={POINT[0]},{POINT[1]}&radius=1000")
    visit.answered()
    told = visit.page.locator(".vulnerable span")
    expect(told).to_have_count(0)
    visit.page.get_by_label("统计重点服务对象").check()
    # Both live 230 m away, so in the first ring of the two.
    expect(told).to_have_text(["重点服务对象 2", "0–500 m 2", "500–1000 m 0"])
    answer = asked(
        visit, "/nearby", lon=POINT[0], lat=POINT[1], radius=1000, kinds=KINDS, vulnerable="true"
    )
    assert answer["vulnerable_persons"]["count"] == 2


def test_the_chain_of_areas_is_told(visit: Visit) -> None:
    visit.open("#point=113.358,22.948")
    visit.answered()
    chain = dict(
        zip(
            visit.page.locator(".chain dt").all_inner_texts(),
            visit.page.locator(".chain dd").all_inner_texts(),
            strict=True,
        )
    )
    assert {term: text.split()[0] for term, text in chain.items()} == {
        "县区": "示范区",
        "街道": "清河街道",
        "社区": "桥南社区",
        "网格": "桥南第二网格",
        "专属网格": "清河中学专属网格",
    }
    assert "4401990010011002" in chain["网格"]


def test_outside_all_grids_the_nearest_is_told(visit: Visit) -> None:
    visit.open(f"#point={OUTSIDE[0]},{OUTSIDE[1]}")
    visit.answered()
    answer = asked(visit, "/locate", lon=OUTSIDE[0], lat=OUTSIDE[1])
    outside = visit.page.locator(".outside")
    expect(outside).to_contain_text("待认领")
    expect(outside).to_contain_text(answer["nearest"]["code"])
    expect(outside).to_contain_text(f"{round(answer['nearest']['distance_m'])} m")


def test_the_circle_and_its_rings_are_drawn(visit: Visit) -> None:
    visit.open(f"#point={POINT[0]},{POINT[1]}&radius=1200")
    visit.answered()
    visit.settle()
    assert {ring["end_m"] for ring in visit.rendered("search-ring")} == {500, 1000, 1200}
    assert visit.rendered("search-centre")
    assert visit.page.evaluate("gisGovMap.hasImage('pin')")


def test_the_radius_slider_works_by_keyboard(visit: Visit) -> None:
    visit.open(f"#point={POINT[0]},{POINT[1]}")
    visit.answered()
    slider = visit.page.get_by_label("半径")
    slider.focus()
    slider.press("End")
    expect(visit.page.locator(".radius output")).to_have_text("2 km")
    expect(visit.page.locator(".results li")).to_have_count(
        len(nearby(visit, *POINT, 2000)["features"])
    )
    slider.press("Home")
    expect(visit.page.locator(".empty")).to_contain_text("半径 0 m 内没有")
    assert visit.fragment()["radius"] == "0"
    for _ in range(2):
        slider.press("ArrowRight")
    near = nearby(visit, *POINT, 100)["features"]
    expect(visit.page.locator(".results li")).to_have_count(len(near))


def test_kinds_are_chosen(visit: Visit) -> None:
    visit.open(f"#point={POINT[0]},{POINT[1]}")
    visit.answered()
    kinds = visit.page.get_by_role("group", name="资源类别")
    kinds.get_by_label("摄像头").uncheck()
    kinds.get_by_label("网格员").uncheck()
    expected = nearby(visit, *POINT, 1000, "centre,poi")["features"]
    expect(visit.page.locator(".results li")).to_have_count(len(expected))
    assert listed(visit) == [feature["properties"]["name"] for feature in expected]
    assert visit.fragment()["kinds"] == "centre,poi"
    kinds.get_by_label("治理中心").uncheck()
    kinds.get_by_label("周边资源").uncheck()
    expect(visit.page.get_by_text("请至少选择一类资源。")).to_be_visible()
    expect(visit.page.locator(".results")).to_have_count(0)


def test_names_are_text_and_never_markup(visit: Visit) -> None:
    visit.open(f"#point={POINT[0]},{POINT[1]}")
    visit.answered()
    assert "A & B <超市>" in listed(visit)


def test_a_result_is_flown_to_and_marked(visit: Visit) -> None:
    visit.open(f"#point={POINT[0]},{POINT[1]}")
    visit.answered()
    target = visit.page.locator(".results button", has_text="学校南门")
    target.click()
    visit.page.wait_for_timeout(200)
    visit.settle()
    assert visit.centre() == pytest.approx((113.3585, 22.9467), abs=1e-5)
    expect(target).to_have_attribute("aria-current", "true")
    assert visit.rendered("search-chosen")


def test_a_click_on_a_thing_tells_of_it_and_searches_from_its_place(visit: Visit) -> None:
    visit.open("#map=15.5/22.9455/113.3555")
    visit.click_map(113.35605, 22.9452)
    visit.answered()
    fact = visit.page.locator(".fact[open]")
    expect(fact.locator("summary")).to_contain_text("桥南路口")
    expect(fact).to_contain_text("公安")
    expect(fact).to_contain_text("东 90°")
    assert chosen_point(visit) == pytest.approx((113.3560, 22.9452), abs=1e-5)


def test_a_click_on_an_event_tells_its_state(visit: Visit) -> None:
    visit.open("#map=16/22.9415/113.3535")
    visit.click_map(113.3535, 22.9415)
    visit.answered()
    fact = visit.page.locator(".fact[open]")
    expect(fact.locator("summary")).to_contain_text("井盖破损")
    expect(fact).to_contain_text("处置中")


def test_enter_on_the_map_searches_at_its_centre(visit: Visit) -> None:
    visit.open("#map=16/22.9545/113.3645")
    visit.page.locator(".maplibregl-canvas").focus()
    visit.page.keyboard.press("ArrowRight")
    visit.page.wait_for_timeout(100)
    visit.settle()
    visit.page.keyboard.press("Enter")
    visit.answered()
    assert chosen_point(visit) == pytest.approx(visit.centre(), abs=1e-6)
    assert visit.centre()[0] > 113.3646
    expect(visit.page.locator(".chain-grid dd")).to_contain_text("东湖第一网格")


def test_a_typed_position_is_found(visit: Visit) -> None:
    visit.open()
    field = visit.page.get_by_label("经度，纬度")
    field.fill("22.9455")
    field.press("Enter")
    expect(visit.page.locator("#point-error")).to_contain_text("请输入经度和纬度")
    field.fill("113.3555，22.9455")
    field.press("Enter")
    visit.answered()
    visit.settle()
    assert chosen_point(visit) == POINT
    assert visit.centre() == pytest.approx(POINT, abs=0.01)
    visit.page.get_by_role("button", name="清除").click()
    expect(visit.page.locator(".chain")).to_have_count(0)
    assert "point" not in visit.fragment()


def test_a_link_brings_back_place_point_and_choices(visit: Visit) -> None:
    visit.open("#map=16/22.9500/113.3600&point=113.3555,22.9455&radius=300&kinds=camera")
    visit.answered()
    assert visit.centre() == pytest.approx((113.36, 22.95), abs=1e-5)
    expect(visit.page.locator(".radius output")).to_have_text("300 m")
    assert listed(visit) == ["桥南路口"]
    # A link followed within the page.
    visit.page.evaluate("location.hash = '#map=16/22.95/113.36&point=113.3655,22.9555'")
    expect(visit.page.locator(".chain-grid dd")).to_contain_text("东湖第一网格")
    expect(visit.page.locator(".radius output")).to_have_text("1 km")
