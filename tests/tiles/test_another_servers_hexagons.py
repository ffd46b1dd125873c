"""Another tile server counts hexagons by itself, as many as our own routes tell who may know."""

from collections.abc import AsyncIterator, Iterator
from typing import Final

import h3
import httpx
import mapbox_vector_tile
import pytest

from gis_gov.app import create_app
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.tile import tile_at
from tests.conftest import TestServer
from tests.signed_in import bearer, client_of, every_point_has_its_cell, make_key, unhurried
from tests.tiles.another_server import GRID, PLACES, TILES, Ground, grid_id, ground_of
from tests.tiles.counted_hexagons import every_hexagon_is_drawn

pytestmark = pytest.mark.anyio

HOT: Final = (
    "persons",
    "houses",
    "buildings",
    "dwellings",
    "enterprises",
    "events",
    "addresses",
    "cameras",
    "centres",
    "pois",
)


@pytest.fixture(scope="module")
def ground(postgis: TestServer) -> Iterator[Ground]:
    with ground_of(postgis) as made:
        yield made


@pytest.fixture(scope="module")
async def site(ground: Ground) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(unhurried().with_database(ground.url))
    async with app.router.lifespan_context(app), client_of(httpx.ASGITransport(app)) as opened:
        await every_point_has_its_cell(ground.url)
        await every_hexagon_is_drawn(ground.url)
        yield opened


@pytest.mark.parametrize("reach", ["all", "grid"])
async def test_it_counts_the_same_hexagons(
    ground: Ground, site: httpx.AsyncClient, reach: str
) -> None:
    key, reached = bearer(make_key(ground.url, "commander")), None
    if reach == "grid":
        key = bearer(make_key(ground.url, "commander", grid=GRID))
        reached = f'{{"grids": [{grid_id(ground)}]}}'
    filled = dict.fromkeys(HOT, 0)
    with ground.reader(reached) as reader:
        for layer in HOT:
            for tile in TILES:
                ours = await served_heat(site, key, layer, tile)
                assert reader.drawn("heat_hexagons", tile, {"layer": layer}) == ours, (layer, tile)
                filled[layer] += bool(ours)
    assert filled["addresses"]
    assert reach == "grid" or all(filled.values()), filled


async def served_heat(
    site: httpx.AsyncClient, key: dict[str, str], layer: str, tile: AnyTile
) -> bytes:
    path = f"/heatmap/tiles/{tile.matrix_set}/{tile.z}/{tile.y}/{tile.x}"
    answer = await site.get(path, params={"layer": layer}, headers=key)
    assert answer.status_code in {200, 204}, answer.text
    return answer.content


@pytest.mark.parametrize(
    ("kind", "layers"),
    [
        ("person", {"persons"}),
        ("house", {"houses", "dwellings"}),
        ("room", {"addresses"}),
        ("address", {"persons", "houses", "dwellings", "addresses"}),
    ],
)
async def test_whose_things_it_may_not_read_it_does_not_say_how_many(
    ground: Ground, site: httpx.AsyncClient, kind: str, layers: set[str]
) -> None:
    """What is told of them with noise our own routes alone can tell."""
    with ground.without(kind) as reader:
        for layer in HOT:
            for tile in TILES:
                drawn = mapbox_vector_tile.decode(
                    reader.drawn("heat_hexagons", tile, {"layer": layer})
                )
                for each in drawn.get("heatmap", {"features": []})["features"]:
                    told = each["properties"]
                    assert ("count" in told) == (layer not in layers), (layer, tile)
                    assert ("withheld" in told) == (layer in layers), (layer, tile)
            assert reader.drawn("heat_hexagons", TILES[1], {"layer": layer})


async def test_who_knows_no_places_has_hexagons_as_large_as_grids(
    ground: Ground, site: httpx.AsyncClient
) -> None:
    fine = tile_at(*PLACES[0], 15)
    for kinds, resolution in (((), 10), (("place",), 9)):
        with ground.without(*kinds) as reader:
            drawn = mapbox_vector_tile.decode(
                reader.drawn("heat_hexagons", fine, {"layer": "persons"})
            )
        cells = [each["properties"]["cell"] for each in drawn["heatmap"]["features"]]
        assert {h3.get_resolution(cell) for cell in cells} == {resolution}


async def test_what_it_may_not_count_it_has_no_hexagons_of(
    ground: Ground, site: httpx.AsyncClient
) -> None:
    with ground.without("count", "count_person") as reader:
        seen = {
            layer
            for layer in HOT
            for tile in TILES
            if reader.drawn("heat_hexagons", tile, {"layer": layer})
        }
    assert seen == {"events"}


async def test_without_a_reach_it_has_none(ground: Ground, site: httpx.AsyncClient) -> None:
    with ground.reader("") as reader:
        hot = [reader.drawn("heat_hexagons", tile, {"layer": n}) for n in HOT for tile in TILES]
    assert not any(hot)
