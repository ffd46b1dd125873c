"""Tiles of the WebMercatorQuad matrix set (OGC 17-083r4, XYZ)."""

from dataclasses import dataclass
from math import asinh, atan, degrees, pi, radians, sinh, tan
from typing import ClassVar

from gis_gov.geo.bbox import BBox

MAX_ZOOM = 22
_HALF_WIDTH_M = pi * 6378137.0


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: zoom, column from the west, row from the north.

    Raises:
        ValueError: the numbers are outside the matrix.

    """

    matrix_set: ClassVar[str] = "WebMercatorQuad"

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        if not 0 <= self.z <= MAX_ZOOM:
            raise ValueError(f"zoom {self.z} is not in 0 to {MAX_ZOOM}")
        last = 2**self.z - 1
        if not (0 <= self.x <= last and 0 <= self.y <= last):
            raise ValueError(f"at zoom {self.z} columns and rows go from 0 to {last}")

    def mercator_tiles(self) -> "tuple[Tile, ...]":
        """Give the tile itself, as tiles of other matrix sets give those that they lie in."""
        return (self,)

    def bounds_3857(self) -> tuple[float, float, float, float]:
        """Give the tile's west, south, east and north edges in metres of EPSG:3857."""
        width_m = 2 * _HALF_WIDTH_M / 2**self.z
        west, north = self.x * width_m - _HALF_WIDTH_M, _HALF_WIDTH_M - self.y * width_m
        return west, north - width_m, west + width_m, north

    def bounds(self) -> BBox:
        """Give the tile's box in degrees of EPSG:4490 (WGS84 taken as equal)."""
        count = 2**self.z
        return BBox(
            360 * self.x / count - 180,
            _latitude(1 - 2 * (self.y + 1) / count),
            360 * (self.x + 1) / count - 180,
            _latitude(1 - 2 * self.y / count),
        )


def tile_at(lon: float, lat: float, z: int) -> Tile:
    """Find the tile in which a point lies; beyond the map's edges, the nearest one."""
    count = 2**z
    column = (lon + 180) / 360 * count
    row = (1 - asinh(tan(radians(lat))) / pi) / 2 * count
    return Tile(z, *(min(max(int(place), 0), count - 1) for place in (column, row)))


def _latitude(height: float) -> float:
    """Give the latitude at a height on the square map, from -1 at its lower edge to 1."""
    return degrees(atan(sinh(pi * height)))
