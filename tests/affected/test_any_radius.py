"""What lies within a radius of any shape, grid by grid, is what pyproj's geodesics say."""

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from tests.affected.outage import ask, expected, points
from tests.geo.near_shapes import FORMS, away_m, is_close_call, some_shape
from tests.geo.test_surroundings import searched_m

pytestmark = pytest.mark.anyio

SQUARE = (113.295, 22.935, 0.05)
PLACES = points()
GRIDS = {f"g{n}": shapely.box(113.30 + n * 0.01, 22.94, 113.31 + n * 0.01, 22.98) for n in range(4)}


def some_radius(random: np.random.Generator, shape: BaseGeometry, beside: bool) -> float:
    """Draw one, maybe such that a place lies a centimetre in it, or out of it."""
    if beside:
        found = searched_m(shape, *random.choice(PLACES)) + float(random.choice([-0.01, 0.01]))
        if 0.1 < found <= 2000:
            return found
    return float(random.uniform(0.1, 2000 if random.integers(2) else 60))


def check(told: Any, shape: BaseGeometry, near: np.ndarray) -> None:
    """Compare the whole, each grid and the rest with the places that are near."""
    assert told["counts"] == expected(near)
    rows = {row["code"]: row for row in told["grids"]}
    left = near.copy()
    for code, ground in GRIDS.items():
        here = near & shapely.covers(ground, shapely.points(PLACES))
        left &= ~here
        shares_ground = shapely.relate_pattern(ground, shape, "T********")
        assert (code in rows) == (shares_ground or bool(here.any()))
        if code in rows:
            assert rows[code]["counts"] == expected(here)
    assert (None in rows) == bool(left.any())
    if left.any():
        assert rows[None]["counts"] == expected(left)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1), form=st.sampled_from(FORMS), radius=st.sampled_from("0nb"))
async def test_near_any_shape_is_what_geodesics_say(
    client: Any, seed: int, form: str, radius: str
) -> None:
    """With no radius, with any, and with one that ends beside a place."""
    random = np.random.default_rng(seed)
    shape = some_shape(random, form, SQUARE, PLACES)
    assume(radius != "0" or form == "polygon")
    radius_m = 0.0 if radius == "0" else some_radius(random, shape, radius == "b")
    away = away_m(shape, PLACES, [radius_m])
    assume(not is_close_call(away, [radius_m]))
    told = await ask(await client("commander"), shape, radius_m=radius_m)
    check(told, shape, away <= radius_m)


def test_the_shapes_tell_near_from_far() -> None:
    """Or the comparison above would say little."""
    random = np.random.default_rng(1)
    shares = [
        (away_m(some_shape(random, form, SQUARE, PLACES), PLACES, [400]) <= 400).mean()
        for form in FORMS
        for _ in range(4)
    ]
    assert min(shares) < 0.15
    assert max(shares) > 0.5
