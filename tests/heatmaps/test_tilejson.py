"""The TileJSON of a heat map: its tiles are those of the same question."""

from urllib.parse import parse_qs, urlsplit

import httpx
import mapbox_vector_tile
import pytest

from gis_gov.geo.tile import tile_at
from tests.counting.granted import Grant, ask
from tests.counting.village import NEWEST, SOUTH, STEP, WEST, Village

ASKED = {"layer": "persons", "resolution": "8", "filter": "sex = 'male'"}
PERIODS = {"datetime": f"../{NEWEST.isoformat()}", "before": "2025-01-01/2026-01-31"}
CHANGED = {"cell", "count", "before", "difference", "ratio"}
SPOTS = {"cell", "count", "withheld", "z", "p", "q", "spot"}
SUMS = {"weight", "weight_before", "weight_difference", "weight_ratio"}


@pytest.mark.parametrize("role", ["commander", "supervisor"])
async def test_the_tiles_are_asked_as_it_is(
    asking: httpx.AsyncClient, village: Village, role: str
) -> None:
    headers = Grant(role).key(village.url)
    told = await ask(asking, "/heatmap/tiles.json", headers, **ASKED)
    (address,) = told["tiles"]
    assert urlsplit(address).path == "/heatmap/{z}/{x}/{y}.mvt"
    assert parse_qs(urlsplit(address).query) == {name: [text] for name, text in ASKED.items()}
    assert [layer["id"] for layer in told["vector_layers"]] == ["heatmap"]


@pytest.mark.parametrize(
    ("path", "asked", "fields"),
    [
        ("/heatmap/change", {"layer": "events", **PERIODS}, CHANGED),
        ("/heatmap/change", {"layer": "events", "weight": "level", **PERIODS}, CHANGED | SUMS),
        ("/heatmap/hotspots", {"layer": "persons", "resolution": "9"}, SPOTS),
        (
            "/heatmap/hotspots",
            {"layer": "houses", "weight": "floors", "filter": "kind = 'building'"},
            SPOTS | {"weight"},
        ),
        ("/heatmap/hotspots", {"layer": "events", "bbox": "113.30,22.90,113.32,22.92"}, SPOTS),
    ],
)
async def test_a_tile_of_its_address_has_the_fields_that_it_tells(
    asking: httpx.AsyncClient,
    village: Village,
    path: str,
    asked: dict[str, str],
    fields: set[str],
) -> None:
    headers = Grant("commander").key(village.url)
    told = await ask(asking, f"{path}/tiles.json", headers, **asked)
    assert told["tilejson"] == "3.0.0"
    west, south, east, north = told["bounds"]
    assert west <= WEST < east
    assert south <= SOUTH < north
    (layer,) = told["vector_layers"]
    assert set(layer["fields"]) == fields
    assert all(layer["fields"].values())
    (address,) = told["tiles"]
    assert urlsplit(address).path == f"{path}/{{z}}/{{x}}/{{y}}.mvt"
    assert parse_qs(urlsplit(address).query) == {name: [text] for name, text in asked.items()}
    tile = tile_at(WEST + STEP / 2, SOUTH + STEP / 2, 12)
    answer = await asking.get(address.format(z=tile.z, x=tile.x, y=tile.y), headers=headers)
    assert answer.status_code == 200, answer.text
    drawn = mapbox_vector_tile.decode(answer.content)
    assert list(drawn) == [layer["id"]]
    found = [each["properties"] for each in drawn[layer["id"]]["features"]]
    assert found
    assert all(each.keys() <= fields for each in found)
    figures = await ask(asking, path, headers, **asked, f="json")
    # Without a resolution a tile has the one that fills it.
    if "resolution" in asked:
        cells = {each["cell"] for each in figures["cells"]}
        assert {each["cell"] for each in found} <= cells


@pytest.mark.parametrize("path", ["/heatmap", "/heatmap/change", "/heatmap/hotspots"])
async def test_what_the_tiles_refuse_it_refuses(
    asking: httpx.AsyncClient, village: Village, path: str
) -> None:
    headers = Grant("screen").key(village.url)
    for asked, status in (
        ({"layer": "positions", "datetime": "2026-01-01"}, 403),
        ({"layer": "persons", "filter": "sex = 'male'"}, 403),
        ({"layer": "persons", "datetime": "2026-01-01/.."}, 400),
        ({"layer": "nothing"}, 400),
        ({"layer": "persons", "resolution": "99"}, 400),
        ({"layer": "houses", "unknown": "1"}, 400),
    ):
        wanted = {"before": "2026-01-01", **asked} if path.endswith("change") else asked
        for each in (f"{path}/tiles.json", f"{path}/12/3337/1780.mvt"):
            answer = await asking.get(each, params=wanted, headers=headers)
            assert answer.status_code == status, (each, wanted, answer.text)


async def test_without_two_periods_nothing_is_compared(
    asking: httpx.AsyncClient, village: Village
) -> None:
    headers = Grant("commander").key(village.url)
    for name, left_out in (("before", "datetime"), ("datetime", "before")):
        asked = {"layer": "events", left_out: PERIODS[left_out]}
        answer = await asking.get("/heatmap/change/tiles.json", params=asked, headers=headers)
        assert answer.status_code == 400
        assert f"query.{name}" in answer.json()["detail"]


async def test_the_style_draws_it_for_those_who_may_count(
    asking: httpx.AsyncClient, village: Village
) -> None:
    for role, shown in (("commander", True), ("auditor", False)):
        answer = await asking.get("/style.json", headers=Grant(role).key(village.url))
        if answer.status_code != 200:
            assert not shown
            continue
        style = answer.json()
        assert ("heat" in style["sources"]) is shown
        assert ("heat" in [layer["id"] for layer in style["layers"]]) is shown
