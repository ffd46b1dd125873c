"""Which movers are near to each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from gis_gov.geo.arrays import Floats, Positions, geometry_array
from gis_gov.geo.measure import distance_m, metres_per_degree

# A box is asked for a little more than its radius; who is near is decided by the true distance.
_MARGIN: Final = 1.01
_COSINE_MIN: Final = 0.01


def pairs_within(
    mover: Positions, lon: Floats, lat: Floats, radius_m: float
) -> list[tuple[int, int]]:
    """List the pairs of different movers that are at most so far apart, each pair once, sorted."""
    placed = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    mover, lon, lat = mover[placed], lon[placed], lat[placed]
    across, along = metres_per_degree(lat)
    across = np.maximum(across, along * _COSINE_MIN)
    width, height = radius_m * _MARGIN / across, radius_m * _MARGIN / along
    boxes = shapely.box(lon - width, lat - height, lon + width, lat + height)
    box, point = shapely.STRtree(geometry_array(shapely.points(lon, lat))).query(boxes)
    apart = mover[box] < mover[point]
    box, point = box[apart], point[apart]
    near = distance_m(lon[box], lat[box], lon[point], lat[point]) <= radius_m
    pairs = zip(mover[box[near]].tolist(), mover[point[near]].tolist(), strict=True)
    return sorted(set(pairs))


@dataclass(frozen=True, slots=True)
class Nearness:
    """Which pairs of movers are near to each other, and since when: carried on between looks."""

    since_s: Mapping[tuple[int, int], float]

    def looked(
        self, mover: Positions, lon: Floats, lat: Floats, at_s: float, radius_m: float
    ) -> "Nearness":
        """Look at where movers are at a moment: who is near stays so, all others part."""
        pairs = pairs_within(mover, lon, lat, radius_m)
        return Nearness({pair: self.since_s.get(pair, at_s) for pair in pairs})
