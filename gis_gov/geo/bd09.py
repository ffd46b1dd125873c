"""BD-09, Baidu's datum: a second shift upon GCJ-02, by its public formula.

Vectorised like `gis_gov.geo.gcj02`: float64 arrays in degrees; outside its box nothing changes.
"""

import numpy as np

from gis_gov.geo.arrays import Floats
from gis_gov.geo.gcj02 import gcj02_to_wgs84, wgs84_to_gcj02, within_box

_LON_OFFSET = 0.0065
_LAT_OFFSET = 0.006
_FREQUENCY = np.pi * 3000.0 / 180.0


def gcj02_to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Shift GCJ-02 degrees to BD-09 degrees (about 900 m)."""
    return within_box(_forward, lon, lat)


def bd09_to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Invert `gcj02_to_bd09` to 2 mm: the published closed form (22 cm) and one correction."""
    return within_box(_inverse, lon, lat)


def wgs84_to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Shift WGS84 degrees to BD-09 degrees."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Invert `wgs84_to_bd09` to 2 mm."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def _forward(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _FREQUENCY)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _FREQUENCY)
    return radius * np.cos(angle) + _LON_OFFSET, radius * np.sin(angle) + _LAT_OFFSET


def _inverse(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = lon - _LON_OFFSET, lat - _LAT_OFFSET
    radius = np.hypot(x, y) - 0.00002 * np.sin(y * _FREQUENCY)
    angle = np.arctan2(y, x) - 0.000003 * np.cos(x * _FREQUENCY)
    gcj_lon, gcj_lat = radius * np.cos(angle), radius * np.sin(angle)
    again_lon, again_lat = _forward(gcj_lon, gcj_lat)
    return gcj_lon + (lon - again_lon), gcj_lat + (lat - again_lat)
