"""A kernel density over the pixels of a box, evenly spaced as the map is that shows them."""

from dataclasses import dataclass
from math import asinh, atan, degrees, pi, radians, sinh, tan
from typing import Final

import numpy as np
from h3.api import basic_int as h3
from numpy.typing import NDArray

from gis_gov.geo.bbox import BBox
from gis_gov.geo.cells import FINE_RESOLUTION, centres
from gis_gov.geo.geodetic_tile import GeodeticTile
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.measure import metres_per_degree
from gis_gov.heatmaps.density import REACH, density_km2
from gis_gov.heatmaps.hexagons import Hexagons

Floats = NDArray[np.float64]

PIXELS_PER_BANDWIDTH: Final = 0.75
"""How many pixels the bandwidth is at least: a narrower kernel would fall between their centres."""
MERCATOR_LATITUDE_MAX: Final = degrees(atan(sinh(pi)))
"""Where the square map ends."""
_DEGREE_M: Final = 111_700.0
"""No degree is longer: of longitude at the equator, of latitude at the poles."""


@dataclass(frozen=True, slots=True)
class Raster:
    """A box of pixels; `columns` and `rows` (from the north) are their centres, in degrees.

    Pixels are as high as they are wide: in Web Mercator on the ground, else `in_degrees`.
    """

    box: BBox
    columns: Floats
    rows: Floats
    in_degrees: bool = False

    @property
    def pixel_deg(self) -> float:
        """How wide a pixel is, in degrees of longitude."""
        return (self.box.east - self.box.west) / self.columns.size

    def bandwidth_m(self, asked_m: float) -> float:
        """Return the bandwidth by which hexagons are picked: the asked one, or that of a pixel."""
        return max(asked_m, PIXELS_PER_BANDWIDTH * self.pixel_deg * _DEGREE_M)

    def reached(self, bandwidth_m: float) -> BBox:
        """Return the box from within which kernels reach a pixel."""
        south, north = self.box.south, self.box.north
        across_m, along_m = metres_per_degree(np.array([max(abs(south), abs(north))]))
        margin_lon = REACH * bandwidth_m / max(float(across_m[0]), 1.0)
        margin_lat = REACH * bandwidth_m / float(along_m[0])
        return BBox(
            max(self.box.west - margin_lon, -180),
            max(south - margin_lat, -90),
            min(self.box.east + margin_lon, 180),
            min(north + margin_lat, 90),
        )

    def density_km2(self, told: Hexagons, bandwidth_m: float) -> Floats:
        """Spread what is told of hexagons over the pixels; what is withheld is not there."""
        values = told.counts if told.weights is None else told.weights
        cells = [cell for cell, value in values.items() if value]
        lon, lat = centres(cells)
        weights = np.array([values[cell] for cell in cells], dtype=np.float64)
        across_m, along_m = metres_per_degree(lat)
        longer_m = along_m if self.in_degrees else across_m
        narrowest = PIXELS_PER_BANDWIDTH * self.pixel_deg * longer_m
        bandwidths = np.maximum(bandwidth_m, narrowest)
        return density_km2(lon, lat, weights, bandwidths, self.columns, self.rows)


def raster_of(box: BBox, longer_px: int) -> Raster:
    """Make the raster of a box with a number of pixels on its longer side.

    Raises:
        ValueError: the box has no width or no height on the map.

    """
    south, north = max(box.south, -MERCATOR_LATITUDE_MAX), min(box.north, MERCATOR_LATITUDE_MAX)
    if box.west >= box.east or south >= north:
        raise ValueError("has no width or no height on the map")
    box = BBox(box.west, south, box.east, north)
    top, bottom = _height(box.north), _height(box.south)
    width, height = radians(box.east - box.west), pi * (top - bottom)
    scale = longer_px / max(width, height)
    columns, rows = max(round(width * scale), 1), max(round(height * scale), 1)
    return Raster(box, _columns(box, columns), _rows(top, bottom, rows))


def raster_of_tile(tile: AnyTile, side_px: int) -> Raster:
    """Make the raster of a tile, evenly spaced as its matrix set is."""
    box = tile.bounds()
    columns = _columns(box, side_px)
    if isinstance(tile, GeodeticTile):
        rows = _spaced(box.north, box.south, side_px)
        return Raster(box, columns, rows, in_degrees=True)
    return Raster(box, columns, _rows(_height(box.north), _height(box.south), side_px))


def resolution_for_bandwidth(bandwidth_m: float) -> int:
    """Return the coarsest H3 resolution whose hexagons are small beside a bandwidth."""
    for resolution in range(FINE_RESOLUTION):
        if 2 * h3.average_hexagon_edge_length(resolution, "m") <= bandwidth_m:
            return resolution
    return FINE_RESOLUTION


def _columns(box: BBox, count: int) -> Floats:
    return _spaced(box.west, box.east, count)


def _rows(top: float, bottom: float, count: int) -> Floats:
    return np.degrees(np.arctan(np.sinh(pi * _spaced(top, bottom, count))))


def _spaced(first: float, last: float, count: int) -> Floats:
    """Return the middles of equal parts."""
    return first + (np.arange(count) + 0.5) * (last - first) / count


def _height(lat: float) -> float:
    """Return the height of a latitude on the square map: 1 at its upper edge."""
    return asinh(tan(radians(lat))) / pi
