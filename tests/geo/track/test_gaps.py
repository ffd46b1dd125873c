"""Gaps and pieces, against a loop over the fixes with pyproj's own distances."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from pyproj import Geod

from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.gaps import gaps, pieces
from gis_gov.geo.track.moments import moments

from .phones import fixes_at
from .strategies import tracks

CGCS2000 = Geod(ellps="GRS80")


@given(tracks())
def test_gaps_are_silence_of_more_than_5_minutes_and_300_m(fixes: Fixes) -> None:
    expected = []
    one = moments(fixes)
    rows = list(zip(one.time_s, one.lon, one.lat, strict=True))
    for (begin_s, *begin), (end_s, *end) in itertools.pairwise(rows):
        far_m = CGCS2000.inv(*begin, *end)[2]
        if end_s - begin_s > 300 and far_m > 300:
            expected.append((begin_s, end_s, pytest.approx(far_m, rel=1e-9)))
    assert [(gap.begin_s, gap.end_s, gap.distance_m) for gap in gaps(fixes)] == expected
    cut = pieces(one)
    assert sum(map(len, cut)) == len(one)
    assert len(cut) == (len(expected) + 1 if len(one) else 0)


@pytest.mark.parametrize(
    ("silent_s", "far_m", "count"), [(301, 301, 1), (300, 1000, 0), (9000, 299, 0)]
)
def test_both_bounds_are_needed(silent_s: float, far_m: float, count: int) -> None:
    fixes = fixes_at(np.array([0.0, silent_s]), np.array([[0.0, 0.0], [0.0, far_m]]))
    assert len(gaps(fixes)) == count


def test_bounds_are_parameters() -> None:
    fixes = fixes_at(np.array([0.0, 60.0]), np.array([[0.0, 0.0], [0.0, 50.0]]))
    assert not gaps(fixes)
    assert len(gaps(fixes, gap_s=30, gap_m=40)) == 1


def test_moments_are_in_order_once_and_have_a_place() -> None:
    fixes = Fixes(
        np.array([5.0, 1.0, 5.0, 5.0, np.nan, 9.0]),
        np.array([120.0, 120.0, 120.0, 120.2, 120.0, np.nan]),
        np.array([30.0, 30.0, 30.0, 30.0, 30.0, 30.0]),
        np.full(6, 10.0),
    )
    one = moments(fixes)
    assert one.time_s.tolist() == [1.0, 5.0]
    assert one.lon.tolist() == [120.0, pytest.approx(120.1)]
