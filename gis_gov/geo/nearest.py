"""The shape nearest to a point outside all, by geodesic distance.

The search runs in Mercator's plane, which is conformal: the nearest point found there is the
nearest on the ellipsoid, but for the change of scale on the way. The distance told is geodesic; it
is right to a centimetre at 1 km and to 1 m at 50 km, and may be told up to 2 % too long beyond
2,000 km.
"""

from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import ArrayLike

from gis_gov.geo.arrays import (
    Floats,
    Geometries,
    GeometryLike,
    Mask,
    Positions,
    flat_points,
    geometry_array,
)
from gis_gov.geo.cover import NOWHERE
from gis_gov.geo.measure import distance_m

_SEMI_MAJOR_AXIS_M = 6378137.0
_SEMI_MINOR_AXIS_M = 6356752.0
_ECCENTRICITY = np.sqrt(2 / 298.257222101 - 1 / 298.257222101**2)
_LAT_LIMIT = 89.0
# An edge is straight in degrees and bent in Mercator's plane: by 5 mm over 500 m at 45 degrees.
_EDGE_LENGTH_MAX_DEG = 0.005
# Beyond this the whole district is about equally far, and the first answer is good enough.
_REFINED_M = 200_000.0
# Short pieces of boundary, since the distance to a piece is found by trying all its edges.
_PIECE_EDGES = 16
_CHUNK = 100_000
_POINT: Final = 0
_LINE: Final = 1


