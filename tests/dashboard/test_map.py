"""What the map draws: grids, names, events, resources, and only what is switched on."""

from gis_gov.patrols.standing import Standing
from tests.dashboard.neighbourhood import GRIDS, STATES, THINGS, WEST
from tests.dashboard.visit import Visit

CLOSED = {"closed", "rejected"}


def test_opens_on_the_data_and_draws_every_grid_with_its_name(visit: Visit) -> None:
    visit.open()
    assert {grid["code"] for grid in visit.rendered("grids-fill")} == set(GRIDS)
    names = {grid["name"] for grid in visit.rendered("grids-label")}
    assert {"桥南第二网格", "东湖第一网格"} <= names <= set(GRIDS.values())
    areas = [area["name"] for area in visit.rendered("areas-label")]
    assert len(areas) == len(set(areas)), "each name stands once"


ALL = "areas,grids,houses,addresses,closed,events,pois,cameras,centres,workers"


def assert_drawn(visit: Visit, *layers: str) -> None:
    """Check that the things of these layers are drawn; workers come by the live stream."""
    kinds = {layer.removesuffix("-dots").removesuffix("s") for layer in layers}
    names = {thing.name for thing in THINGS if thing.kind in kinds}

    def drawn() -> set[str | None]:
        return {thing.get("name") for layer in layers for thing in visit.rendered(layer)}

    visit.until(lambda: drawn() == names, "all are drawn")


def test_draws_what_an_operator_works_with_and_no_more(visit: Visit) -> None:
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.url))
    visit.open("#map=14.5/22.95/113.36")
    assert {event["state"] for event in visit.rendered("events")} == set(STATES) - CLOSED
    assert_drawn(visit, "cameras-dots", "centres", "workers")
    assert visit.rendered("events-closed") == []
    assert not any("/tiles/addresses/" in url for url in asked)


def test_draws_events_of_all_states_and_resources_of_all_kinds(visit: Visit) -> None:
    visit.open(f"#map=14.5/22.95/113.36&layers={ALL}")
    done = {event["state"] for event in visit.rendered("events-closed")}
    assert done == CLOSED
    assert {event["state"] for event in visit.rendered("events")} == set(STATES) - done
    assert_drawn(visit, "cameras-dots", "centres", "pois-dots", "workers")


def test_icons_are_drawn_by_the_page_itself(visit: Visit) -> None:
    visit.open(f"#map=17/22.9465/113.3565&layers={ALL}")
    asked = ["camera", "centre", "poi", "view-60"]
    for zoom in (16.5, 15):
        visit.page.evaluate("(zoom) => gisGovMap.jumpTo({ zoom })", zoom)
        visit.settle()
    # Where workers are comes by the stream, which nothing that settles waits for; how they stand
    # goes by the hour, and by how long ago the neighbourhood was written.
    visit.page.wait_for_function(
        "(standings) => standings.some((each) => gisGovMap.hasImage(`worker-${each}`))",
        arg=list(Standing),
    )
    asked += [f"event-{state}" for state in STATES if state not in CLOSED]
    assert visit.page.evaluate("(names) => names.map((n) => gisGovMap.hasImage(n))", asked) == [
        True
    ] * len(asked)


def test_the_picture_has_the_grids_lines_and_letters(visit: Visit) -> None:
    visit.open()
    picture, legend = visit.page.locator(".map"), [visit.page.locator(".legend")]
    shown = picture.screenshot(mask=legend)
    for name in ("网格", "行政区划"):
        visit.page.locator(".legend").get_by_label(name, exact=True).uncheck()
    visit.settle()
    bare = picture.screenshot(mask=legend)
    # PNG packs a plain ground to almost nothing: lines and letters are what takes room.
    assert len(shown) > 1.5 * len(bare)


def test_a_layer_switch_hides_its_layer_and_the_link_keeps_it(visit: Visit) -> None:
    visit.open()
    events = visit.page.locator(".legend").get_by_label("事件", exact=True)
    events.uncheck()
    visit.settle()
    assert visit.rendered("events") == []
    assert "events" not in visit.fragment()["layers"].split(",")
    visit.page.reload()
    visit.settle()
    assert not events.is_checked()
    assert visit.rendered("events") == []
    events.check()
    visit.settle()
    assert len(visit.rendered("events")) == len(STATES) - len(CLOSED)
    assert "layers" not in visit.fragment()


def test_hidden_layers_load_no_tiles(visit: Visit) -> None:
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.url))
    visit.open("#map=16.5/22.9455/113.3555")
    assert any("/tiles/houses/" in url for url in asked)
    assert not any("/tiles/addresses/" in url for url in asked)
    visit.page.locator(".legend").get_by_label("地址", exact=True).check()
    visit.settle()
    assert any("/tiles/addresses/" in url for url in asked)
    assert visit.rendered("houses")[0]["name"] == "1幢"


def test_zoom_buttons_and_the_way_back_to_all_data(visit: Visit) -> None:
    visit.open("#map=17/22.9455/113.3555")
    visit.page.get_by_role("button", name="缩小").click()
    visit.settle()
    assert visit.page.evaluate("gisGovMap.getZoom()") == 16
    visit.page.get_by_role("button", name="回到全部数据").click()
    visit.settle()
    bounds = visit.page.evaluate("gisGovMap.getBounds().toArray()")
    assert bounds[0][0] < WEST < bounds[1][0]


def test_far_out_no_points_are_drawn_nor_asked_for(visit: Visit) -> None:
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.url))
    visit.open("#map=10/22.95/113.36")
    assert visit.page.get_by_text("放大可见单个对象").is_visible()
    assert not any("/tiles/events" in url and url.endswith(".mvt") for url in asked)


def test_far_out_points_are_gathered_and_counted_when_asked_for(visit: Visit) -> None:
    visit.open("#map=10/22.95/113.36")
    visit.page.locator(".legend").get_by_label("远景汇总", exact=True).check()
    visit.settle()
    assert "gathered" in visit.fragment()["layers"].split(",")
    assert sum(dot["count"] for dot in visit.rendered("events-gathered")) == len(STATES)
    cameras = sum(thing.kind == "camera" for thing in THINGS)
    assert sum(dot["count"] for dot in visit.rendered("cameras-gathered")) == cameras
    assert visit.rendered("pois-gathered") == []
    assert visit.page.get_by_text("已按区域汇总为圆点").is_visible()
    visit.page.reload()
    visit.settle()
    assert visit.rendered("events-gathered")
