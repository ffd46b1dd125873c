"""What is alarming in where movers are: absent, alone, near to each other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
import shapely

from gis_gov.geo.arrays import Floats, Positions, geometry_array
from gis_gov.geo.geofence.events import Stays
from gis_gov.geo.measure import distance_m, metres_per_degree

# A box is asked for a little more than its radius; who is near is decided by the true distance.
_MARGIN: Final = 1.01
_COSINE_MIN: Final = 0.01


class Alarm(IntEnum):
    """What is wrong."""

    ABSENT = 1
    SILENT = 2
    ALONE = 3
    NEAR = 4


class Raised(NamedTuple):
    """An alarm: what, of which mover, with which fence or other mover, and since when it holds.

    `fence` and `other` are None where there is none; `since_s` is in seconds since 1970.
    """

    alarm: Alarm
    mover: int
    fence: int | None
    other: int | None
    since_s: float


@dataclass(frozen=True, slots=True)
class Duty:
    """Who should be in which fence since when, and for how long he may be away or silent."""

    mover: int
    fence: int
    from_s: float
    away_s: float
    silent_s: float


def absent(
    duties: Iterable[Duty], stays: Stays, last_s: Mapping[int, float], at_s: float
) -> list[Raised]:
    """Tell who should be in a fence and isn't, and whose fixes no longer show where he is.

    `last_s` has the time of each mover's last fix; who was never heard of is silent since his duty
    began. Of one who is silent it isn't told that he is away: nobody knows.
    """
    found: list[Raised] = []
    for duty in duties:
        if at_s < duty.from_s:
            continue
        heard_s = max(last_s.get(duty.mover, -np.inf), duty.from_s)
        if at_s - heard_s > duty.silent_s:
            found.append(Raised(Alarm.SILENT, duty.mover, duty.fence, None, heard_s))
            continue
        away_since_s = _away_since_s(duty, stays, at_s)
        if at_s - away_since_s > duty.away_s:
            found.append(Raised(Alarm.ABSENT, duty.mover, duty.fence, None, away_since_s))
    return found


def alone(stays: Stays, danger: Iterable[int], longest_s: float, at_s: float) -> list[Raised]:
    """Tell who was the only one in a danger zone for longer than so many seconds, up to a moment.

    He is alone since he came in, or since the last of the others left.
    """
    found: list[Raised] = []
    for fence in sorted(set(danger)):
        begun = (stays.fence == fence) & (stays.begin_s <= at_s)
        here = np.flatnonzero(begun & (stays.end_s > at_s))
        if np.unique(stays.mover[here]).size != 1:
            continue
        mover = stays.mover.item(here[0])
        others = begun & (stays.mover != mover)
        left_s = stays.end_s[others].max(initial=-np.inf)
        since_s = max(stays.begin_s[here].min().item(), float(left_s))
        if at_s - since_s > longest_s:
            found.append(Raised(Alarm.ALONE, mover, fence, None, since_s))
    return found


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

    def alarms(self, longest_s: float, at_s: float) -> list[Raised]:
        """Tell which two were near to each other for longer than so many seconds."""
        return [
            Raised(Alarm.NEAR, mover, None, other, since_s)
            for (mover, other), since_s in sorted(self.since_s.items())
            if at_s - since_s > longest_s
        ]


def _away_since_s(duty: Duty, stays: Stays, at_s: float) -> float:
    """Return since when one is out of the fence of his duty; the moment itself if he is in it."""
    mine = (stays.mover == duty.mover) & (stays.fence == duty.fence) & (stays.begin_s <= at_s)
    left_s = stays.end_s[mine].max(initial=duty.from_s)
    return min(max(float(left_s), duty.from_s), at_s)
