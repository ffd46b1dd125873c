"""Vertices that one grid has on an edge which it shares, and its neighbour lacks."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import shapely

from gis_gov.geo.arrays import Geometries, Positions
from gis_gov.geo.fault import Fault, FaultKind, names_of
from gis_gov.geo.snap import SNAP_DEG

# Two roundings to the precision, along both axes.
REACH_DEG: Final = 2.0 * SNAP_DEG
"""How far apart may be what is meant to be one corner, or on one edge."""


def unshared_vertices(codes: Sequence[str], polygons: Geometries) -> Iterator[Fault]:
    """Find, for each pair of neighbours, the vertices on their common border that only one has.

    Such a border agrees today and breaks apart when it is moved, simplified or transformed. Each
    fault's geometry is a MultiPoint in EPSG:4490. Polygons must be valid and two-dimensional.
    """
    edges = shapely.coverage_invalid_edges(polygons, gap_width=REACH_DEG)
    suspects = np.flatnonzero(shapely.length(edges) > 0)
    segments, lacking = _segments(edges[suspects], suspects)
    corners, having = shapely.get_coordinates(polygons[suspects], return_index=True)
    having = suspects[having]
    vertex, segment = shapely.STRtree(segments).query(
        shapely.points(corners), predicate="dwithin", distance=REACH_DEG
    )
    ends = shapely.get_coordinates(segments).reshape(-1, 2, 2)[segment]
    shared = (ends == corners[vertex][:, None, :]).all(axis=2).any(axis=1)
    unshared = ~shared & (lacking[segment] != having[vertex])
    pairs = np.sort(np.column_stack([lacking[segment], having[vertex]])[unshared], axis=1)
    places = corners[vertex][unshared]
    for pair in np.unique(pairs, axis=0):
        points = np.unique(places[(pairs == pair).all(axis=1)], axis=0)
        names = names_of(codes, pair)
        yield Fault(FaultKind.UNSHARED_VERTEX, names, shapely.MultiPoint(points))


def _segments(lines: Geometries, owners: Positions) -> tuple[Geometries, Positions]:
    """Cut lines into single edges; give these and the owner of each."""
    parts, line = shapely.get_parts(lines, return_index=True)
    corners, part = shapely.get_coordinates(parts, return_index=True)
    same = part[1:] == part[:-1]
    edges = np.stack([corners[:-1], corners[1:]], axis=1)[same]
    return np.asarray(shapely.linestrings(edges)), owners[line[part[:-1][same]]]
