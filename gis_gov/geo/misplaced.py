"""Points that cannot be right where they are: outside the district, and why."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from gis_gov.geo.arrays import Floats, Mask, flat_points
from gis_gov.geo.bbox import BBox
from gis_gov.geo.datum import Datum
from gis_gov.geo.finding import Cause, Finding

_SCALES = (1e5, 1e6, 1e7)
_DUMMY_REPEATS = 10
# CGCS2000 Gauss-Krüger, 6 and 3 degrees wide: easting with the zone's number before it, or not.
_PREFIXED = (*range(4491, 4502), *range(4513, 4534))
_PLAIN = (*range(4502, 4513), *range(4534, 4555))


def misplaced(lon: ArrayLike, lat: ArrayLike, extent: BBox) -> list[Finding]:
    """Find the points outside an extent, each under its likeliest cause.

    All in EPSG:4490 degrees; give the extent a margin of what may rightly lie beyond the district.
    Causes: unplaced (NaN), dummy, swapped, sign lost, scaled by a power of ten, else outside.
    """
    x, y = flat_points(lon, lat)
    left = ~_within(x, y, extent)
    findings = []
    for cause, explained in _explanations(x, y, extent, left):
        rows = np.flatnonzero(left & explained)
        left &= ~explained
        if rows.size:
            findings.append(Finding(cause, rows, x.size))
    return findings


def misdeclared(x: ArrayLike, y: ArrayLike, datum: Datum) -> list[Finding]:
    """Find coordinates that cannot be of the declared datum, before any conversion.

    x is easting or longitude, y northing or latitude, as they came. Causes: metres under a CRS of
    degrees or degrees under one of metres, northing and easting swapped, a zone prefix too many.
    """
    x, y = flat_points(x, y)
    size = np.maximum(np.abs(x), np.abs(y))
    if not datum.is_metric:
        return _one(Cause.METRES_AS_DEGREES, (size > 1e4) & (size < 1e8), x.size)
    found = _one(Cause.DEGREES_AS_METRES, (size > 0) & (size <= 180), x.size)
    prefixed, plain = datum.epsg in _PREFIXED, datum.epsg in _PLAIN
    if prefixed or plain:
        # Northings in China have seven digits, eastings six or, with the zone, eight.
        swapped = _is_northing(x) & ~_is_northing(y) & (size > 180)
        wrong_zone = _is_northing(y) & ((x > 1e7) != prefixed)
        found += _one(Cause.SWAPPED, swapped, x.size)
        found += _one(Cause.ZONE_PREFIX, wrong_zone & ~_is_northing(x), x.size)
    return found


def _explanations(x: Floats, y: Floats, extent: BBox, left: Mask) -> Iterator[tuple[Cause, Mask]]:
    yield Cause.UNPLACED, ~(np.isfinite(x) & np.isfinite(y))
    yield Cause.SWAPPED, _within(y, x, extent)
    signs = ((-1, 1), (1, -1), (-1, -1))
    yield Cause.SIGN_LOST, np.any([_within(a * x, b * y, extent) for a, b in signs], axis=0)
    yield Cause.SCALED, np.any([_within(x / s, y / s, extent) for s in _SCALES], axis=0)
    whole = (x == np.round(x)) & (y == np.round(y))
    yield Cause.DUMMY, whole | _repeated(x, y, left)
    yield Cause.OUTSIDE, np.ones(x.size, dtype=np.bool_)


def _repeated(x: Floats, y: Floats, left: Mask) -> Mask:
    """Tell which of the points in question are many at one and the same place."""
    rows = np.flatnonzero(left & np.isfinite(x) & np.isfinite(y))
    _, place, count = np.unique(x[rows] + 1j * y[rows], return_inverse=True, return_counts=True)
    repeated = np.zeros(x.size, dtype=np.bool_)
    repeated[rows] = count[place] >= _DUMMY_REPEATS
    return repeated


def _within(x: Floats, y: Floats, extent: BBox) -> Mask:
    return (x >= extent.west) & (x <= extent.east) & (y >= extent.south) & (y <= extent.north)


def _one(cause: Cause, mask: Mask, compared: int) -> list[Finding]:
    rows = np.flatnonzero(mask)
    return [Finding(cause, rows, compared)] if rows.size else []


def _is_northing(metres: Floats) -> Mask:
    return (metres > 1e6) & (metres < 1e7)
