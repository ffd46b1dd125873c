"""Hexagons that a tile counts itself are those of our own tiles, or it does not say how many."""

from typing import Final

import httpx
import pytest

from gis_gov.counting.fences import PERSONAL
from gis_gov.geo.geodetic_tile import GeodeticTile, geodetic_tile_at
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.tile import MAX_ZOOM, Tile, tile_at
from gis_gov.heatmaps.hexagon_tile import resolution_of
from tests.counting.granted import EXACT, GRID, STREET, Grant
from tests.counting.village import SIDES, SOUTH, STEP, WEST, Village
from tests.heatmaps.test_hexagon_tiles import decoded
from tests.signed_in import make_key
from tests.tiles.counted_hexagons import by_cell, every_hexagon_is_drawn, reading

SIDE: Final = SIDES * STEP
MIDDLE: Final = WEST + SIDE / 2, SOUTH + SIDE / 2
LAYERS: Final = (
    "persons",
    "houses",
    "buildings",
    "dwellings",
    "enterprises",
    "events",
    "addresses",
)
TILES: Final[list[AnyTile]] = [
    *(tile_at(*MIDDLE, zoom) for zoom in (1, 7, 10, 11, 12, 13, 14, 15, 16)),
    tile_at(WEST + STEP / 2, SOUTH + STEP / 2, 17),
    geodetic_tile_at(*MIDDLE, 9),
    geodetic_tile_at(*MIDDLE, 12),
]
THRESHOLD: Final = (
    Grant("screen"),
    Grant("weather_officer", STREET),
    Grant("analyst"),
    Grant("analyst", GRID),
)
OTHERS: Final = (
    Grant("editor"),
    Grant("registrar", STREET),
    Grant("grid_worker"),
    Grant("commander", "", ("service", "control")),
    Grant("commander", "", None, "fire"),
)
# They may count exactly, and read all that is personal; not each knows where somebody lives.
READS_ALL: Final = {"commander", "supervisor", "grid_worker", "registrar"}


def token_of(headers: dict[str, str]) -> str:
    return headers["authorization"].removeprefix("Bearer ")


@pytest.mark.parametrize("grant", [*EXACT, *THRESHOLD, *OTHERS], ids=str)
async def test_they_are_those_of_our_tiles_or_withheld(
    asking: httpx.AsyncClient, village: Village, grant: Grant
) -> None:
    await every_hexagon_is_drawn(village.url)
    headers = grant.key(village.url)
    seen = withheld = 0
    async with reading(village.url, token_of(headers)) as conn:
        for layer in LAYERS:
            for tile in TILES:
                ours = await decoded(asking, headers, tile, layer=layer)
                found = await by_cell(conn, layer, tile)
                assert found.keys() == ours.keys(), (layer, tile)
                for cell, each in found.items():
                    kept_back = {"cell": cell, "withheld": True}
                    assert each in (ours[cell], kept_back), (layer, tile)
                    seen += 1
                    withheld += each == kept_back
                    if grant in THRESHOLD and layer in PERSONAL:
                        assert each == kept_back, (layer, tile)
                    if layer not in PERSONAL:
                        assert each == ours[cell], (layer, tile)
    assert seen > 100
    # Who knows some persons' rooms does not know how many rooms there are.
    assert (withheld == 0) == (grant.role in READS_ALL and grant.classes is None)


async def test_who_may_not_count_has_none(village: Village) -> None:
    async with reading(village.url, make_key(village.url, "auditor")) as conn:
        for layer in LAYERS:
            assert await by_cell(conn, layer, tile_at(*MIDDLE, 12)) == {}


@pytest.mark.parametrize("layer", ["positions", "persons_control", "nothing"])
async def test_what_has_no_kept_counts_is_refused(village: Village, layer: str) -> None:
    async with reading(village.url, make_key(village.url, "commander")) as conn:
        with pytest.raises(Exception, match=f"{layer} are not counted by hexagon"):
            await by_cell(conn, layer, tile_at(*MIDDLE, 12))


async def test_they_are_as_fine_at_each_zoom_as_ours(village: Village) -> None:
    tiles: list[AnyTile] = [
        *(Tile(zoom, 0, 0) for zoom in range(MAX_ZOOM + 1)),
        *(GeodeticTile(level, 0, 0) for level in range(MAX_ZOOM)),
    ]
    ask = "select tile_hexagon_resolution(%s, json_build_object('matrix_set', %s::text))"
    async with reading(village.url, make_key(village.url, "commander")) as conn:
        for tile in tiles:
            row = await (await conn.execute(ask, [tile.z, tile.matrix_set])).fetchone()
            assert row == (resolution_of(tile),), tile
