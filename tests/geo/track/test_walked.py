"""The cells of a way: those of places every half metre along it, but for corners."""

import random

import numpy as np
from h3.api import basic_int as h3
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_gov.geo.cells import cells_of, centres, outlines
from gis_gov.geo.measure import distance_m
from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.moments import moments
from gis_gov.geo.track.passing import Ground
from gis_gov.geo.track.walked import RESOLUTION, STEP_M, walked_cells
from gis_gov.geo.track.way import known_way

from .phones import fixes_at
from .strategies import tracks


@settings(max_examples=15)
@given(tracks())
def test_none_is_missed_that_is_crossed_for_long_and_none_is_beside_the_way(fixes: Fixes) -> None:
    found = set(walked_cells(fixes).tolist())
    alone = moments(fixes)
    seen = set(cells_of(alone.lon, alone.lat, RESOLUTION).tolist())
    for line in known_way(fixes).geoms:
        before, entered = None, line.interpolate(0)
        for at in np.arange(0, 1, 1 / max(line.length * 111_000, 1)):
            place = line.interpolate(at, normalized=True)
            cell = h3.latlng_to_cell(place.y, place.x, RESOLUTION)
            seen.add(cell)
            if cell != before:
                before, entered = cell, place
            elif distance_m(entered.x, entered.y, place.x, place.y) > STEP_M + 2:
                assert cell in found
    # A metre on is the next cell, maybe.
    assert found - seen <= {each for cell in seen for each in h3.grid_disk(cell, 1)}
    assert len(found - seen) <= 0.1 * len(found) + 1


@given(tracks(), st.randoms(use_true_random=False))
def test_the_order_of_fixes_does_not_matter(fixes: Fixes, chance: random.Random) -> None:
    order = list(range(len(fixes)))
    chance.shuffle(order)
    shuffled = fixes.only(np.array(order, dtype=np.int64))
    assert walked_cells(shuffled).tolist() == walked_cells(fixes).tolist()


def test_nothing_is_walked_over_gaps_and_leaps() -> None:
    far = np.array([[0.0, 0.0], [900.0, 0.0], [2100.0, 0.0], [2150.0, 0.0]])
    fixes = fixes_at(np.array([0.0, 400.0, 410.0, 420.0]), far)
    cells = walked_cells(fixes)
    lon, lat = centres(cells.tolist())
    at_m = distance_m(fixes.lon[0], fixes.lat[0], lon, lat)
    assert all(min(each, abs(each - 900), abs(each - 2125)) < 60 for each in at_m)
    assert len(cells) >= 3


def test_who_walked_a_cell_passed_it() -> None:
    places = np.column_stack([np.arange(0.0, 500.0, 50.0), np.zeros(10)])
    fixes = fixes_at(np.arange(0.0, 100.0, 10.0), places)
    for outline in outlines(walked_cells(fixes).tolist()):
        assert Ground(outline, 0).passages(fixes)
