"""Every polygon whose box a point lies in is found, in order, whatever the boxes."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.geo.buckets import Buckets

# Few values, so that edges meet and points lie on them; and far ones, that make cells large.
at = st.sampled_from([-180.0, -1.0, -0.1, 0.0, 1e-12, 0.1, 0.1 + 1e-17, 0.3, 1 / 3, 1.0, 180.0])
boxes = st.tuples(at, at, at, at).map(
    lambda sides: shapely.box(
        min(sides[0], sides[2]),
        min(sides[1], sides[3]),
        max(sides[0], sides[2]),
        max(sides[1], sides[3]),
    )
)
polygons = st.lists(boxes | st.sampled_from([None, shapely.Polygon()]), max_size=30)


@given(polygons, st.lists(st.tuples(at, at), min_size=1, max_size=20))
def test_what_is_found_is_what_the_boxes_say(
    given_polygons: list[shapely.Polygon | None], points: list[tuple[float, float]]
) -> None:
    table = Buckets(np.array(given_polygons, dtype=object))
    for x, y in points:
        expected = [
            position
            for position, each in enumerate(given_polygons)
            if each is not None
            and not each.is_empty
            and each.bounds[0] <= x <= each.bounds[2]
            and each.bounds[1] <= y <= each.bounds[3]
        ]
        assert table.at(x, y) == expected


def test_polygons_that_all_lie_over_one_another_fill_no_memory() -> None:
    wide = np.array([shapely.box(0, 0, 100 + n / 1000, 100) for n in range(3000)])
    table = Buckets(wide)
    assert sum(map(len, table._cells.values())) <= 16 * len(wide)
    assert table.at(50, 50) == list(range(3000))
