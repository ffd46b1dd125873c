"""Matrix sets, as a client of OGC API Tiles reads them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

EXTENT = 4096
"""Into how many steps a vector tile's side is cut."""


@dataclass(frozen=True)
class Scheme:
    """A matrix set, as a client reads its definition."""

    document: dict[str, Any]

    @property
    def epsg(self) -> int:
        return int(self.document["crs"].rsplit("/", 1)[1])

    def matrix(self, level: str) -> dict[str, Any]:
        (found,) = [each for each in self.document["tileMatrices"] if each["id"] == level]
        return found

    def origin(self, level: str) -> tuple[float, float]:
        """East and north of the matrix's corner."""
        first, second = self.matrix(level)["pointOfOrigin"]
        return (second, first) if self.document["orderedAxes"][0] == "Lat" else (first, second)

    def at(self, level: str, lon: float, lat: float) -> tuple[int, int]:
        """Row and column of the tile in which a point lies."""
        x, y = self._from_degrees.transform(lon, lat)
        west, north = self.origin(level)
        side = self.matrix(level)["cellSize"] * self.matrix(level)["tileWidth"]
        return int((north - y) / side), int((x - west) / side)

    def degrees(self, level: str, row: int, column: int, drawn: BaseGeometry) -> BaseGeometry:
        """Tell a shape of a tile, its y going up from the lower side, in degrees."""
        west, north = self.origin(level)
        side = self.matrix(level)["cellSize"] * self.matrix(level)["tileWidth"]
        step = side / EXTENT
        left, bottom = west + column * side, north - (row + 1) * side

        def placed(points: np.ndarray) -> np.ndarray:
            x, y = points.T
            return np.column_stack(self._to_degrees.transform(left + x * step, bottom + y * step))

        return shapely.transform(drawn, placed)

    def box(self, level: str, row: int, column: int) -> BaseGeometry:
        return self.degrees(level, row, column, shapely.box(0, 0, EXTENT, EXTENT))

    @property
    def _from_degrees(self) -> Transformer:
        crs = 4326 if self.epsg == 4490 else self.epsg
        return Transformer.from_crs(4326, crs, always_xy=True)

    @property
    def _to_degrees(self) -> Transformer:
        crs = 4326 if self.epsg == 4490 else self.epsg
        return Transformer.from_crs(crs, 4326, always_xy=True)
