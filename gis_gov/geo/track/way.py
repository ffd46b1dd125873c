"""The way of a mover as lines: from fix to fix, as far as it is known."""

from typing import Final

import numpy as np
import shapely

from gis_gov.geo.around import bbox_around
from gis_gov.geo.arrays import Floats, Mask
from gis_gov.geo.measure import distance_m
from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.moments import moments
from gis_gov.geo.track.passing import LEAP_M, is_leg
from gis_gov.geo.track.plane import Plane
from gis_gov.geo.track.runs import runs

_STEP_DEG: Final = 0.0009
"""A hundred metres at most, much less than a leap."""


def known_way(fixes: Fixes) -> shapely.MultiLineString:
    """Draw every known leg, in degrees (EPSG:4490); what stands still is no part of a line."""
    fixes = moments(fixes)
    if len(fixes) < 2:
        return shapely.MultiLineString()
    plane = Plane(float(np.median(fixes.lon)), float(np.median(fixes.lat)))
    joined = is_leg(fixes, plane.metres(fixes.lon, fixes.lat))
    places = np.column_stack([fixes.lon, fixes.lat])
    cuts = np.flatnonzero(~joined) + 1
    pieces = (_moving(piece) for piece in np.split(places, cuts))
    return shapely.MultiLineString([piece for piece in pieces if len(piece) > 1])


def as_way(line: shapely.LineString) -> Fixes:
    """Take a line in degrees for a way at a metre a second: its times are metres from its begin."""
    # Edges are straight in degrees, as around any shape; no step is long enough for a gap.
    lon, lat = shapely.get_coordinates(shapely.segmentize(line, _STEP_DEG)).T
    steps_m = distance_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
    gone_m = np.concatenate([[0.0], np.cumsum(steps_m)])
    return Fixes(gone_m, lon, lat, np.full(len(gone_m), np.nan))


def around(fixes: Fixes, lon: float, lat: float, radius_m: float) -> list[Fixes]:
    """Return, in pieces, the fixes whose legs may come within a distance of a place.

    Of a way of many kilometres these are few. The fixes have to be in the order of time.
    """
    box = bbox_around(lon, lat, radius_m + LEAP_M / 2)
    near = (fixes.lon >= box.west) & (fixes.lon <= box.east)
    near &= (fixes.lat >= box.south) & (fixes.lat <= box.north)
    wide: Mask = near.copy()
    wide[1:] |= near[:-1]
    wide[:-1] |= near[1:]
    return [fixes.only(np.arange(first, last + 1)) for first, last in runs(wide)]


def _moving(places: Floats) -> Floats:
    """Leave out places that are those before."""
    again = np.concatenate([[False], (places[1:] == places[:-1]).all(axis=1)])
    return places[~again]
