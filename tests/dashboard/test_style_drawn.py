"""The server's own style, as MapLibre draws it: names and icons come from the server alone."""

import re

from tests.dashboard.neighbourhood import GRIDS
from tests.dashboard.visit import Visit


def test_names_and_icons_are_the_server_s(visit: Visit) -> None:
    visit.open()
    asked: list[tuple[str, int]] = []
    visit.page.on("response", lambda answer: asked.append((answer.url, answer.status)))
    # The page's own map lets the machine's fonts draw letters; this one doesn't.
    visit.draw_over(
        style=f"{visit.site}/style.json",
        center=[113.357, 22.946],
        zoom=16.2,
        localIdeographFontFamily=False,
    )
    visit.until(lambda: any("/sprite" in url for url, _ in asked), "the style is read")
    visit.settle()
    visit.until(lambda: visit.rendered("grids-names"), "names of grids are drawn")
    names = {grid["name"] for grid in visit.rendered("grids-names")}
    assert names
    assert names <= set(GRIDS.values())
    for layer in ("cameras-icons", "centres-icons", "pois-icons"):
        visit.until(lambda layer=layer: visit.rendered(layer), f"{layer} are drawn")
    visit.page.evaluate("gisGovMap.jumpTo({ zoom: 13 })")
    visit.settle()
    visit.until(lambda: visit.rendered("areas-names"), "names of areas are drawn")
    letters = [(url, status) for url, status in asked if "/fonts/" in url]
    # 桥南第二网格: of several pages of letters.
    assert len(letters) > 3
    assert {status for _, status in letters} <= {200, 304}
    pages = {re.search(r"/(\d+)-\d+\.pbf", url)[1] for url, _ in letters}  # type: ignore[index]
    assert str(ord("网") // 256 * 256) in pages
    assert visit.foreign == []
    assert visit.complaints == []
