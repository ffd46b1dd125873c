"""Which fixes are near a shape, or too fast; and coverage and check points of several kinds."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.geo.measure import metres_per_degree
from gis_gov.geo.track.check_points import visited_s
from gis_gov.geo.track.coverage import coverage, joint_coverage
from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.near import comes_near, near
from gis_gov.geo.track.paced import SPAN_S, faster_than

LON, LAT = 113.3, 23.0
ACROSS_M, ALONG_M = (float(each) for each in metres_per_degree(np.array(LAT)))


def track(time_s: list[float], east_m: list[float], north_m: float = 0.0) -> Fixes:
    time, east = np.array(time_s, dtype=np.float64), np.array(east_m, dtype=np.float64)
    lat = np.full(len(time), LAT + north_m / ALONG_M)
    return Fixes(time, LON + east / ACROSS_M, lat, np.full(len(time), 5.0))


def line(*east_m: float) -> shapely.LineString:
    return shapely.LineString([(LON + each / ACROSS_M, LAT) for each in east_m])


@given(st.floats(0.5, 30), st.floats(1, 25), st.lists(st.floats(1, 20), min_size=5, max_size=60))
def test_an_even_pace_is_too_fast_or_not_as_a_whole(
    pace_mps: float, limit_mps: float, steps_s: list[float]
) -> None:
    time_s = np.concatenate([[0.0], np.cumsum(steps_s)])
    fast = faster_than(track(time_s.tolist(), (time_s * pace_mps).tolist()), limit_mps)
    if abs(pace_mps - limit_mps) < 0.01 * limit_mps:
        return
    is_told = time_s[-1] >= SPAN_S
    assert fast.any() == (is_told and pace_mps > limit_mps)
    # The first and the last of them, too.
    assert not is_told or fast.all() == (pace_mps > limit_mps)


def test_a_single_leap_of_noise_is_not_fast_but_a_ride_is() -> None:
    time_s = [10.0 * n for n in range(60)]
    walk = [12.0 * n for n in range(60)]
    noisy = [each + (20.0 if n == 30 else 0.0) for n, each in enumerate(walk)]
    assert not faster_than(track(time_s, noisy), 3.0).any()
    ridden = [each + 100.0 * max(0, min(n - 20, 10)) for n, each in enumerate(walk)]
    fast = faster_than(track(time_s, ridden), 3.0)
    assert fast[20:31].all()
    assert not fast[:17].any()
    assert not fast[34:].any()


@given(st.lists(st.floats(-500, 500), min_size=1, max_size=30), st.floats(1, 400))
def test_what_is_near_is_as_far_off_as_it_says(east_m: list[float], within_m: float) -> None:
    fixes = track([float(n) for n in range(len(east_m))], east_m)
    found = near(fixes, shapely.Point(LON, LAT), within_m)
    off_m = np.abs(np.array(east_m))
    unsure = np.abs(off_m - within_m) < 0.01 + within_m * 1e-3
    assert (found == (off_m <= within_m))[~unsure].all()


def test_in_a_polygon_is_near_and_between_two_fixes_one_comes_near() -> None:
    west, east = LON - 50 / ACROSS_M, LON + 50 / ACROSS_M
    square = shapely.box(west, LAT - 50 / ALONG_M, east, LAT + 50 / ALONG_M)
    passing = track([0.0, 60.0, 120.0], [-100.0, 0.0, 100.0])
    assert near(passing, square, 0.0).tolist() == [False, True, False]
    across = track([0.0, 60.0], [-100.0, 100.0])
    assert not near(across, square, 0.0).any()
    assert comes_near(across, square, 0.0)
    # Nobody knows the way over a gap.
    assert not comes_near(track([0.0, 600.0], [-400.0, 400.0]), square, 0.0)


@given(st.floats(0, 900), st.floats(0, 900))
def test_two_tracks_cover_what_either_covers(first_m: float, second_m: float) -> None:
    route = line(0.0, 1000.0)
    tracks = [track([0.0, 60.0], [each, each + 100.0]) for each in (first_m, second_m)]
    both = joint_coverage(tracks, route, 30.0)
    one, two = (coverage(each, route, 30.0) for each in tracks)
    assert (both.covered == one.covered | two.covered).all()
    assert joint_coverage([], route, 30.0).share == 0.0


def test_each_check_point_has_its_own_radius() -> None:
    fixes = track([0.0, 100.0], [0.0, 100.0], north_m=40.0)
    lon = [LON + each / ACROSS_M for each in (20.0, 80.0)]
    reached = visited_s(fixes, lon, [LAT, LAT], [50.0, 30.0])
    assert reached[0] == pytest.approx(0.0, abs=1.0)
    assert np.isnan(reached[1])
