"""Coverage of routes, check points and lines for the map, against pyproj's transverse Mercator."""

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer
from shapely.ops import substring

from gis_gov.geo.measure import distance_m, length_m
from gis_gov.geo.track.check_points import visited_s
from gis_gov.geo.track.coverage import coverage
from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.gaps import is_gap, pieces
from gis_gov.geo.track.moments import moments
from gis_gov.geo.track.simplify import simplified

from .phones import LAT, LON, along, cornered, fixes_at, walk
from .strategies import tracks

# Another projection than that of the code.
TO_METRES = Transformer.from_crs(
    "EPSG:4490", f"+proj=tmerc +lat_0={LAT} +lon_0={LON} +ellps=GRS80", always_xy=True
)


def in_metres(geometry: shapely.Geometry) -> Any:
    return shapely.transform(
        geometry, lambda xy: np.column_stack(TO_METRES.transform(xy[:, 0], xy[:, 1]))
    )


def line_at(places_m: np.ndarray) -> shapely.LineString:
    fixes = fixes_at(np.zeros(len(places_m)), places_m)
    return shapely.LineString(np.column_stack([fixes.lon, fixes.lat]))


def way_in_metres(fixes: Fixes) -> Any:
    shapes = []
    for piece in pieces(moments(fixes)):
        places = np.column_stack([piece.lon, piece.lat])
        shapes.append(shapely.LineString(places) if len(places) > 1 else shapely.Point(*places[0]))
    return in_metres(shapely.GeometryCollection(shapes))


@given(tracks(), st.integers(0, 1000), st.sampled_from([20.0, 50.0]))
def test_covered_segments_are_those_that_shapely_finds_near(
    fixes: Fixes, seed: int, buffer_m: float
) -> None:
    route = line_at(cornered(1500, (50, 400), np.random.default_rng(seed)))
    found = coverage(fixes, route, buffer_m)
    way, metric = way_in_metres(fixes), in_metres(route)
    count = max(1, round(metric.length / 75))
    assert len(found.covered) == count
    for row in range(count):
        ends = row * metric.length / count, (row + 1) * metric.length / count
        far_m = way.distance(substring(metric, *ends)) if len(fixes) else np.inf
        if far_m != pytest.approx(buffer_m, abs=0.05):
            assert found.covered[row] == (far_m < buffer_m)
    assert found.share == pytest.approx(found.covered.mean(), abs=1e-6)
    missed_m = float(length_m(found.missed))
    assert missed_m == pytest.approx((1 - found.share) * float(length_m(route)), rel=1e-4, abs=0.01)


def test_the_line_between_fixes_covers_but_not_over_a_gap() -> None:
    route = line_at(np.array([[0.0, 0], [1500, 0]]))
    ends = np.array([[0.0, 10], [1500, 10]])
    assert coverage(fixes_at(np.array([0.0, 200]), ends), route, 30).share == 1
    over_gap = coverage(fixes_at(np.array([0.0, 400]), ends), route, 30)
    assert over_gap.covered.tolist() == [True, *[False] * 18, True]
    assert len(over_gap.missed.geoms) == 1


def test_missed_parts_of_several_lines_are_told_apart() -> None:
    near, far = np.array([[0.0, 0], [600, 0]]), np.array([[0.0, 500], [600, 500]])
    route = shapely.MultiLineString([line_at(near), line_at(far)])
    found = coverage(fixes_at(np.array([0.0, 200]), near / 2), route, 10)
    assert found.covered.tolist() == [*[True] * 5, *[False] * 11]
    assert len(found.missed.geoms) == 2
    assert found.share == pytest.approx(5 / 16, rel=1e-4)


def test_an_empty_route_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        coverage(walk(0, "straight", 3, 10, 1.2), shapely.LineString(), 10)


@given(tracks(), st.integers(0, 1000), st.booleans())
def test_check_points_are_met_when_the_way_is_near(fixes: Fixes, seed: int, in_order: bool) -> None:
    random = np.random.default_rng(seed)
    points = fixes_at(np.zeros(4), random.normal(0, 80, (4, 2)))
    met_s = visited_s(fixes, points.lon, points.lat, 30, in_order=in_order)
    way = way_in_metres(fixes)
    one = moments(fixes)
    for lon, lat, moment_s in zip(points.lon, points.lat, met_s, strict=True):
        far_m = way.distance(in_metres(shapely.Point(lon, lat))) if len(fixes) else np.inf
        if not in_order and far_m != pytest.approx(30, abs=0.05):
            assert np.isnan(moment_s) == (far_m > 30)
        if not np.isnan(moment_s):
            there = [np.interp(moment_s, one.time_s, axis) for axis in (one.lon, one.lat)]
            assert distance_m(lon, lat, *there) < 30.1
    if in_order:
        assert (np.diff(met_s[~np.isnan(met_s)]) >= 0).all()


def test_order_counts_if_it_is_asked_for() -> None:
    time_s = np.arange(0.0, 1000, 10)
    fixes = fixes_at(time_s, np.column_stack([time_s, 0 * time_s]))
    points = fixes_at(np.zeros(3), np.array([[800.0, 0], [200, 0], [900, 0]]))
    free_s = visited_s(fixes, points.lon, points.lat, 20) - fixes.time_s[0]
    np.testing.assert_allclose(free_s, [780, 180, 880], atol=0.1)
    bound_s = visited_s(fixes, points.lon, points.lat, 20, in_order=True) - fixes.time_s[0]
    np.testing.assert_allclose(bound_s, [780, np.nan, 880], atol=0.1)
    assert np.isnan(visited_s(fixes.only(np.array([], int)), [120.0], [30.0], 20)).all()


@given(tracks(), st.sampled_from([5.0, 20.0]))
def test_a_simplified_line_keeps_ends_and_comes_near_each_fix(
    fixes: Fixes, tolerance_m: float
) -> None:
    lines = simplified(fixes, tolerance_m)
    cut = [piece for piece in pieces(moments(fixes)) if len(piece) > 1]
    assert len(lines.geoms) == len(cut)
    for line, piece in zip(lines.geoms, cut, strict=True):
        corners = shapely.get_coordinates(line)
        np.testing.assert_allclose(corners[0], [piece.lon[0], piece.lat[0]], atol=1e-9)
        np.testing.assert_allclose(corners[-1], [piece.lon[-1], piece.lat[-1]], atol=1e-9)
        metric, points = in_metres(line), np.asarray(shapely.points(piece.lon, piece.lat))
        far_m = [metric.distance(in_metres(point)) for point in points]
        assert max(far_m) < tolerance_m + 0.05


def test_a_straight_walk_is_simplified_to_its_ends() -> None:
    time_s = np.arange(0.0, 1000, 10)
    fixes = fixes_at(time_s, along(np.array([[0.0, 0], [1000, 300]]), time_s))
    assert len(simplified(fixes, 1.0).geoms[0].coords) == 2
    assert not is_gap(fixes).any()
