"""A drawn line as a way: its edges are straight in degrees, and its length is geodesic."""

import numpy as np
import pytest
from pyproj import Geod
from shapely.geometry import LineString

from gis_gov.geo.track.passing import LEAP_M
from gis_gov.geo.track.way import as_way, known_way

GEOD = Geod(ellps="GRS80")


@pytest.mark.parametrize("east", [0.01, 0.4])
def test_an_edge_is_straight_in_degrees(east: float) -> None:
    """A great circle would run 20 m beside the parallel over 40 km."""
    line = LineString([(113.0, 22.9), (113.0 + east, 22.9), (113.0 + east, 22.95)])
    way = as_way(line)
    assert np.abs(way.lat[way.lon < 113.0 + east] - 22.9).max() < 1e-12
    lon = np.linspace(113.0, 113.0 + east, 2000)
    parallel_m = GEOD.line_length(lon, np.full(lon.size, 22.9))
    meridian_m = GEOD.line_length([113.0, 113.0], [22.9, 22.95])
    assert way.time_s[-1] == pytest.approx(parallel_m + meridian_m, rel=1e-6)
    assert np.diff(way.time_s).max() < LEAP_M
    assert known_way(way).length == pytest.approx(line.length, rel=1e-9)
