"""Each hexagon that meets a tile is drawn in it once, as h3 has it, with all that it counts."""

import h3
import httpx
import mapbox_vector_tile
import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_gov.geo.tile import Tile
from tests.counting.tiling import SIDE, SOUTH, WEST, World
from tests.heatmaps.test_heatmap import LAYERS, counted, things_of
from tests.tiles.test_any_shape import check, some_tile

UNIT = 2.0
"""How far a tile may move an outline: it is rounded, and what a unit does not show is left out."""


@settings(max_examples=20)
@given(
    seed=st.integers(0, 2**32 - 1),
    layer=st.sampled_from(LAYERS),
    resolution=st.integers(6, 12),
)
async def test_hexagons_are_drawn_where_they_are(
    client: httpx.AsyncClient, world: World, seed: int, layer: str, resolution: int
) -> None:
    random = np.random.default_rng(seed)
    # Nearer than this a tile has a few of the finest hexagons, farther a hexagon is a dot.
    near = max(resolution, 10)
    tile = some_tile(random, [near, near + 2, near + 4], (WEST, SOUTH, SIDE))
    path = f"/heatmap/tiles/{tile.matrix_set}/{tile.z}/{tile.y}/{tile.x}"
    if isinstance(tile, Tile) and random.integers(2):
        path = f"/heatmap/{tile.z}/{tile.x}/{tile.y}.mvt"
    answer = await client.get(path, params={"layer": layer, "resolution": resolution})
    assert answer.status_code in {200, 204}, answer.text
    found = mapbox_vector_tile.decode(answer.content).get("heatmap", {"features": []})["features"]
    told = {each["properties"]["cell"]: each for each in found}
    assert len(told) == len(found)
    counts = counted(things_of(world, layer), resolution)
    assert {name: each["properties"]["count"] for name, each in told.items()} == {
        name: counts[name] for name in told
    }
    for name in counts:
        ring = [(lon, lat) for lat, lon in h3.cell_to_boundary(name)]
        hexagon = shapely.Polygon(ring)
        drawn = told.get(name)
        outline = drawn and shapely.geometry.shape(drawn["geometry"])
        check(outline, hexagon, tile, UNIT, margin=0)
