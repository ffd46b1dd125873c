"""Visits of grids, against a count second by second."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.gaps import is_gap
from gis_gov.geo.track.visits import visits

from .phones import fixes_at
from .strategies import tracks


def by_half_seconds(fixes: Fixes, grid: np.ndarray) -> dict[int, float]:
    """Look at the middle of each half second in which grid the nearer fix is."""
    total_s: dict[int, float] = {}
    gap = is_gap(fixes)
    for row in range(len(fixes) - 1):
        if gap[row]:
            continue
        begin_s, end_s = fixes.time_s[row : row + 2]
        for moment_s in np.arange(begin_s + 0.25, end_s, 0.5):
            nearer = row if moment_s - begin_s < end_s - moment_s else row + 1
            total_s[int(grid[nearer])] = total_s.get(int(grid[nearer]), 0.0) + 0.5
    return total_s


@given(tracks(most=25), st.data())
def test_times_are_those_of_a_count(fixes: Fixes, data: st.DataObject) -> None:
    ids = st.lists(st.integers(-1, 3), min_size=len(fixes), max_size=len(fixes))
    # The grid is a function of the place, and here of the time.
    of_time = dict(zip(fixes.time_s.tolist(), data.draw(ids), strict=True))
    grid = np.array([of_time[moment] for moment in fixes.time_s.tolist()], dtype=np.int64)
    found = visits(fixes, grid)
    # Which legs are gaps hangs on which of several places at one time is next to which.
    in_order = np.lexsort((fixes.lat, fixes.lon, grid, fixes.time_s))
    counted_s = by_half_seconds(fixes.only(in_order), grid[in_order])
    told_s = found.total_s()
    for number in range(4):
        assert told_s.get(number, 0.0) == pytest.approx(counted_s.get(number, 0.0), abs=1e-3)
    whole_s = sum(counted_s.values())
    if whole_s:
        own_s = counted_s.get(0, 0.0) + counted_s.get(2, 0.0)
        assert found.share_in({0, 2}) == pytest.approx(own_s / whole_s, abs=1e-6)
    order = np.random.default_rng(0).permutation(len(fixes))
    shuffled = visits(fixes.only(order), grid[order])
    np.testing.assert_array_equal(shuffled.grid, found.grid)
    np.testing.assert_array_equal(shuffled.entered_s, found.entered_s)


def test_grids_are_listed_as_entered_and_again() -> None:
    fixes = fixes_at(np.array([0.0, 10, 20, 30, 40]), np.zeros((5, 2)))
    found = visits(fixes, np.array([7, 7, -1, 8, 7]))
    zero_s = fixes.time_s[0]
    assert found.grid.tolist() == [7, -1, 8, 7]
    assert (found.entered_s - zero_s).tolist() == [0, 15, 25, 35]
    assert (found.left_s - zero_s).tolist() == [15, 25, 35, 40]
    assert found.total_s() == {7: 20, 8: 10}
    assert found.share_in([8]) == 0.25


def test_a_gap_belongs_to_nobody() -> None:
    places_m = np.array([[0.0, 0], [0, 0], [0, 900], [0, 900]])
    found = visits(fixes_at(np.array([0.0, 10, 1000, 1010]), places_m), np.array([7, 7, 7, 8]))
    assert found.grid.tolist() == [7, 7, 8]
    assert found.time_s.tolist() == [10, 5, 5]


def test_without_fixes_nothing_is_visited() -> None:
    found = visits(fixes_at(np.empty(0), np.empty((0, 2))), np.empty(0, dtype=np.int64))
    assert len(found) == 0
    assert found.total_s() == {}
    assert np.isnan(found.share_in([1]))
