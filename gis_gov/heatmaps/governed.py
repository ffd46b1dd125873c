"""The hexagons in which somebody may count: those of the grids, the empty ones too."""

from collections.abc import Collection, Sequence
from typing import Protocol

import numpy as np
import shapely
from h3.api import basic_int as h3
from numpy.typing import NDArray

from gis_gov.geo.bbox import BBox
from gis_gov.geo.cells import centres
from gis_gov.geo.cover import NOWHERE, Floats, Positions
from gis_gov.geo.measure import area_m2

_MARGIN = 1e-6
"""Degrees: hexagons whose centre is on the edge are in the box."""


class Places(Protocol):
    """Which grid a point belongs to, as a position among the codes."""

    @property
    def codes(self) -> Sequence[str]:
        """Return the codes of the grids."""
        ...

    def owner(self, lon: Floats, lat: Floats) -> Positions:
        """Return the position of each point's grid; NOWHERE for none."""
        ...


def hexagons_in(box: BBox, resolution: int) -> NDArray[np.int64]:
    """Return the hexagons with their centre in a box or on its edge, in order."""
    west, south, east, north = (
        box.west - _MARGIN,
        max(box.south - _MARGIN, -90),
        box.east + _MARGIN,
        min(box.north + _MARGIN, 90),
    )
    ring = [(south, west), (south, east), (north, east), (north, west)]
    found = h3.polygon_to_cells(h3.LatLngPoly(ring), resolution)
    cells = np.array(sorted(found), dtype=np.int64)
    return cells[within(box, cells)]


def hexagons_to(box: BBox, resolution: int) -> float:
    """Return about how many hexagons fill a box."""
    area = float(area_m2(shapely.box(box.west, box.south, box.east, box.north)))
    return area / h3.average_hexagon_area(resolution, "m^2")


def within(box: BBox, cells: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which hexagons have their centre in a box or on its edge."""
    lon, lat = centres(cells.tolist())
    return (lon >= box.west) & (lon <= box.east) & (lat >= box.south) & (lat <= box.north)


def in_grids(cells: NDArray[np.int64], places: Places, grids: Collection[str]) -> NDArray[np.int64]:
    """Return those of the hexagons that have their centre in one of the grids, by code."""
    if not cells.size:
        return cells
    owner = places.owner(*centres(cells.tolist()))
    kept = np.array([code in grids for code in places.codes], dtype=np.bool_)
    return cells[(owner != NOWHERE) & (kept[owner] if kept.size else False)]
