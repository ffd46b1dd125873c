"""Polygons that are redrawn, against sums and areas that are computed in another way."""

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import affinity

from gis_gov.geo.fault import FaultKind
from gis_gov.geo.redrawn import ROUNDED_DEG, Redrawn, with_known_corners

WEST, SOUTH, STEP = 120.0, 30.0, 0.001
squares = st.tuples(*[st.integers(0, 5)] * 2, *[st.integers(1, 4)] * 2).map(
    lambda s: (s[0], s[1], s[0] + s[2], s[1] + s[3])
)


def square(sides: tuple[int, int, int, int], *, hole: bool = False) -> Any:
    """Draw a rectangle on a grid of a thousandth of a degree, maybe with a hole in its middle."""
    west, south, east, north = sides
    made = shapely.box(west, south, east, north)
    if hole:
        made = made.difference(affinity.scale(made, 0.5, 0.5))
    return affinity.translate(affinity.scale(made, STEP, STEP, origin=(0, 0)), WEST, SOUTH)


@given(squares, squares, st.lists(squares, max_size=4), st.booleans())
def test_overlaps_are_told_where_they_grow(
    before: Any, after: Any, neighbours: list[Any], hole: bool
) -> None:
    shapes = [square(each, hole=hole and n == 0) for n, each in enumerate(neighbours)]
    codes = [f"n{n}" for n in range(len(shapes))]
    was, drawn = square(before), square(after)
    grown = {
        code
        for code, shape in zip(codes, shapes, strict=True)
        if drawn.intersection(shape).difference(was).area > 1e-12
    }
    told = Redrawn("x", drawn, was).overlaps(codes, np.array(shapes, dtype=object))
    assert {each.codes for each in told} == {("x", code) for code in grown}
    assert all(each.kind is FaultKind.OVERLAP for each in told)
    for code in grown:
        area = sum(each.geometry.area for each in told if each.codes[1] == code)
        assert area == pytest.approx(drawn.intersection(shapes[codes.index(code)]).area)
    new = Redrawn("x", drawn, None).overlaps(codes, np.array(shapes, dtype=object))
    touched = {c for c, s in zip(codes, shapes, strict=True) if drawn.intersection(s).area > 1e-12}
    assert {each.codes[1] for each in new} == touched


def test_a_neighbour_that_is_overlapped_and_touched_is_told_of() -> None:
    """Shared places are then faces and lines in one, which GEOS takes no difference of."""
    neighbour = shapely.union_all([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 3)])
    was, drawn = shapely.box(1, 1, 2, 3), shapely.box(0.5, 0.5, 2, 3)
    shapes = [affinity.scale(each, STEP, STEP, origin=(0, 0)) for each in (was, drawn, neighbour)]
    assert drawn.intersection(neighbour).geom_type == "GeometryCollection"
    before, after, beside = (affinity.translate(each, WEST, SOUTH) for each in shapes)
    (told,) = Redrawn("x", after, before).overlaps(["n"], np.array([beside], dtype=object))
    assert told.codes == ("x", "n")
    assert told.geometry.area == pytest.approx((0.5 * STEP) ** 2)


@given(squares, squares, squares, st.booleans())
def test_what_leaves_and_what_is_left_out(before: Any, after: Any, other: Any, hole: bool) -> None:
    was, drawn, shape = square(before), square(after, hole=hole), square(other)
    redrawn = Redrawn("x", drawn, was)
    outlines = np.array([shape], dtype=object)
    leaves = drawn.difference(shape.union(was)).area > 1e-12
    assert bool(redrawn.outside(outlines)) == leaves
    left_out = shape.intersection(was).difference(drawn).area > 1e-12
    assert bool(redrawn.left_out(["below"], outlines)) == left_out


@given(
    squares,
    st.lists(squares, min_size=1, max_size=3),
    st.tuples(*[st.floats(-0.0004, 0.0004)] * 4),
)
def test_what_was_told_rounded_comes_back_bit_by_bit(
    own: Any, others: list[Any], skew: tuple[float, ...]
) -> None:
    """Slanted by numbers that seven decimals do not hold, and told with seven."""

    def slanted(xy: Any) -> Any:
        x, y = xy[:, 0] - WEST, xy[:, 1] - SOUTH
        return np.column_stack(
            [xy[:, 0] + skew[0] * x + skew[1] * y + skew[2] / 7, xy[:, 1] + skew[3] * x]
        )

    kept = [shapely.transform(square(each), slanted) for each in (own, *others)]
    told = shapely.transform(kept[0], lambda xy: np.round(xy, 7))
    back = with_known_corners(told, kept)
    assert shapely.equals_exact(back, kept[0], tolerance=0)
    # By the neighbours alone, the corners that they share come back, too.
    shared = {tuple(xy) for each in kept[1:] for xy in shapely.get_coordinates(each)}
    by_others = {tuple(xy) for xy in shapely.get_coordinates(with_known_corners(told, kept[1:]))}
    assert {tuple(xy) for xy in shapely.get_coordinates(kept[0])} & shared <= by_others


def test_a_corner_near_an_edge_lies_on_it_and_others_stay() -> None:
    edge = shapely.Polygon([(120, 30), (120.01, 30.0031), (120.01, 29.99), (120, 29.99)])
    middle = shapely.line_interpolate_point(edge.exterior, 0.004)
    corner = (round(middle.x, 7), round(middle.y, 7))
    drawn = shapely.Polygon([corner, (120.01, 30.02), (120, 30.02)])
    made = with_known_corners(drawn, [edge])
    moved = shapely.Point(shapely.get_coordinates(made)[0])
    assert 0 < edge.boundary.distance(shapely.Point(corner)) < ROUNDED_DEG
    assert edge.boundary.distance(moved) < 1e-14
    assert shapely.get_coordinates(made)[1:3].tolist() == [[120.01, 30.02], [120, 30.02]]
    assert made.is_valid
    away = affinity.translate(drawn, 0, 3e-7)
    assert shapely.equals_exact(with_known_corners(away, [edge]), away, tolerance=0)
