"""Polygons between which the edge of what is near a shape lies: few points need measuring."""

from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.around import bbox_around_box
from gis_gov.geo.arrays import Floats
from gis_gov.geo.bbox import BBox
from gis_gov.geo.measure import metres_per_degree

# What GEOS simplifies before it buffers, and the chords of its arcs, are off by 1.2 % at most.
_SLACK: Final = 0.02
_SEGMENTS_TO_A_QUARTER: Final = 16


def inner_and_outer(shape: BaseGeometry, radius_m: float) -> tuple[BaseGeometry, BaseGeometry]:
    """Return a polygon that lies within a geodesic radius of a shape, and one around all that does.

    All is in degrees of EPSG:4490, and the edges of the shape are straight there. Within the box
    around what is near, a degree is never longer, or never shorter, than it is taken for.
    """
    box = bbox_around_box(BBox(*shape.bounds), radius_m)
    nearest = 0.0 if box.south <= 0 <= box.north else min(abs(box.south), abs(box.north))
    farthest = max(abs(box.south), abs(box.north))
    # Towards the poles a degree of longitude gets shorter, and one of latitude longer.
    across_m, along_m = metres_per_degree(np.array([nearest, farthest]))
    longest, shortest = (across_m[0], along_m[1]), (across_m[1], along_m[0])
    return (
        _buffered(shape, np.array(longest), radius_m * (1 - _SLACK)),
        _buffered(shape, np.array(shortest), radius_m * (1 + _SLACK)),
    )


def _buffered(shape: BaseGeometry, metres: Floats, radius_m: float) -> BaseGeometry:
    """Widen a shape, a degree of longitude and one of latitude taken for so many metres."""
    origin = np.array(shape.bounds[:2])
    flat = shapely.transform(shape, lambda degrees: (degrees - origin) * metres)
    wide = shapely.buffer(flat, radius_m, quad_segs=_SEGMENTS_TO_A_QUARTER)
    return shapely.transform(wide, lambda plane: plane / metres + origin)
