"""What a tile of the village tells: its features, and where they lie."""

from typing import Any

import mapbox_vector_tile

from gis_gov.geo.tile import Tile
from tests.live.village import AREA


def tile_path(layer: str, tile: Tile) -> str:
    return f"/tiles/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt"


def features(tile: bytes) -> list[dict[str, Any]]:
    """Return the features of a tile."""
    return [
        each for layer in mapbox_vector_tile.decode(tile).values() for each in layer["features"]
    ]


def count_of(feature: Any) -> int:
    return feature["properties"]["count"]


def ours(grid: dict[str, Any]) -> bool:
    return grid["properties"]["code"].startswith(AREA)


def unit(tile: Tile) -> float:
    """Return how many degrees a unit of a tile is wide."""
    return (tile.bounds().east - tile.bounds().west) / 4096


def degrees_east(tile: Tile, x: Any) -> Any:
    return tile.bounds().west + x * unit(tile)


def sides(polygon: dict[str, Any]) -> tuple[int, int]:
    """Return the western and the eastern side of a rectangle in a tile."""
    columns = [x for x, _ in polygon["geometry"]["coordinates"][0]]
    return min(columns), max(columns)


def degrees_north(tile: Tile, y: Any) -> Any:
    """Return the latitude, near the tile's middle: its units are counted as of one size."""
    box = tile.bounds()
    return box.south + y * (box.north - box.south) / 4096
