"""What has changed between two periods, against the things counted one by one."""

import httpx
import pytest

from gis_gov.heatmaps.change_schemas import HeatmapChange, HeatmapChangeCells
from tests.counting.granted import Grant
from tests.counting.tiling import SIDE, SOUTH, WEST, World
from tests.counting.village import Village
from tests.heatmaps.test_heatmap import counted, things_of

AFTER, BEFORE = "2026-03-02", "2026-03-01"


@pytest.mark.parametrize("layer", ["events", "positions"])
@pytest.mark.parametrize("half", [False, True])
async def test_both_counts_their_difference_and_ratio(
    client: httpx.AsyncClient, world: World, layer: str, half: bool
) -> None:
    things = things_of(world, layer)
    asked: dict[str, str | int] = {
        "layer": layer,
        "resolution": 8,
        "datetime": AFTER,
        "before": BEFORE,
    }
    if half:
        east = WEST + SIDE / 2
        things = things[things["lon"] <= east]
        asked["bbox"] = f"{WEST - SIDE},{SOUTH - SIDE},{east},{SOUTH + 2 * SIDE}"
    days = things["time"].dt.tz_convert("Asia/Shanghai").dt.strftime("%Y-%m-%d")
    later, earlier = (counted(things[days == day], 8) for day in (AFTER, BEFORE))
    answer = await client.get("/heatmap/change", params={**asked, "f": "json"})
    assert answer.status_code == 200, answer.text
    found = HeatmapChangeCells(**answer.json())
    assert [each.cell for each in found.cells] == sorted({*later, *earlier})
    for each in found.cells:
        now, was = later[each.cell], earlier[each.cell]
        assert (each.count, each.before, each.difference) == (now, was, now - was)
        assert each.ratio == (pytest.approx(now / was, abs=1e-4) if was else None)
    assert any(each.ratio is None for each in found.cells)
    assert sum(each.count + each.before for each in found.cells) == len(things)
    drawn = HeatmapChange(**(await client.get("/heatmap/change", params=asked)).json())
    assert [each.properties for each in drawn.features] == found.cells


async def test_a_resolution_that_fits_both_is_chosen(client: httpx.AsyncClient) -> None:
    answer = await client.get(
        "/heatmap/change", params={"layer": "events", "datetime": AFTER, "before": BEFORE}
    )
    assert HeatmapChange(**answer.json()).resolution == 10


@pytest.mark.parametrize(
    ("asked", "slug", "says"),
    [
        ({"layer": "events", "before": BEFORE}, "invalid-request", "query.datetime"),
        ({"layer": "events", "datetime": AFTER}, "invalid-request", "query.before"),
        ({"layer": "events", "datetime": AFTER, "before": "then"}, "invalid-request", "before"),
        ({"layer": "persons", "datetime": AFTER, "before": BEFORE}, "no-time", "events"),
        (
            {"layer": "events", "datetime": AFTER, "before": BEFORE, "weight": "level"},
            "not-listed",
            "weighed",
        ),
    ],
    ids=str,
)
async def test_wrong_questions_are_problems(
    client: httpx.AsyncClient, asked: dict[str, str], slug: str, says: str
) -> None:
    answer = await client.get("/heatmap/change", params=asked)
    assert answer.status_code == 400
    assert answer.json()["type"] == f"urn:gis-gov:problem:{slug}"
    assert says in answer.json()["detail"]


async def test_few_may_compare_single_events(asking: httpx.AsyncClient, village: Village) -> None:
    """Two periods that differ by a minute would tell of one event: so the events must be open."""
    asked = {"layer": "events", "datetime": AFTER, "before": BEFORE}
    headers = Grant("weather_officer").key(village.url)
    assert (await asking.get("/heatmap/change", params=asked, headers=headers)).status_code == 403
