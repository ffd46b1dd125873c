"""Whether a camera sees a point or a shape: by directions and lengths, and in a plane around it."""

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from gis_gov.resources.hits import Hit, Told
from gis_gov.resources.seeing import sees_point, sees_shape
from tests.geo.stars import star
from tests.resources.views import ELLIPSOID, View

MILLIMETRE, HAIR_DEG = 0.001, 1e-6


def hit_of(view: View, metres: float, bearing: float | None) -> Hit:
    """Make what is found of a camera, so far from a place and in that direction from there."""
    looks = {"azimuth_deg": view.azimuth_deg, "field_of_view_deg": view.field_of_view_deg}
    told = Told("camera", view.code, view.lon, view.lat, view.range_m, b"", looks)
    return Hit(metres, "camera", view.code, bearing, told)


def told_of(view: View, lon: float, lat: float) -> bool | None:
    bearing, _, metres = ELLIPSOID.inv(lon, lat, view.lon, view.lat)
    return sees_point(lon, lat)(hit_of(view, metres, bearing % 360 if metres else None))


views = st.builds(
    View,
    code=st.just("C"),
    lon=st.floats(-170, 170),
    lat=st.floats(-75, 75),
    azimuth_deg=st.floats(0, 359.99),
    field_of_view_deg=st.floats(0.1, 359.9),
    range_m=st.floats(1, 50_000),
)


@given(view=views, bearing=st.floats(0, 360), share=st.floats(0, 1.5))
def test_it_sees_what_is_in_its_range_and_its_field_of_view(
    view: View, bearing: float, share: float
) -> None:
    lon, lat, _ = ELLIPSOID.fwd(view.lon, view.lat, bearing, share * (view.range_m or 0))
    assume(not view.is_near_an_edge(lon, lat))
    assert told_of(view, lon, lat) == view.sees(lon, lat)


@given(view=views, share=st.floats(0.01, 0.99), left=st.booleans(), inside=st.booleans())
def test_to_the_edge_of_its_field_of_view(
    view: View, share: float, left: bool, inside: bool
) -> None:
    """Across the north, and for fields of over 180 degrees, where the other edge is near."""
    assume((view.range_m or 0) > 100)
    off = (view.field_of_view_deg or 0) / 2 + (-HAIR_DEG if inside else HAIR_DEG)
    bearing = (view.azimuth_deg or 0) + (-off if left else off)
    lon, lat, _ = ELLIPSOID.fwd(view.lon, view.lat, bearing, share * (view.range_m or 0))
    assert told_of(view, lon, lat) is inside


@given(view=views, share=st.floats(-0.49, 0.49), inside=st.booleans())
def test_to_the_end_of_its_range(view: View, share: float, inside: bool) -> None:
    bearing = (view.azimuth_deg or 0) + share * (view.field_of_view_deg or 0)
    metres = (view.range_m or 0) + (-MILLIMETRE if inside else MILLIMETRE)
    lon, lat, _ = ELLIPSOID.fwd(view.lon, view.lat, bearing, metres)
    assert told_of(view, lon, lat) is inside


@pytest.mark.parametrize(
    ("azimuth", "field", "reach", "expected"),
    [
        (None, 60, 100, True),
        (0, None, 100, True),
        (0, 360, 100, True),
        (0, 60, 100, False),
        (0, 60, None, None),
        (0, 60, float("nan"), None),
        (180, 60, 100_000, True),
        (180, 60, 100_001, None),
        (180, 60, float("inf"), None),
    ],
)
def test_what_is_not_known_of_it(
    azimuth: float | None, field: float | None, reach: float | None, expected: bool | None
) -> None:
    """Of the point 50 m to its south, and of a square there."""
    view = View("C", 113.3, 22.9, azimuth, field, reach)
    lon, lat, _ = ELLIPSOID.fwd(113.3, 22.9, 180, 50)
    assert told_of(view, lon, lat) is expected
    square = shapely.Point(lon, lat).buffer(1e-5)
    assert sees_shape(square)(hit_of(view, 49, 0)) is expected


def test_it_sees_where_it_stands() -> None:
    view = View("C", 113.3, 22.9, 0, 1, 5)
    assert told_of(view, 113.3, 22.9) is True


@given(
    view=st.builds(
        View,
        code=st.just("C"),
        lon=st.floats(113.29, 113.35),
        lat=st.floats(22.93, 22.99),
        azimuth_deg=st.none() | st.floats(0, 359.99),
        field_of_view_deg=st.none() | st.floats(1, 360),
        range_m=st.floats(20, 5_000),
    ),
    seed=st.integers(0, 2**32 - 1),
    form=st.sampled_from(["polygon", "hole", "road", "points"]),
)
def test_its_view_meets_a_shape_as_in_a_plane(view: View, seed: int, form: str) -> None:
    random = np.random.default_rng(seed)
    places = random.uniform((113.29, 22.93), (113.35, 22.99), (4, 2))
    if form == "road":
        shape = shapely.LineString(places)
    elif form == "points":
        shape = shapely.MultiPoint(places)
    else:
        shape = star(random, 7, 113.29, 22.93, 0.06, places)
        if form == "hole":
            shape = shape.difference(shapely.Point(view.lon, view.lat).buffer(0.01))
    assume(shape.is_valid and not shape.is_empty)
    told = sees_shape(shape)(hit_of(view, 0, None))
    if view.surely_sees(shape):
        assert told is True
    elif not view.may_see(shape):
        assert told is False
