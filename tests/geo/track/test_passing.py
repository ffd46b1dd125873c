"""Who was on some ground, near to it or over a line: by hand, and against a walk in small steps."""

import random

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.gaps import is_gap
from gis_gov.geo.track.moments import moments
from gis_gov.geo.track.passing import APART_S, LEAP_M, Ground, Passage, cut

from .phones import fixes_at
from .strategies import tracks
from .test_coverage import in_metres, line_at

BEGIN_S = 1.7e9
SQUARE = [(-10, -10), (10, -10), (10, 10), (-10, 10), (-10, -10)]


def square_at(x_m: float, half_m: float = 10) -> shapely.Polygon:
    corners = np.array(SQUARE) / 10 * half_m + [x_m, 0]
    return shapely.Polygon(shapely.get_coordinates(line_at(corners)))


def point_at(x_m: float, y_m: float) -> shapely.Point:
    return shapely.Point(shapely.get_coordinates(line_at(np.array([[x_m, y_m], [0, 0]])))[0])


def told(*rows: tuple[float, float, float]) -> Fixes:
    columns = np.array(rows, dtype=np.float64)
    return fixes_at(columns[:, 0], columns[:, 1:])


def one(passages: list[Passage]) -> Passage:
    (found,) = passages
    return found


def test_a_fast_mover_has_no_fix_inside() -> None:
    found = one(Ground(square_at(450), 0).passages(told((0, 0, 0), (30, 900, 0))))
    assert found.begin_s - BEGIN_S == pytest.approx(30 * 440 / 900, abs=0.01)
    assert found.end_s - BEGIN_S == pytest.approx(30 * 460 / 900, abs=0.01)
    assert (found.fixes, found.closest_m, found.turn) == (0, 0, 0)


@pytest.mark.parametrize(("after_s", "far_m"), [(301, 900), (30, LEAP_M + 2)])
def test_nobody_knows_the_way_over_gaps_and_leaps(after_s: float, far_m: float) -> None:
    assert Ground(square_at(450), 0).passages(told((0, 0, 0), (after_s, far_m, 0))) == []


def test_a_long_silence_on_the_spot_is_a_stay() -> None:
    found = one(Ground(square_at(0), 0).passages(told((0, 0, 0), (3600, 5, 0))))
    assert (found.end_s - found.begin_s, found.fixes) == (3600, 2)
    found = one(Ground(square_at(0), 0).passages(told((0, 0, 0), (3600, 0, 0))))
    assert found.end_s - found.begin_s == 3600


def test_how_near_and_when() -> None:
    way = told(*((10.0 * n, 100.0 * n - 500, 30) for n in range(11)))
    found = one(Ground(point_at(0, 0), 50).passages(way))
    assert found.closest_m == pytest.approx(30, abs=0.01)
    assert found.closest_s - BEGIN_S == pytest.approx(50, abs=0.01)
    assert found.begin_s - BEGIN_S == pytest.approx(46, abs=0.02)
    assert (found.end_s - BEGIN_S, found.fixes) == (pytest.approx(54, abs=0.02), 1)
    assert Ground(point_at(0, 0), 29.9).passages(way) == []


def test_each_time_apart() -> None:
    there = [(0.0, -50.0, 0.0), (10, 50, 0)]
    soon = [(APART_S - 10, 50, 0), (APART_S, -50, 0)]
    late = [(500, -50, 0), (510, 50, 0)]
    assert len(Ground(square_at(0), 0).passages(told(*there, *soon, *late))) == 2


LINE = line_at(np.array([[0.0, -100], [0, 100]]))


@pytest.mark.parametrize(
    ("rows", "turns"),
    [
        ([(0, 20, 0), (10, -20, 0)], [1]),  # the line leads north, west is on its left
        ([(0, -20, 0), (10, 20, 0)], [-1]),
        ([(0, -20, 0), (10, 20, 0), (20, -20, 0)], [0]),
        ([(0, -20, 0), (10, 20, 0), (200, -20, 0)], [-1, 1]),
        ([(0, -20, 0), (10, 0, 0), (20, 20, 0)], [-1]),
        ([(0, -20, 0), (10, 1, 0), (20, -20, 0)], [0]),
        ([(0, -20, 150), (10, 20, 150)], []),
        ([(0, -20, 0), (10, -10, 0)], []),
    ],
)
def test_who_crosses_a_line_and_to_which_side(
    rows: list[tuple[float, float, float]], turns: list[int]
) -> None:
    assert [each.turn for each in Ground(LINE, 0).passages(told(*rows))] == turns


def test_only_what_lies_in_a_time() -> None:
    stay = Passage(100, 200, 150, 3, 4, 0)
    assert cut([stay], 120, 140) == [Passage(120, 140, 140, 3, 4, 0)]
    assert cut([stay], 201, 300) == cut([stay], 0, 99) == []


def stepped(fixes: Fixes, shape: shapely.Geometry, radius_m: float) -> list[tuple[float, float]]:
    """Walk each known way in 400 steps, and join the moments at which the shape is near."""
    fixes = moments(fixes)
    if not len(fixes):
        return []
    places = shapely.get_coordinates(
        in_metres(shapely.MultiPoint(np.column_stack([fixes.lon, fixes.lat])))
    )
    share = np.linspace(0, 1, 401)
    time_s, at = [fixes.time_s], [places]
    for row in np.flatnonzero(~is_gap(fixes)):
        start, end = places[row], places[row + 1]
        if np.hypot(*(end - start)) <= LEAP_M:
            time_s.append(fixes.time_s[row] + share * (fixes.time_s[row + 1] - fixes.time_s[row]))
            at.append(start + share[:, None] * (end - start))
    points = shapely.points(np.concatenate(at))
    near_s = np.sort(np.concatenate(time_s)[shapely.distance(in_metres(shape), points) <= radius_m])
    if not len(near_s):
        return []
    cuts = np.flatnonzero(np.diff(near_s) > APART_S) + 1
    return [(float(each[0]), float(each[-1])) for each in np.split(near_s, cuts)]


@given(tracks(), st.integers(-200, 200), st.sampled_from([0.0, 15.0, 60.0]))
def test_it_is_what_a_walk_in_small_steps_tells(fixes: Fixes, x_m: int, radius_m: float) -> None:
    shape = square_at(x_m, 40)
    found = Ground(shape, radius_m).passages(fixes)
    # What only touches the edge may be between two steps, or a millimetre off in another plane.
    outer = stepped(fixes, shape, radius_m + 0.2)
    inner = stepped(fixes, shape, max(radius_m - 0.2, 0.0)) if radius_m else []
    for begin_s, end_s in inner:
        assert any(each.begin_s <= begin_s and end_s <= each.end_s for each in found)
    step_s = 3.0
    for each in found:
        assert (
            any(
                begin_s - step_s <= each.begin_s and each.end_s <= end_s + step_s
                for begin_s, end_s in outer
            )
            or each.end_s - each.begin_s < step_s
        )
        assert each.closest_m <= radius_m + 0.05
        assert each.begin_s <= each.closest_s <= each.end_s


@given(tracks(), st.randoms(use_true_random=False), st.sampled_from([0.0, 30.0]))
def test_the_order_of_fixes_does_not_matter(
    fixes: Fixes, chance: random.Random, radius_m: float
) -> None:
    order = list(range(len(fixes)))
    chance.shuffle(order)
    ground = Ground(square_at(50, 60), radius_m)
    assert ground.passages(fixes.only(np.array(order, dtype=np.int64))) == ground.passages(fixes)
