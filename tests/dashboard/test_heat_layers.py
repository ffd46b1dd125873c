"""Heat maps of change and of hot spots, as MapLibre draws them by one address: their TileJSON."""

from urllib.parse import urlencode

import httpx
import pytest

from tests.dashboard.people import Seat
from tests.dashboard.visit import Visit


def told(seat: Seat, path: str, asked: dict[str, str]) -> list[dict[str, object]]:
    """Return the figures of each hexagon without those that are null, which no tile has."""
    answer: httpx.Response = seat.send("GET", f"{path}?{urlencode({**asked, 'f': 'json'})}")
    return [
        {name: value for name, value in each.items() if value is not None}
        for each in answer.json()["cells"]
    ]


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/heatmap/change", {"datetime": "2026-03-01", "before": "2026-02-01/2026-02-02"}),
        ("/heatmap/change", {"datetime": "2026-02-01", "before": "2026-03-01", "weight": "level"}),
        ("/heatmap/hotspots", {}),
        ("/heatmap/hotspots", {"weekdays": "6,7", "bbox": "113.35,22.94,113.36,22.95"}),
    ],
    ids=["more", "fewer, weighed", "spots", "spots of a place"],
)
def test_a_map_is_given_one_address(
    visit: Visit, commander: Seat, path: str, asked: dict[str, str]
) -> None:
    asked = {"layer": "events", "resolution": "9", **asked}
    wanted = sorted(told(commander, path, asked), key=lambda each: str(each["cell"]))
    assert wanted
    visit.open()
    # With nothing on it but what that address tells.
    told_by = {"type": "vector", "url": f"{visit.site}{path}/tiles.json?{urlencode(asked)}"}
    layer = {"id": "told", "type": "fill", "source": "told", "source-layer": "heatmap"}
    style = {"version": 8, "sources": {"told": told_by}, "layers": [layer]}
    visit.draw_over(style=style, center=[113.36, 22.95], zoom=14)
    visit.settle()
    visit.until(lambda: visit.rendered("told"), "hexagons are drawn")
    drawn = {str(each["cell"]): each for each in visit.rendered("told")}
    for each in drawn.values():
        assert each.pop("drawn_id", None) is None
    assert [drawn[cell] for cell in sorted(drawn)] == wanted
    assert visit.foreign == []
