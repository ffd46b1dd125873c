"""The tile matrix sets that tiles are served in (OGC 17-083r4)."""

from dataclasses import dataclass
from math import asinh, pi, radians, tan
from typing import Final

from gis_gov.geo.geodetic_tile import MAX_LEVEL, GeodeticTile
from gis_gov.geo.tile import MAX_ZOOM, Tile

AnyTile = Tile | GeodeticTile

TILE_PIXELS: Final = 256
_RADIUS_M: Final = 6_378_137.0
_METRES_ROUND: Final = 2 * pi * _RADIUS_M
_LAT_MAX: Final = 85.0511287798066
_PIXEL_M: Final = 0.00028
"""The width of a pixel by which scales are told (OGC 17-083r4, 6.1)."""


@dataclass(frozen=True, slots=True)
class MatrixSet:
    """A set of matrices of square tiles, each with twice the columns and rows of the one before.

    `width` is that of the whole in units of the CRS, `unit_m` how many metres one is at the
    equator. `corner` is the north-western one, in the axis order of the CRS. `registered` is the
    address of its definition, where it has a public one.
    """

    name: str
    title: str
    epsg: int
    axes: tuple[str, str]
    columns: int
    rows: int
    levels: int
    width: float
    unit_m: float
    corner: tuple[float, float]
    kind: type[Tile] | type[GeodeticTile]
    registered: str | None = None

    def cell_size(self, level: int) -> float:
        """Return the width of a pixel, in units of the CRS."""
        return self.width / self.columns / TILE_PIXELS / 2**level

    def scale_denominator(self, level: int) -> float:
        """Return how many times smaller than the ground a pixel of 0.28 mm is."""
        return self.cell_size(level) * self.unit_m / _PIXEL_M

    def corner_at(self, lon: float, lat: float) -> list[float]:
        """Return a corner of a box, as the CRS has its coordinates and their order."""
        if self.axes[0] == "Lat":
            return [lat, lon]
        half = self.width / 2
        height = asinh(tan(radians(min(max(lat, -_LAT_MAX), _LAT_MAX)))) / pi
        return [lon / 180 * half, height * half]

    def level_at(self, zoom: int) -> int:
        """Return the level whose tiles are about as wide as those of a Web Mercator zoom."""
        return max(zoom + 1 - self.columns, 0)

    def tile(self, level: int, column: int, row: int) -> AnyTile:
        """Return a tile.

        Raises:
            ValueError: the numbers are outside the matrix.

        """
        return self.kind(level, column, row)


WEB_MERCATOR_QUAD: Final = MatrixSet(
    name=Tile.matrix_set,
    title="Web Mercator, square",
    epsg=3857,
    axes=("X", "Y"),
    columns=1,
    rows=1,
    levels=MAX_ZOOM + 1,
    width=_METRES_ROUND,
    unit_m=1.0,
    corner=(-_METRES_ROUND / 2, _METRES_ROUND / 2),
    kind=Tile,
    registered="http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad",
)
CGCS2000_QUAD: Final = MatrixSet(
    name=GeodeticTile.matrix_set,
    title="CGCS2000, longitude and latitude",
    epsg=4490,
    axes=("Lat", "Lon"),
    columns=2,
    rows=1,
    levels=MAX_LEVEL + 1,
    width=360.0,
    unit_m=_METRES_ROUND / 360,
    corner=(90.0, -180.0),
    kind=GeodeticTile,
)
MATRIX_SETS: Final = {each.name: each for each in (WEB_MERCATOR_QUAD, CGCS2000_QUAD)}
