"""Any fixes of some devices about a tile, and the lines that they make by the rules of tracks."""

import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, radians

import numpy as np
import shapely

from gis_gov.geo.matrix_set import AnyTile
from tests.patrols.tracks import DAY
from tests.tiles.test_any_shape import corners_of

SPAN_S, HOUR_S = 4 * 3600, 3600
GAP_S, LEAP_M, DEGREE_M = 300, 1000.0, 111_195.0
SILENCES_S = {1: 0.1, 20: 0.3, 60: 0.4, 299: 0.05, 300: 0.05, 301: 0.05, 900: 0.05}
"""How long a device may be silent, and how often it is."""

Told = tuple[str, int, int]
"""Whose a line is, when it begins and when it ends."""


@dataclass(frozen=True)
class Fix:
    """Where a device was so many seconds after DAY, in whose hands; it may not count."""

    device: str
    at_s: int
    worker: int
    lon: float
    lat: float
    counts: bool = True


@dataclass(frozen=True)
class Line:
    """Fixes of an hour, joined to the one before if nothing lies between."""

    fixes: tuple[Fix, ...]
    before: Fix | None

    @property
    def told(self) -> Told:
        first, last = self.fixes[0], self.fixes[-1]
        begin = int(DAY.timestamp())
        return f"W{first.worker}", begin + first.at_s, begin + last.at_s

    @property
    def places(self) -> list[tuple[float, float]]:
        joined = self.fixes if self.before is None else (self.before, *self.fixes)
        return [(fix.lon, fix.lat) for fix in joined]

    @property
    def shape(self) -> shapely.LineString | shapely.Point:
        places = self.places
        return shapely.LineString(places) if len(places) > 1 else shapely.Point(places[0])


def some_fixes(random: np.random.Generator, tile: AnyTile) -> list[Fix]:
    """Walk about a tile with three devices: they stand, fall silent, leap and change hands.

    Some fixes lie on its corners or edges, and none farther from it than half its side.
    """
    corners = corners_of(tile)
    low, high = corners.min(axis=0), corners.max(axis=0)
    beyond = (high - low) / 2
    found = list[Fix]()
    for device in "ABC":
        at_s = int(random.integers(0, SPAN_S // 2))
        worker = int(random.integers(1, 3))
        step = (high - low) * random.choice([1 / 300, 1 / 30, 1 / 4])
        place = random.uniform(low - beyond, high + beyond)
        for _ in range(int(random.integers(1, 90))):
            lon, lat = np.round(place, 7).tolist()
            found.append(Fix(device, at_s, worker, lon, lat, bool(random.random() < 0.95)))
            at_s += int(random.choice([*SILENCES_S], p=[*SILENCES_S.values()]))
            if random.random() < 0.03:
                worker = 3 - worker
            match random.choice(["step", "stand", "corner", "leap"], p=[0.84, 0.06, 0.06, 0.04]):
                case "step":
                    place = place + random.normal(0, step)
                case "corner":
                    place = random.choice(corners)
                case "leap":
                    place = random.uniform(low - beyond, high + beyond)
            place = np.clip(place, low - beyond, high + beyond)
    return found


def leaps(before: Fix, now: Fix) -> bool:
    north, east = now.lat - before.lat, (now.lon - before.lon) * cos(radians(now.lat))
    return now.at_s - before.at_s > GAP_S or hypot(north, east) * DEGREE_M > LEAP_M


def lines_of(fixes: Sequence[Fix], since_s: int, until_s: int) -> list[Line]:
    """Join what counts of a time, device by device and worker by worker, an hour at most."""
    by_hands = defaultdict[tuple[str, int], list[Fix]](list)
    for fix in fixes:
        if fix.counts and since_s <= fix.at_s < until_s:
            by_hands[fix.device, fix.worker].append(fix)
    found = list[Line]()
    for own in by_hands.values():
        parts = [[own[0]]]
        befores: list[Fix | None] = [None]
        for before, now in itertools.pairwise(own):
            if leaps(before, now):
                parts.append([now])
                befores.append(None)
            elif before.at_s // HOUR_S != now.at_s // HOUR_S:
                parts.append([now])
                befores.append(before)
            else:
                parts[-1].append(now)
        found += [Line(tuple(part), before) for part, before in zip(parts, befores, strict=True)]
    return found
