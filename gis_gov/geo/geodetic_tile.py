"""Tiles of the CGCS2000Quad matrix set: degrees of EPSG:4490, halved level by level."""

from dataclasses import dataclass
from typing import ClassVar, Final

from gis_gov.geo.bbox import BBox
from gis_gov.geo.tile import MAX_ZOOM, Tile, tile_at

MAX_LEVEL: Final = MAX_ZOOM - 1
_MARGIN: Final = 1 / 64
"""How far beyond its sides a tile shows, in parts of its side."""


@dataclass(frozen=True, slots=True)
class GeodeticTile:
    """One tile: level, column from the west, row from the north.

    At level 0 two tiles are the world. A tile of level z is as wide as one of zoom z + 1 of
    WebMercatorQuad.

    Raises:
        ValueError: the numbers are outside the matrix.

    """

    matrix_set: ClassVar[str] = "CGCS2000Quad"

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        if not 0 <= self.z <= MAX_LEVEL:
            raise ValueError(f"level {self.z} is not in 0 to {MAX_LEVEL}")
        rows = 2**self.z
        if not (0 <= self.x < 2 * rows and 0 <= self.y < rows):
            raise ValueError(
                f"at level {self.z} columns go from 0 to {2 * rows - 1}, rows from 0 to {rows - 1}"
            )

    def bounds(self) -> BBox:
        """Give the tile's box in degrees of EPSG:4490."""
        side = 180 / 2**self.z
        west, north = self.x * side - 180, 90 - self.y * side
        return BBox(west, north - side, west + side, north)

    def mercator_tiles(self) -> tuple[Tile, ...]:
        """Give the tiles of WebMercatorQuad as wide as this one in which lies what it shows."""
        box, zoom = self.bounds(), self.z + 1
        margin = (box.north - box.south) * _MARGIN
        lon = (box.west + box.east) / 2
        first = tile_at(lon, min(box.north + margin, 90.0), zoom)
        last = tile_at(lon, max(box.south - margin, -90.0), zoom)
        return tuple(Tile(zoom, first.x, y) for y in range(first.y, last.y + 1))


def geodetic_tile_at(lon: float, lat: float, level: int) -> GeodeticTile:
    """Find the tile in which a point lies; beyond the map's edges, the nearest one."""
    rows = 2**level
    column = min(max(int((lon + 180) / 180 * rows), 0), 2 * rows - 1)
    row = min(max(int((90 - lat) / 180 * rows), 0), rows - 1)
    return GeodeticTile(level, column, row)
