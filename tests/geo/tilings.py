"""Tilings for property tests: polygons that share edges exactly, and points on the worst places."""

import numpy as np
import shapely
from hypothesis import strategies as st
from numpy.typing import NDArray

Polygons = NDArray[np.object_]
Points = NDArray[np.float64]

WEST, SOUTH, SIZE = 113.27, 23.08, 0.04


@st.composite
def tilings(draw: st.DrawFn) -> Polygons:
    """Draw up to 12 polygons tiling a district: merged triangles, so multi-part, with holes."""
    seed = draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    corners = random.uniform(
        [WEST, SOUTH], [WEST + SIZE, SOUTH + SIZE], (random.integers(4, 25), 2)
    )
    triangles = shapely.get_parts(shapely.delaunay_triangles(shapely.MultiPoint(corners)))
    owner = random.integers(0, draw(st.integers(1, 12)), len(triangles))
    return np.array([shapely.coverage_union_all(triangles[owner == n]) for n in np.unique(owner)])


def telling_points(polygons: Polygons, seed: int) -> Points:
    """Give points inside, outside, on vertices, on edges and one float beside them, n by 2."""
    random = np.random.default_rng(seed)
    parts = shapely.get_parts(polygons)
    rings = shapely.get_coordinates(shapely.get_exterior_ring(parts))
    start = random.integers(0, len(rings) - 1, 200)
    along = random.uniform(0, 1, (200, 1))
    on_edges = rings[start] + along * (rings[start + 1] - rings[start])
    middles = (rings[start] + rings[start + 1]) / 2
    anywhere = random.uniform(
        [WEST - 0.01, SOUTH - 0.01], [WEST + SIZE + 0.01, SOUTH + SIZE + 0.01], (200, 2)
    )
    exact = np.concatenate([rings, on_edges, middles])
    beside = exact + random.integers(-1, 2, exact.shape) * np.spacing(exact)
    return np.concatenate([exact, beside, anywhere])
