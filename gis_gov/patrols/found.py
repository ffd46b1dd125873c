"""Which events a patrol found: those that were reported where and when its worker was.

No event tells who reported it. So it is found by whoever was near within minutes of the report; of
several who were, by each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from gis_gov.geo.bbox import BBox
from gis_gov.geo.measure import distance_m, metres_per_degree
from gis_gov.geo.track.fixes import Fixes

NEAR_M: Final = 50.0
"""As far as a phone is off among houses, and as one sees across a street."""
WITHIN_S: Final = 600.0
"""So long may pass between being there and reporting, or the other way round."""


@dataclass(frozen=True, slots=True)
class Reported:
    """An event: when it was reported, in seconds since 1970, and where, in degrees."""

    id: int
    reported_s: float
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Found:
    """An event that was found, and how near the worker was."""

    event_id: int
    distance_m: float


def reach_of(fixes: Fixes) -> BBox | None:
    """Return the box in which what was found by the fixes lies; None without fixes."""
    if not len(fixes):
        return None
    south, north = float(fixes.lat.min()), float(fixes.lat.max())
    across_m, along_m = metres_per_degree(np.array([max(abs(south), abs(north))]))
    # A little more, as degrees differ with the latitude.
    beside, above = 1.02 * NEAR_M / float(across_m[0]), 1.02 * NEAR_M / float(along_m[0])
    return BBox(
        float(fixes.lon.min()) - beside,
        south - above,
        float(fixes.lon.max()) + beside,
        north + above,
    )


def found_by(fixes: Fixes, reported: Sequence[Reported]) -> list[Found]:
    """Return the events near which one of the fixes is, no further in time than WITHIN_S."""
    found: list[Found] = []
    for event in reported:
        in_time = np.abs(fixes.time_s - event.reported_s) <= WITHIN_S
        if not in_time.any():
            continue
        lon, lat = fixes.lon[in_time], fixes.lat[in_time]
        nearest_m = float(distance_m(lon, lat, event.lon, event.lat).min())
        if nearest_m <= NEAR_M:
            found.append(Found(event.id, nearest_m))
    return found
