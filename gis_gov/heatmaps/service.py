"""How fine hexagons may be, and how fine they are when nobody says."""

from h3.api import basic_int as h3
from shapely import box

from gis_gov.geo.bbox import BBox
from gis_gov.geo.cells import (
    FINE_RESOLUTION,
)
from gis_gov.geo.measure import area_m2

COARSEST, FINEST = 0, FINE_RESOLUTION

HEXAGONS = 3000
"""About how many hexagons fill a map that names no resolution."""


def fitting_resolution(extent: BBox | None) -> int:
    """Return the finest resolution at which about HEXAGONS at most fill the extent."""
    if extent is None:
        return COARSEST
    extent_m2 = float(area_m2(box(extent.west, extent.south, extent.east, extent.north)))
    for resolution in range(FINEST, COARSEST, -1):
        if extent_m2 <= HEXAGONS * h3.average_hexagon_area(resolution, "m^2"):
            return resolution
    return COARSEST
