"""Tiles of the WebMercatorQuad matrix set (OGC 17-083r4, XYZ)."""

from dataclasses import dataclass

MAX_ZOOM = 22


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: zoom, column from the west, row from the north.

    Raises:
        ValueError: the numbers are outside the matrix.

    """

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        if not 0 <= self.z <= MAX_ZOOM:
            raise ValueError(f"zoom {self.z} is not in 0 to {MAX_ZOOM}")
        last = 2**self.z - 1
        if not (0 <= self.x <= last and 0 <= self.y <= last):
            raise ValueError(f"at zoom {self.z} columns and rows go from 0 to {last}")
