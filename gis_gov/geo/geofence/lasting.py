"""How long something lasted that is only so while something else is not: away, alone."""

from math import inf

from numpy.typing import ArrayLike

from gis_gov.geo.arrays import Floats
from gis_gov.geo.geofence.spans import without


def lasting(
    spans: Floats, holes: ArrayLike, longest_s: float, now_s: float
) -> list[tuple[float, float]]:
    """Return what is left of spans without holes, if it lasted for longer than so many seconds.

    Times are in seconds since 1970; inf stands for the end of what lasts yet.
    """
    return [
        (begin_s, inf if end_s >= now_s else end_s)
        for begin_s, end_s in without(spans, holes).tolist()
        if min(end_s, now_s) - begin_s > longest_s
    ]
