"""The same corners for all along a border that they share.

Where one polygon has a corner on its neighbour's straight edge, which the neighbour lacks, the
border agrees as it is stored, and breaks apart once each corner is rounded by itself, as by tiles.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import shapely

from gis_gov.geo.arrays import Geometries, GeometryLike, Mask, Positions, geometry_array
from gis_gov.geo.vertices import REACH_DEG

_NOTHING: Final = np.empty(0, dtype=np.int64)


class Shared(NamedTuple):
    """Polygons with the corners that they share, and how many each has taken over."""

    polygons: Geometries
    taken: Positions


def share_corners(polygons: GeometryLike, new: Mask) -> Shared:
    """Let polygons have the corners of others that lie on their edges, as near as 2e-8 degrees.

    A corner of a new polygon that is as near to one of another becomes that one. Those that are not
    new take corners of new ones alone, and keep their own. What lacks nothing, or would not be
    valid then, comes back as it is. Polygons are valid, two-dimensional, EPSG:4490.
    """
    shapes = geometry_array(polygons)
    if not shapes.size:
        return Shared(shapes, _NOTHING)
    joined, moved = _joined(shapes, new)
    made, added = _completed(joined, new)
    return Shared(made, moved + added)


def _joined(polygons: Geometries, new: Mask) -> tuple[Geometries, Positions]:
    """Put corners of new polygons that are next to others' corners on these."""
    xy, owner = shapely.get_coordinates(polygons, return_index=True)
    corners, at = np.unique(xy, axis=0, return_inverse=True)
    at = at.reshape(-1)
    movable = np.ones(len(corners), dtype=bool)
    movable[at[~new[owner]]] = False
    becomes = np.arange(len(corners))
    for corner, other in _next_to_others(corners, movable, at, owner):
        # In their order: what an earlier one has become by now stays.
        is_free = becomes[corner] == corner and becomes[other] == other
        if is_free and (not movable[other] or other < corner):
            becomes[corner] = other
    moves = becomes[at] != at
    taken = np.bincount(owner[moves], minlength=len(polygons))
    touched = np.flatnonzero(taken)
    if not touched.size:
        return polygons, taken
    own = np.isin(owner, touched)
    moved = shapely.set_coordinates(polygons[touched].copy(), corners[becomes[at[own]]])
    return _where_valid(polygons, touched, shapely.remove_repeated_points(moved), taken)


def _next_to_others(
    corners: np.ndarray, movable: Mask, at: Positions, owner: Positions
) -> Iterator[tuple[int, int]]:
    """Find the movable corners next to others that bound other polygons, in order."""
    asked = np.flatnonzero(movable)
    points = geometry_array(shapely.points(corners))
    one, other = shapely.STRtree(points).query(
        points[asked], predicate="dwithin", distance=REACH_DEG
    )
    one = asked[one]
    apart = one != other
    # First those that stay where they are: a corner between two goes to what others know.
    order = np.lexsort((other, movable[other], one))
    pairs = np.column_stack([one, other])[order][apart[order]]
    by_corner = np.argsort(at, kind="stable")
    begins = np.searchsorted(at[by_corner], np.arange(len(corners) + 1))

    def bounded(corner: int) -> frozenset[int]:
        return frozenset(owner[by_corner[begins[corner] : begins[corner + 1]]].tolist())

    for corner, near in pairs.tolist():
        if bounded(corner) != bounded(near):
            yield corner, near


def _completed(polygons: Geometries, new: Mask) -> tuple[Geometries, Positions]:
    """Add the corners of others to the edges on which they lie."""
    parts, whole = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    of = whole[part[ring]]
    corners, at = np.unique(xy, axis=0, return_inverse=True)
    of_new = np.zeros(len(corners), dtype=bool)
    of_new[at.reshape(-1)[new[of]]] = True
    begins = np.flatnonzero(ring[1:] == ring[:-1])
    ends = np.stack([xy[begins], xy[begins + 1]], axis=1)
    edge, corner = shapely.STRtree(geometry_array(shapely.points(corners))).query(
        shapely.linestrings(ends), predicate="dwithin", distance=REACH_DEG
    )
    off = corners[corner][:, None, :] - ends[edge]
    lacks = (np.hypot(off[..., 0], off[..., 1]) > REACH_DEG).all(axis=1)
    lacks &= new[of[begins[edge]]] | of_new[corner]
    edge, corner = edge[lacks], corner[lacks]
    taken = np.bincount(of[begins[edge]], minlength=len(polygons))
    touched = np.flatnonzero(taken)
    if not touched.size:
        return polygons, taken
    along = ((corners[corner] - ends[edge, 0]) * (ends[edge, 1] - ends[edge, 0])).sum(axis=1)
    order = np.lexsort((along, edge))
    after = begins[edge[order]] + 1
    xy = np.insert(xy, after, corners[corner[order]], axis=0)
    ring = np.insert(ring, after, ring[after - 1])
    made_rings = geometry_array(shapely.linearrings(xy, indices=ring))
    made = geometry_array(shapely.polygons(made_rings, indices=part))
    multi = geometry_array(shapely.multipolygons(made, indices=whole))[touched]
    single = shapely.get_type_id(polygons[touched]) == shapely.GeometryType.POLYGON
    completed = np.where(single, shapely.get_geometry(multi, 0), multi)
    return _where_valid(polygons, touched, completed, taken)


def _where_valid(
    before: Geometries, touched: Positions, after: Geometries, taken: Positions
) -> tuple[Geometries, Positions]:
    """Take what was made of some polygons where it is valid, and bounds as many parts."""
    parts, rings = shapely.get_num_geometries, shapely.get_num_interior_rings
    good = shapely.is_valid(after) & ~shapely.is_empty(after)
    good &= parts(after) == parts(before[touched])
    good &= rings(shapely.get_geometry(after, 0)) == rings(shapely.get_geometry(before[touched], 0))
    polygons, kept = before.copy(), taken.copy()
    polygons[touched[good]] = after[good]
    kept[touched[~good]] = 0
    return polygons, kept
