"""Which fences a place is in, against shapely's own answer."""

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Polygon

from gis_gov.geo.geofence.fence import Geofence
from gis_gov.geo.geofence.fence_set import GeofenceSet
from gis_gov.geo.geofence.mover_fixes import MoverFixes
from gis_gov.geo.geofence.states import FenceStates, crossings

from .ground import degrees, laid, square, track

_HOLED = Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(3, 3), (6, 3), (6, 6), (3, 6)]])
_APART = MultiPolygon([shapely.box(-5, -5, -2, -2), shapely.box(4, -5, 8, 1)])


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-6, 10), st.integers(-6, 10)), min_size=1, max_size=30))
def test_a_place_is_in_what_covers_it_edges_too_and_holes_not(
    places: list[tuple[int, int]],
) -> None:
    shapes = [_HOLED, _APART]
    fences = GeofenceSet(Geofence(number, shape) for number, shape in enumerate(shapes))
    xy = np.array(places, dtype=np.float64)
    point, fence = fences.containing(xy[:, 0], xy[:, 1])
    expected = [
        (row, number)
        for row, place in enumerate(xy)
        for number, shape in enumerate(shapes)
        if shapely.covers(shape, shapely.Point(place))
    ]
    assert list(zip(point.tolist(), fence.tolist(), strict=True)) == expected


def test_nan_is_in_no_fence() -> None:
    fences = GeofenceSet([Geofence(1, square(0, 0, 100))])
    assert not fences.containing([np.nan], [29.1])[0].size


def test_a_corridor_is_as_wide_as_it_says() -> None:
    line = laid(LineString([(0, 0), (1_000, 0)]))
    fences = GeofenceSet([Geofence(1, line, width_m=30)])
    places = degrees(np.array([[500, 14.9], [500, 15.1], [500, -14.9], [-14.9, 0], [-15.1, 0]]))
    assert fences.containing(*places.T)[0].tolist() == [0, 2, 3]


def test_no_fences_tell_nothing() -> None:
    none = GeofenceSet([])
    fixes = track([(0, 0, 0), (10, 50, 0)])
    assert len(crossings(fixes, none)) == 0
    assert not none.containing(fixes.lon, fixes.lat)[0].size
    assert not none.crossed(fixes.in_order()).row.size


def test_no_fixes_tell_nothing() -> None:
    states = FenceStates.before_all(GeofenceSet([Geofence(1, square(0, 0, 100))]))
    assert len(states.advance(MoverFixes.joined([])).events) == 0


@pytest.mark.parametrize(
    ("shape", "options"),
    [
        (Polygon(), {}),
        (Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), {}),
        (LineString([(0, 0), (1, 1)]), {}),
        (LineString([(0, 0), (1, 1)]), {"width_m": -1.0}),
        (shapely.box(0, 0, 1, 1), {"width_m": 3.0}),
        (shapely.box(0, 0, 1, 1), {"dwell_s": -1.0}),
        (shapely.box(0, 0, 1, 1), {"hysteresis_m": float("inf")}),
        (shapely.Point(0, 0), {}),
    ],
)
def test_what_is_no_fence_is_refused(shape: Any, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="fence 1"):
        Geofence(1, shape, **options)


def test_two_fences_of_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="one id"):
        GeofenceSet([Geofence(1, square(0, 0, 1)), Geofence(1, square(5, 0, 1))])
