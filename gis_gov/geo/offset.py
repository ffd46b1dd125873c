"""Whether incoming points are shifted against what is loaded, as a wrong datum would shift them.

GCJ-02 lies 300 to 700 m from WGS84 and BD-09 another 900 m: a wrong tag puts a point in the wrong
grid. Each hypothesis below says how to correct the incoming points if it were true; the one that
brings them to what is loaded is reported. All points are EPSG:4490 degrees, as converted by the
datum that was declared.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import shapely
from numpy.typing import ArrayLike

from gis_gov.geo.arrays import Floats, Geometries, Positions, flat_points
from gis_gov.geo.bd09 import bd09_to_gcj02, bd09_to_wgs84, gcj02_to_bd09, wgs84_to_bd09
from gis_gov.geo.finding import Cause, Finding
from gis_gov.geo.gcj02 import gcj02_to_wgs84, wgs84_to_gcj02

Points = tuple[Floats, Floats]

NEAR_M: Final = 30.0
"""Two records of one thing lie this close, whoever surveyed it."""
FAR_M: Final = 100.0
"""Further apart, they are not the same place; every datum shift is longer."""
PAIRS_MIN: Final = 5
"""Fewer pairs or points than this prove nothing."""

_CORRECTIONS: Final[dict[Cause, Callable[[Floats, Floats], Points]]] = {
    Cause.IS_GCJ02: gcj02_to_wgs84,
    Cause.IS_BD09: bd09_to_wgs84,
    Cause.NOT_GCJ02: wgs84_to_gcj02,
    Cause.NOT_BD09: wgs84_to_bd09,
    Cause.BD09_AS_GCJ02: lambda lon, lat: gcj02_to_wgs84(*bd09_to_gcj02(*wgs84_to_gcj02(lon, lat))),
    Cause.GCJ02_AS_BD09: lambda lon, lat: gcj02_to_wgs84(*gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))),
}
_METRES_PER_DEGREE = 111_320.0
_SAMPLE = 4_000
# Shifts that mean nothing, to see how often points meet by chance.
_CONTROLS = 16
# Where things stand close, only a small radius tells them apart.
_RADII_M = (NEAR_M, 10.0, 3.0)


def paired(
    lon: ArrayLike, lat: ArrayLike, loaded_lon: ArrayLike, loaded_lat: ArrayLike
) -> Finding | None:
    """Compare points with those loaded under the same keys, position by position.

    Finds a shift common to all (the offset told is incoming minus loaded), or a part of the points
    that one hypothesis explains; None where there is neither, or fewer than 5 comparable pairs.
    """
    incoming, loaded = flat_points(lon, lat), flat_points(loaded_lon, loaded_lat)
    placed = np.flatnonzero(np.isfinite([*incoming, *loaded]).all(axis=0))
    if placed.size < PAIRS_MIN:
        return None
    incoming, loaded = _take(incoming, placed), _take(loaded, placed)
    return _common_shift(incoming, loaded, placed) or _part_shifted(incoming, loaded, placed)


def unpaired(
    lon: ArrayLike, lat: ArrayLike, loaded_lon: ArrayLike, loaded_lat: ArrayLike
) -> Finding | None:
    """Compare points with those loaded of the same kind of thing, without common keys.

    Counts how many come near a loaded point as they are, under each hypothesis, and a little beside
    it; reports a hypothesis that stands out from both. Give all loaded points of the region:
    a sparse sample of them weakens the test. Points of unlike things rarely give a finding.
    """
    incoming = _sample(flat_points(lon, lat), _SAMPLE)
    loaded = _sample(flat_points(loaded_lon, loaded_lat))
    if min(incoming[0].size, loaded[0].size) < 10 * PAIRS_MIN:
        return None
    neighbours = _Neighbours(loaded)
    for radius_m in _RADII_M:
        cause = _standing_out(neighbours, incoming, radius_m)
        if cause:
            moved = _offset_m(incoming, _CORRECTIONS[cause](*incoming))
            east_m, north_m = np.median(moved, axis=1)
            rows = np.arange(np.size(lon))
            return Finding(cause, rows, rows.size, float(east_m), float(north_m))
    return None


def _standing_out(neighbours: "_Neighbours", incoming: Points, radius_m: float) -> Cause | None:
    """Tell which correction brings many more points near than none does, or one a little beside.

    Beside it, things that only stand as close as the loaded ones meet as often.
    """
    corrected = {cause: correct(*incoming) for cause, correct in _CORRECTIONS.items()}
    shares = {cause: neighbours.share(points, radius_m) for cause, points in corrected.items()}
    best = max(shares, key=lambda cause: shares[cause])
    random = np.random.default_rng(0)
    beside = [_shifted(corrected[best], radius_m, random) for _ in range(_CONTROLS)]
    chance = np.array([neighbours.share(points, radius_m) for points in beside])
    mean = chance.mean()
    noise = chance.std() + np.sqrt(mean * (1 - mean) / incoming[0].size)
    by_chance = max(mean + 5 * noise, 1.5 * mean + 0.05)
    as_is = 1.5 * neighbours.share(incoming, radius_m) + 0.02
    return best if shares[best] > max(by_chance, as_is) else None


def _common_shift(incoming: Points, loaded: Points, rows: Positions) -> Finding | None:
    offset_m = _offset_m(incoming, loaded)
    east_m, north_m = np.median(offset_m, axis=1)
    shift_m = np.hypot(east_m, north_m)
    spread_m = np.median(np.hypot(offset_m[0] - east_m, offset_m[1] - north_m))
    if shift_m < NEAR_M or spread_m > shift_m / 3:
        return None
    some = np.random.default_rng(0).permutation(rows.size)[:_SAMPLE]
    incoming, loaded = _take(incoming, some), _take(loaded, some)
    left_m = {
        cause: np.hypot(*np.median(_offset_m(correct(*incoming), loaded), axis=1))
        for cause, correct in _CORRECTIONS.items()
    }
    best = min(left_m, key=lambda cause: left_m[cause])
    explained = shift_m > FAR_M and left_m[best] < max(shift_m / 5, spread_m)
    cause = best if explained else Cause.CONSTANT_OFFSET
    return Finding(cause, rows, rows.size, float(east_m), float(north_m))


def _part_shifted(incoming: Points, loaded: Points, rows: Positions) -> Finding | None:
    offset_m = _offset_m(incoming, loaded)
    far = np.flatnonzero(np.hypot(*offset_m) > FAR_M)
    incoming, loaded = _take(incoming, far), _take(loaded, far)
    explained = {
        cause: far[np.hypot(*_offset_m(correct(*incoming), loaded)) < NEAR_M]
        for cause, correct in _CORRECTIONS.items()
    }
    best = max(explained, key=lambda cause: explained[cause].size)
    shifted = explained[best]
    # By chance, a correction brings a far point near in less than one case of a hundred.
    if shifted.size < max(3, 0.2 * far.size):
        return None
    east_m, north_m = np.median(offset_m[:, shifted], axis=1)
    return Finding(best, rows[shifted], rows.size, float(east_m), float(north_m))


class _Neighbours:
    """Loaded points, asked how many others come near them; metres on a plane at their middle."""

    def __init__(self, loaded: Points) -> None:
        self._middle = np.median(loaded, axis=1)
        self._tree = shapely.STRtree(self._points(loaded))

    def share(self, points: Points, radius_m: float) -> float:
        near, _ = self._tree.query(self._points(points), predicate="dwithin", distance=radius_m)
        return np.unique(near).size / points[0].size

    def _points(self, points: Points) -> Geometries:
        east = (points[0] - self._middle[0]) * np.cos(np.radians(self._middle[1]))
        north = points[1] - self._middle[1]
        return np.asarray(shapely.points(east * _METRES_PER_DEGREE, north * _METRES_PER_DEGREE))


def _offset_m(points: Points, origin: Points) -> Floats:
    """Give east and north offsets in metres, 2 by n; exact enough for some kilometres."""
    east = (points[0] - origin[0]) * np.cos(np.radians(origin[1])) * _METRES_PER_DEGREE
    return np.stack([east, (points[1] - origin[1]) * _METRES_PER_DEGREE])


def _shifted(points: Points, radius_m: float, random: np.random.Generator) -> Points:
    """Move all points by three to six times a radius, in one direction."""
    direction = random.uniform(0, 2 * np.pi)
    length = random.uniform(3, 6) * radius_m / _METRES_PER_DEGREE
    east = length * np.sin(direction) / np.cos(np.radians(points[1]))
    return points[0] + east, points[1] + length * np.cos(direction)


def _sample(points: Points, size_max: int | None = None) -> Points:
    """Keep the placed points; of more than a number, so many at random."""
    placed = np.flatnonzero(np.isfinite(points[0]) & np.isfinite(points[1]))
    if size_max is not None and placed.size > size_max:
        placed = np.random.default_rng(0).permutation(placed)[:size_max]
    return _take(points, placed)


def _take(points: Points, rows: Positions) -> Points:
    return points[0][rows], points[1][rows]
