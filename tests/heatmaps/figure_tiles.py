"""Vector tiles of figures by hexagon, as a client reads them."""

from collections.abc import Callable
from typing import Any

import httpx
import mapbox_vector_tile

from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.tile import Tile
from tests.counting.tiling import SIDE, SOUTH, WEST


async def over_all_tiles(
    client: httpx.AsyncClient,
    path: str,
    tile_in: Callable[[float, float, int], AnyTile],
    zoom: int,
    asked: dict[str, Any],
    headers: dict[str, str] | None = None,
    box: tuple[float, float, float, float] = (WEST, SOUTH, WEST + SIDE, SOUTH + SIDE),
) -> dict[str, dict[str, Any]]:
    """Return what the tiles of a box tell of each cell: all of them the same, now and again."""
    west, south, east, north = box
    first, last = tile_in(west, north, zoom), tile_in(east, south, zoom)
    found: dict[str, dict[str, Any]] = {}
    for x in range(first.x, last.x + 1):
        for y in range(first.y, last.y + 1):
            address = f"{path}/tiles/{first.matrix_set}/{zoom}/{y}/{x}"
            if isinstance(first, Tile):
                address = f"{path}/{zoom}/{x}/{y}.mvt"
            answer = await client.get(address, params=asked, headers=headers)
            assert answer.status_code in {200, 204}, answer.text
            if answer.status_code == 204:
                continue
            known = {**(headers or {}), "if-none-match": answer.headers["etag"]}
            again = await client.get(address, params=asked, headers=known)
            assert (again.status_code, again.content) == (304, b"")
            (layer,) = mapbox_vector_tile.decode(answer.content).values()
            for each in layer["features"]:
                assert each["geometry"]["type"] == "Polygon"
                told = each["properties"]
                assert found.setdefault(told["cell"], told) == told
    return found