class Nearest:
    """An index over shapes in EPSG:4490 for points outside them; ties go to the first given.

    Of polygons it knows the boundaries, of lines and points all. The shorter the edges are cut, the
    less do they bend: at `edge_max_deg` 0.001 by 0.2 mm at most.
    """

    def __init__(self, shapes: GeometryLike, *, edge_max_deg: float = _EDGE_LENGTH_MAX_DEG) -> None:
        degrees = shapely.segmentize(geometry_array(shapes), edge_max_deg)
        plane = shapely.transform(
            degrees, lambda xy: np.column_stack(_to_plane(xy[:, 0], xy[:, 1]))
        )
        self._pieces, self._shape = _pieces(geometry_array(plane))
        self._tree = shapely.STRtree(self._pieces)

    def __call__(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Positions, Floats]:
        """Find the shape whose boundary is nearest to each point, and the distance in metres.

        For NaN, or without any shape: NOWHERE and NaN.
        """
        shape, length_m, _, _ = self._found(lon, lat)
        return shape, length_m

    def feet(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
        """Find the place on the shapes that is nearest to each point, in degrees; NaN for NaN."""
        _, _, foot_lon, foot_lat = self._found(lon, lat)
        return foot_lon, foot_lat

    def may_reach(self, lon: ArrayLike, lat: ArrayLike, radius_m: float) -> Mask:
        """Say quickly which points may be within a distance of a shape; the others are not."""
        x, y = flat_points(lon, lat)
        near = np.zeros(x.size, dtype=np.bool_)
        placed = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        points = shapely.points(*_to_plane(x[placed], y[placed]))
        reach = radius_m * _scale_max(y[placed], np.full(placed.size, radius_m))
        owner, _ = self._tree.query(points, predicate="dwithin", distance=reach)
        near[placed[owner]] = True
        return near

    def _found(self, lon: ArrayLike, lat: ArrayLike) -> "_Found":
        x, y = flat_points(lon, lat)
        found = _Found(
            np.full(x.size, NOWHERE, dtype=np.int64),
            *(np.full(x.size, np.nan) for _ in range(3)),
        )
        placed = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        if len(self._tree) > 0:
            for start in range(0, placed.size, _CHUNK):
                chunk = placed[start : start + _CHUNK]
                for all_, some in zip(found, self._chunk(x[chunk], y[chunk]), strict=True):
                    all_[chunk] = some
        return found

    def _chunk(self, lon: Floats, lat: Floats) -> "_Found":
        points = geometry_array(shapely.points(*_to_plane(lon, lat)))
        owner, piece = self._tree.query_nearest(points, all_matches=True)
        _, found = self._shortest(points, owner, piece)
        near = np.flatnonzero(found.length_m <= _REFINED_M)
        if near.size:
            radius = found.length_m[near] * _scale_max(lat[near], found.length_m[near])
            owner, piece = self._tree.query(points[near], predicate="dwithin", distance=radius)
            # The nearest one itself is among them, so that one alone has no rival.
            contested = np.bincount(owner)[owner] > 1
            owner, rivals = self._shortest(points, near[owner[contested]], piece[contested])
            for all_, better in zip(found, rivals, strict=True):
                all_[owner] = better
        return found

    def _shortest(
        self, points: Geometries, owner: Positions, piece: Positions
    ) -> tuple[Positions, "_Found"]:
        """Keep of each point's pieces the nearest by geodesic, then the first shape's."""
        lines = np.asarray(shapely.shortest_line(points[owner], self._pieces[piece]))
        lon, lat = _to_degrees(*shapely.get_coordinates(lines).T)
        length_m = distance_m(lon[0::2], lat[0::2], lon[1::2], lat[1::2])
        shape = self._shape[piece]
        order = np.lexsort((shape, length_m, owner))
        best = order[np.flatnonzero(np.diff(owner[order], prepend=NOWHERE))]
        found = _Found(shape[best], length_m[best], lon[1::2][best], lat[1::2][best])
        return owner[best], found


class _Found(NamedTuple):
    """Of each point the nearest shape, how far it is, and where on it the nearest place lies."""

    shape: Positions
    length_m: Floats
    lon: Floats
    lat: Floats


def _pieces(shapes: Geometries) -> tuple[Geometries, Positions]:
    """Cut rings and lines into lines of a few edges; give them and the position of each shape."""
    lines, shape = _lines(shapes)
    if not len(lines):
        return np.empty(0, dtype=np.object_), np.empty(0, dtype=np.int64)
    vertices = shapely.get_num_coordinates(lines).astype(np.int64)
    edges = vertices - 1
    pieces = -(-edges // _PIECE_EDGES)
    line = np.repeat(np.arange(len(lines)), pieces)
    first_edge = _count_up(pieces) * _PIECE_EDGES
    size = np.minimum(_PIECE_EDGES, edges[line] - first_edge) + 1
    start = (np.cumsum(vertices) - vertices)[line] + first_edge
    taken = np.repeat(start, size) + _count_up(size)
    cut = shapely.linestrings(
        shapely.get_coordinates(lines)[taken], indices=np.repeat(np.arange(size.size), size)
    )
    return geometry_array(cut), shape[line]


def _lines(shapes: Geometries) -> tuple[Geometries, Positions]:
    """List the rings of polygons, lines, and points as lines of no length, each with its shape."""
    parts, shape = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    kind = shapely.get_type_id(parts)
    is_line, is_point = kind == _LINE, (kind == _POINT) & ~shapely.is_empty(parts)
    dots = shapely.get_coordinates(parts[is_point])
    dotted = geometry_array(shapely.linestrings(np.stack([dots, dots], axis=1)))
    return (
        np.concatenate([geometry_array(rings), parts[is_line], dotted]),
        np.concatenate([shape[part], shape[is_line], shape[is_point]]),
    )


def _count_up(sizes: Positions) -> Positions:
    """Count 0, 1, 2 … anew for each size."""
    return np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def _scale_max(lat: Floats, reach_m: Floats) -> Floats:
    """Bound the scale of Mercator's plane within a distance of a latitude."""
    furthest = np.abs(lat) + np.degrees(reach_m / _SEMI_MINOR_AXIS_M)
    return 1.001 / np.cos(np.radians(np.minimum(furthest, _LAT_LIMIT)))


def _to_plane(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    sine = np.sin(np.radians(np.clip(lat, -_LAT_LIMIT, _LAT_LIMIT)))
    y = np.arctanh(sine) - _ECCENTRICITY * np.arctanh(_ECCENTRICITY * sine)
    return _SEMI_MAJOR_AXIS_M * np.radians(lon), _SEMI_MAJOR_AXIS_M * y


def _to_degrees(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    isometric = y / _SEMI_MAJOR_AXIS_M
    sine = np.tanh(isometric)
    # Each step shrinks the error by the eccentricity squared (0.0067).
    for _ in range(7):
        sine = np.tanh(isometric + _ECCENTRICITY * np.arctanh(_ECCENTRICITY * sine))
    return np.degrees(x / _SEMI_MAJOR_AXIS_M), np.degrees(np.arcsin(sine))
