"""Vector tiles of hexagons: each hexagon has its whole count in every tile that it meets."""

from typing import Any

import httpx
import mapbox_vector_tile
import pytest

from gis_gov.geo.tile import Tile, tile_at
from tests.counting.granted import Grant, ask
from tests.counting.village import SIDES, SOUTH, STEP, WEST, Village

SIDE = SIDES * STEP


async def decoded(
    asking: httpx.AsyncClient, headers: dict[str, str], tile: Tile, **asked: Any
) -> dict[str, dict[str, Any]]:
    """Return the properties of a tile's hexagons by cell."""
    path = f"/heatmap/{tile.z}/{tile.x}/{tile.y}.mvt"
    answer = await asking.get(path, params=asked, headers=headers)
    assert answer.status_code in {200, 204}, answer.text
    if answer.status_code == 204:
        return {}
    (layer,) = mapbox_vector_tile.decode(answer.content).values()
    assert {each["geometry"]["type"] for each in layer["features"]} == {"Polygon"}
    return {each["properties"]["cell"]: each["properties"] for each in layer["features"]}


@pytest.mark.parametrize("role", ["commander", "screen"])
@pytest.mark.parametrize("zoom", [11, 13])
@pytest.mark.parametrize("layer", ["persons", "events"])
async def test_over_all_tiles_they_are_the_heat_map(
    asking: httpx.AsyncClient, village: Village, role: str, zoom: int, layer: str
) -> None:
    headers = Grant(role).key(village.url)
    first = tile_at(WEST - 0.02, SOUTH + SIDE + 0.02, zoom)
    last = tile_at(WEST + SIDE + 0.02, SOUTH - 0.02, zoom)
    tiles = [
        Tile(zoom, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)
    ]
    asked = {"layer": layer, "resolution": 9}
    told = (await ask(asking, "/heatmap", headers, **asked, f="json"))["cells"]
    found: dict[str, Any] = {}
    for tile in tiles:
        for cell, properties in (await decoded(asking, headers, tile, **asked)).items():
            assert found.setdefault(cell, properties) == properties
    wanted = {
        cell: {"cell": cell, "withheld": True} if count is None else {"cell": cell, "count": count}
        for cell, count in told.items()
    }
    assert found == wanted
    assert (None in told.values()) == ((role, layer) == ("screen", "persons"))


async def test_a_weight_and_a_filter_reach_the_tile(
    asking: httpx.AsyncClient, village: Village
) -> None:
    headers = Grant("commander").key(village.url)
    asked = {"layer": "houses", "weight": "floors", "filter": "floors > 2"}
    tile = tile_at(WEST + SIDE / 2, SOUTH + SIDE / 2, 8)
    found = await decoded(asking, headers, tile, **asked, resolution=7)
    told = await ask(asking, "/heatmap", headers, **asked, resolution=7, f="json")
    assert {cell: each["weight"] for cell, each in found.items()} == told["weights"]
    assert {cell: each["count"] for cell, each in found.items()} == told["cells"]


async def test_hexagons_grow_with_the_zoom(asking: httpx.AsyncClient, village: Village) -> None:
    headers = Grant("commander").key(village.url)
    counts = []
    for zoom in (6, 9, 12):
        tile = tile_at(WEST + SIDE / 2, SOUTH + SIDE / 2, zoom)
        counts.append(len(await decoded(asking, headers, tile, layer="addresses")))
    assert 0 < counts[0] < counts[1] < counts[2]
