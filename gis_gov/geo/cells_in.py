"""The H3 cells of some ground: those with their centre in it."""

import numpy as np
import shapely
from h3.api import basic_int as h3
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.cells import Cells
from gis_gov.geo.measure import area_m2


def cells_in(ground: BaseGeometry, resolution: int) -> Cells:
    """List the cells whose centre lies in polygons (EPSG:4490), each once, in order."""
    found: set[int] = set()
    for polygon in shapely.get_parts(ground):
        rings = [
            [(lat, lon) for lon, lat in ring.coords]
            for ring in (polygon.exterior, *polygon.interiors)
        ]
        found.update(h3.polygon_to_cells(h3.LatLngPoly(*rings), resolution))
    return np.array(sorted(found), dtype=np.int64)


def cells_to(ground: BaseGeometry, resolution: int) -> float:
    """Return about how many cells fill polygons."""
    return float(area_m2(ground)) / h3.average_hexagon_area(resolution, "m^2")
