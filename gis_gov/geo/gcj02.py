"""GCJ-02, the offset datum of Chinese online maps, by its public formula.

The formula shifts a WGS84 point by 300 to 700 m inside a box around China and nowhere else. It has
no EPSG code. It was published by reverse engineering and differs from the licensed original: by
0.7 m against points of AMap's service, by a few metres against official control points. A point
inverted from GCJ-02 is therefore uncertain by about five metres, however exactly the formula is
inverted (`gis_gov.geo.crs` reports that).

All functions are vectorised: they take and give float64 arrays of equal shape in degrees. What lies
outside the box, and NaN, is returned unchanged.
"""

from collections.abc import Callable

import numpy as np

from gis_gov.geo.arrays import Floats, Mask

Shift = Callable[[Floats, Floats], tuple[Floats, Floats]]

BOX = (72.004, 0.8293, 137.8347, 55.8271)
"""Where the formula applies: minimum longitude and latitude, maximum longitude and latitude."""

INVERSE_ITERATIONS = 3
"""Fixed-point steps of the inverse: one leaves up to 4.8 m, two 3 cm, three 0.2 mm."""

# Krasovsky 1940, which the formula takes for metres per degree.
_SEMI_MAJOR_AXIS_M = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_CHUNK = 65_536


def inside_box(lon: Floats, lat: Floats) -> Mask:
    """Tell which points lie in the box, its edge included; NaN does not."""
    west, south, east, north = BOX
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def wgs84_to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Shift WGS84 degrees to GCJ-02 degrees.

    Source: the public formula as in eviltransform and gcoord.
    """
    return within_box(_forward, lon, lat)


def gcj02_to_wgs84(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Invert `wgs84_to_gcj02` to better than a millimetre, in a fixed number of steps.

    Within the width of one shift (700 m) inside the box's edge the forward function has a jump:
    some points there have no WGS84 original, and the formula's smooth continuation answers.
    """
    return within_box(_inverse, lon, lat)


def within_box(shift: Shift, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Apply a shift to the points in the box only, in chunks that bound the memory."""
    lon, lat = np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64)
    inside = np.flatnonzero(inside_box(lon, lat))
    flat_lon, flat_lat = lon.reshape(-1), lat.reshape(-1)
    for start in range(0, inside.size, _CHUNK):
        chunk = inside[start : start + _CHUNK]
        flat_lon[chunk], flat_lat[chunk] = shift(flat_lon[chunk], flat_lat[chunk])
    return lon, lat


def _forward(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    east, north = _offset_degrees(lon, lat)
    return lon + east, lat + north


def _inverse(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    wgs_lon, wgs_lat = lon, lat
    for _ in range(INVERSE_ITERATIONS):
        east, north = _offset_degrees(wgs_lon, wgs_lat)
        wgs_lon, wgs_lat = lon - east, lat - north
    return wgs_lon, wgs_lat


def _offset_degrees(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    east_m, north_m = _offset_m(lon - 105.0, lat - 35.0)
    sine_squared = np.sin(np.radians(lat)) ** 2
    magic = 1.0 - _ECCENTRICITY_SQUARED * sine_squared
    root = np.sqrt(magic)
    parallel_m = _SEMI_MAJOR_AXIS_M / root * np.sqrt(1.0 - sine_squared)
    meridian_m = _SEMI_MAJOR_AXIS_M * (1.0 - _ECCENTRICITY_SQUARED) / (magic * root)
    return np.degrees(east_m / parallel_m), np.degrees(north_m / meridian_m)


def _offset_m(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    # sin 3a = 3 sin a - 4 sin^3 a gives three of the formula's eleven sines for nothing; sines are
    # nearly all of its cost.
    x_turn, y_turn = np.pi * x, np.pi * y
    x_third, y_third = np.sin(x_turn / 3.0), np.sin(y_turn / 3.0)
    x_whole, y_whole = _sine_of_triple(x_third), _sine_of_triple(y_third)
    x_double = np.sin(2.0 * x_turn)
    ripple = 20.0 * (_sine_of_triple(x_double) + x_double)
    root, mixed = np.sqrt(np.abs(x)), 0.1 * x * y
    east = ripple + 20.0 * x_whole + 40.0 * x_third
    east += 150.0 * np.sin(x_turn / 12.0) + 300.0 * np.sin(x_turn / 30.0)
    north = ripple + 20.0 * y_whole + 40.0 * y_third
    north += 160.0 * np.sin(y_turn / 12.0) + 320.0 * np.sin(y_turn / 30.0)
    return (
        east * (2.0 / 3.0) + 300.0 + x + 2.0 * y + 0.1 * x * x + mixed + 0.1 * root,
        north * (2.0 / 3.0) - 100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + mixed + 0.2 * root,
    )


def _sine_of_triple(sine: Floats) -> Floats:
    return sine * (3.0 - 4.0 * sine * sine)
