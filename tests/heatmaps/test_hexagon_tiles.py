"""Vector tiles of hexagons: each hexagon has its whole count in every tile that it meets."""

from collections.abc import Callable
from typing import Any

import h3
import httpx
import mapbox_vector_tile
import pytest
from shapely.geometry import shape

from gis_gov.geo.geodetic_tile import GeodeticTile, geodetic_tile_at
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.tile import Tile, tile_at
from tests.counting.granted import Grant, ask
from tests.counting.village import SIDES, SOUTH, STEP, WEST, Village

SIDE = SIDES * STEP


async def features(
    asking: httpx.AsyncClient, headers: dict[str, str], tile: AnyTile, **asked: Any
) -> list[dict[str, Any]]:
    path = f"/heatmap/tiles/{tile.matrix_set}/{tile.z}/{tile.y}/{tile.x}"
    if isinstance(tile, Tile):
        path = f"/heatmap/{tile.z}/{tile.x}/{tile.y}.mvt"
    answer = await asking.get(path, params=asked, headers=headers)
    assert answer.status_code in {200, 204}, answer.text
    if answer.status_code == 204:
        return []
    (layer,) = mapbox_vector_tile.decode(answer.content).values()
    assert {each["geometry"]["type"] for each in layer["features"]} == {"Polygon"}
    return layer["features"]


async def decoded(
    asking: httpx.AsyncClient, headers: dict[str, str], tile: AnyTile, **asked: Any
) -> dict[str, dict[str, Any]]:
    """Return the properties of a tile's hexagons by cell."""
    found = await features(asking, headers, tile, **asked)
    return {each["properties"]["cell"]: each["properties"] for each in found}


@pytest.mark.parametrize("role", ["commander", "screen"])
@pytest.mark.parametrize(
    ("tile_in", "zoom"), [(tile_at, 11), (tile_at, 13), (geodetic_tile_at, 11)]
)
@pytest.mark.parametrize("layer", ["persons", "events"])
async def test_over_all_tiles_they_are_the_heat_map(
    asking: httpx.AsyncClient,
    village: Village,
    role: str,
    tile_in: Callable[[float, float, int], AnyTile],
    zoom: int,
    layer: str,
) -> None:
    headers = Grant(role).key(village.url)
    first = tile_in(WEST - 0.02, SOUTH + SIDE + 0.02, zoom)
    last = tile_in(WEST + SIDE + 0.02, SOUTH - 0.02, zoom)
    tiles = [
        type(first)(zoom, x, y)
        for x in range(first.x, last.x + 1)
        for y in range(first.y, last.y + 1)
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


async def test_in_degrees_they_lie_where_they_are(
    asking: httpx.AsyncClient, village: Village
) -> None:
    headers = Grant("commander").key(village.url)
    tile = geodetic_tile_at(WEST + SIDE / 2, SOUTH + SIDE / 2, 11)
    box = tile.bounds()
    unit = (box.east - box.west) / 4096
    seen = 0
    for each in await features(asking, headers, tile, layer="addresses", resolution=9):
        drawn = shape(each["geometry"])
        west, south, east, north = drawn.bounds
        if min(west, south) > 0 and max(east, north) < 4096:  # it is whole
            lat, lon = h3.cell_to_latlng(each["properties"]["cell"])
            middle = drawn.centroid
            assert box.west + middle.x * unit == pytest.approx(lon, abs=2 * unit)
            assert box.south + middle.y * unit == pytest.approx(lat, abs=2 * unit)
            seen += 1
    assert seen


async def test_both_matrix_sets_have_hexagons_as_wide(
    asking: httpx.AsyncClient, village: Village
) -> None:
    """Level 10 of that in degrees is zoom 11 of the other."""
    headers = Grant("commander").key(village.url)
    place = WEST + SIDE / 2, SOUTH + SIDE / 2
    told = [
        await decoded(asking, headers, tile, layer="addresses")
        for tile in (geodetic_tile_at(*place, 10), tile_at(*place, 11))
    ]
    sizes = [{h3.get_resolution(cell) for cell in cells} for cells in told]
    assert sizes[0] == sizes[1]
    assert len(sizes[0]) == 1


@pytest.mark.parametrize("numbers", ["1/2/0", "1/0/4", "99/0/0"])
async def test_there_is_no_tile_beyond_the_matrix(
    asking: httpx.AsyncClient, village: Village, numbers: str
) -> None:
    headers = Grant("commander").key(village.url)
    path = f"/heatmap/tiles/{GeodeticTile.matrix_set}/{numbers}"
    answer = await asking.get(path, params={"layer": "events"}, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("no-such-tile")
