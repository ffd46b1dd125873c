"""Ranges of stored cells in which all points of a box lie.

A cell's number begins with those of all its parents, so what lies in a coarse cell has numbers
without a gap (h3geo.org, "H3 index bit layout"), and an index of the numbers finds it.
"""

from math import cos, degrees, radians
from typing import Final

import numpy as np
import shapely
from h3.api import basic_int as h3

from gis_gov.geo.bbox import BBox
from gis_gov.geo.cells import FINE_RESOLUTION, NO_CELL, spans
from gis_gov.geo.measure import area_m2

EARTH_RADIUS_M: Final = 6_371_008.8
CELLS_MAX: Final = 1600
_WIDTH_MAX: Final = 90.0

Range = tuple[int, int]
EVERYTHING: Final[Range] = (NO_CELL + 1, (1 << 63) - 1)


def around(bbox: BBox | None, resolution: int) -> BBox | None:
    """Widen a bbox by more than a cell, so that each cell with its centre in it is whole; or None.

    Each cell that a point of the bbox is counted in has its centre in the wider one. Cells differ
    in size by less than half (h3geo.org, "Tables of cell statistics"), and a child sticks out of
    its parent by a part of its own size.
    """
    if bbox is None:
        return None
    width = degrees(2 * h3.average_hexagon_edge_length(resolution, "m") / EARTH_RADIUS_M)
    latitude = max(abs(bbox.south), abs(bbox.north)) + width
    if latitude >= 85:
        return None
    stretched = width / cos(radians(latitude))
    if bbox.west - stretched < -180 or bbox.east + stretched > 180:
        return None
    return BBox(
        bbox.west - stretched,
        max(bbox.south - width, -90),
        bbox.east + stretched,
        min(bbox.north + width, 90),
    )


def ranges_around(bbox: BBox) -> list[Range]:
    """Return ranges of stored cells, ends included, in order, that hold every point of a box.

    They hold points beside it, too. A box around the earth has one range.
    """
    if bbox.east - bbox.west > _WIDTH_MAX:
        return [EVERYTHING]
    for resolution in range(FINE_RESOLUTION - 1, -1, -1):
        wide = around(bbox, resolution)
        if wide is None:
            return [EVERYTHING]
        # Asked before H3 is, whose memory grows by the square of a narrow box's length.
        if _extent_m2(wide) <= CELLS_MAX * h3.average_hexagon_area(resolution, "m^2"):
            cells = _centred_in(wide, resolution)
            return _joined(cells, resolution) if cells else [EVERYTHING]
    return [EVERYTHING]


def _extent_m2(box: BBox) -> float:
    return float(area_m2(shapely.box(box.west, box.south, box.east, box.north)))


def _centred_in(box: BBox, resolution: int) -> list[int]:
    ring = [
        (box.south, box.west),
        (box.south, box.east),
        (box.north, box.east),
        (box.north, box.west),
    ]
    return sorted(h3.polygon_to_cells(h3.LatLngPoly(ring), resolution))


def _joined(cells: list[int], resolution: int) -> list[Range]:
    """Return the ranges of cells, as one where at most one more cell fits between."""
    firsts, lasts = spans(cells, resolution)
    fitting = int(lasts[0] - firsts[0]) + 2
    apart = np.flatnonzero(firsts[1:] - lasts[:-1] > fitting)
    starts, ends = firsts[np.r_[0, apart + 1]], lasts[np.r_[apart, lasts.size - 1]]
    return list(zip(starts.tolist(), ends.tolist(), strict=True))
