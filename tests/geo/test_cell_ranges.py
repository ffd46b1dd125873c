"""The cells of a box as ranges of numbers: no point of it is missed, and little lies beside it."""

from itertools import pairwise

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.geo.bbox import BBox
from gis_gov.geo.cell_ranges import ranges_around
from gis_gov.geo.cells import FINE_RESOLUTION, cells_of, parents, spans, stored_cell

lon = st.floats(-179.9, 179.9)
lat = st.floats(-89, 89)
size = st.floats(0, 3) | st.floats(0, 0.001)


@given(lon, lat, size, size, st.floats(0, 1), st.floats(0, 1))
def test_the_cell_of_each_point_of_a_box_is_in_a_range(
    west: float, south: float, width: float, height: float, right: float, up: float
) -> None:
    box = BBox(west, south, min(west + width, 180), min(south + height, 90))
    x = min(box.west + right * (box.east - box.west), box.east)
    y = min(box.south + up * (box.north - box.south), box.north)
    cell = int(cells_of([x], [y])[0])
    ranges = ranges_around(box)
    assert any(first <= cell <= last for first, last in ranges)
    assert all(first <= last for first, last in ranges)
    assert all(one[1] < other[0] for one, other in pairwise(ranges))


@given(lon, lat, st.integers(0, FINE_RESOLUTION))
def test_a_stored_cell_lies_in_the_span_of_its_parents(x: float, y: float, resolution: int) -> None:
    cell = int(cells_of([x], [y])[0])
    first, last = spans(parents([cell], resolution), resolution)
    assert first[0] <= cell <= last[0]
    assert stored_cell(cell & ((1 << 52) - 1)) == cell


def test_a_range_holds_little_beside_its_box() -> None:
    box = BBox(123.2, 29.6, 123.3, 29.7)
    wide = shapely.box(box.west - 0.03, box.south - 0.03, box.east + 0.03, box.north + 0.03)
    far = np.random.default_rng(1).uniform([123.0, 29.4], [123.5, 29.9], (2_000, 2))
    far = far[~shapely.contains_xy(wide, far)]
    cells = cells_of(far[:, 0], far[:, 1])
    ranges = ranges_around(box)
    assert not any(first <= cell <= last for cell in cells.tolist() for first, last in ranges)
