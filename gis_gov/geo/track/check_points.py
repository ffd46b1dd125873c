"""When a mover came to the points where it had to be."""

import numpy as np
from numpy.typing import ArrayLike

from gis_gov.geo.arrays import Floats, flat_points
from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.gaps import GAP_M, GAP_S, is_gap
from gis_gov.geo.track.moments import moments
from gis_gov.geo.track.plane import Plane


def visited_s(
    fixes: Fixes,
    lon: ArrayLike,
    lat: ArrayLike,
    radius_m: ArrayLike,
    *,
    in_order: bool = False,
    gap_s: float = GAP_S,
    gap_m: float = GAP_M,
) -> Floats:
    """Find when a mover first came within a distance in metres of each point (EPSG:4490 degrees).

    The distance is one for all points, or one for each. In seconds since 1970, NaN where it never
    came. Between fixes it is taken to have gone straight and evenly, but not over gaps. In order, a
    visit counts only from the moment of the visit before it on; a point that was missed holds up
    none of those after it.
    """
    fixes = moments(fixes)
    to_lon, to_lat = flat_points(lon, lat)
    moment_s = np.full(len(to_lon), np.nan)
    if not len(fixes):
        return moment_s
    not_before_s = -np.inf
    passable = ~is_gap(fixes, gap_s=gap_s, gap_m=gap_m)
    radii_m = np.broadcast_to(np.asarray(radius_m, dtype=np.float64), to_lon.shape)
    for row, place in enumerate(zip(to_lon.tolist(), to_lat.tolist(), strict=True)):
        begin_s, end_s = _within(fixes, passable, Plane(*place), float(radii_m[row]))
        due = np.flatnonzero(end_s >= not_before_s)
        if len(due):
            moment_s[row] = max(begin_s[due].min(), not_before_s)
            not_before_s = moment_s[row] if in_order else not_before_s
    return moment_s


def _within(
    fixes: Fixes, passable: np.ndarray, plane: Plane, radius_m: float
) -> tuple[Floats, Floats]:
    """List the times, from and to, in which single fixes and legs are near the plane's middle."""
    places = plane.metres(fixes.lon, fixes.lat)
    at = fixes.time_s[np.hypot(*places.T) <= radius_m]
    start, way, took_s = places[:-1], np.diff(places, axis=0), np.diff(fixes.time_s)
    square_m2 = np.maximum((way**2).sum(axis=1), 1e-12)
    nearest = -(start * way).sum(axis=1) / square_m2
    aside_m2 = np.maximum((start**2).sum(axis=1) - nearest**2 * square_m2, 0.0)
    # A chord of the circle, by shares of the leg.
    half = np.sqrt(np.maximum(radius_m**2 - aside_m2, 0.0) / square_m2)
    begin, end = np.clip(nearest - half, 0.0, 1.0), np.clip(nearest + half, 0.0, 1.0)
    met = passable & (aside_m2 <= radius_m**2) & (nearest + half >= 0) & (nearest - half <= 1)
    from_s, to_s = fixes.time_s[:-1] + begin * took_s, fixes.time_s[:-1] + end * took_s
    return np.concatenate([at, from_s[met]]), np.concatenate([at, to_s[met]])
