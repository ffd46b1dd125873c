"""The polygon nearest to a point outside all, by geodesic distance.

The search runs in Mercator's plane, which is conformal: the nearest point found there is the
nearest on the ellipsoid, but for the change of scale on the way. The distance told is geodesic; it
is right to a centimetre at 1 km and to 1 m at 50 km, and may be told up to 2 % too long beyond
2,000 km.
"""

import numpy as np
import shapely
from numpy.typing import ArrayLike

from gis_gov.geo.arrays import (
    Floats,
    Geometries,
    GeometryLike,
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


class Nearest:
    """An index over polygons in EPSG:4490 for points outside them; ties go to the first given."""

    def __init__(self, polygons: GeometryLike) -> None:
        degrees = shapely.segmentize(geometry_array(polygons), _EDGE_LENGTH_MAX_DEG)
        plane = shapely.transform(
            degrees, lambda xy: np.column_stack(_to_plane(xy[:, 0], xy[:, 1]))
        )
        self._pieces, self._polygon = _boundary_pieces(geometry_array(plane))
        self._tree = shapely.STRtree(self._pieces)

    def __call__(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Positions, Floats]:
        """Find the polygon whose boundary is nearest to each point, and the distance in metres.

        For NaN, or without any polygon: NOWHERE and NaN.
        """
        x, y = flat_points(lon, lat)
        position = np.full(x.size, NOWHERE, dtype=np.int64)
        length_m = np.full(x.size, np.nan)
        placed = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        if len(self._tree) > 0:
            for start in range(0, placed.size, _CHUNK):
                chunk = placed[start : start + _CHUNK]
                position[chunk], length_m[chunk] = self._chunk(x[chunk], y[chunk])
        return position, length_m

    def _chunk(self, lon: Floats, lat: Floats) -> tuple[Positions, Floats]:
        points = geometry_array(shapely.points(*_to_plane(lon, lat)))
        owner, piece = self._tree.query_nearest(points, all_matches=True)
        _, polygon, length_m = self._shortest(points, owner, piece)
        near = np.flatnonzero(length_m <= _REFINED_M)
        if near.size:
            radius = length_m[near] * _scale_max(lat[near], length_m[near])
            owner, piece = self._tree.query(points[near], predicate="dwithin", distance=radius)
            owner, rival, rival_m = self._shortest(points, near[owner], piece)
            polygon[owner], length_m[owner] = rival, rival_m
        return polygon, length_m

    def _shortest(
        self, points: Geometries, owner: Positions, piece: Positions
    ) -> tuple[Positions, Positions, Floats]:
        """Keep of each point's pieces the nearest by geodesic, then the first polygon's."""
        lines = np.asarray(shapely.shortest_line(points[owner], self._pieces[piece]))
        lon, lat = _to_degrees(*shapely.get_coordinates(lines).T)
        length_m = distance_m(lon[0::2], lat[0::2], lon[1::2], lat[1::2])
        polygon = self._polygon[piece]
        order = np.lexsort((polygon, length_m, owner))
        best = order[np.flatnonzero(np.diff(owner[order], prepend=NOWHERE))]
        return owner[best], polygon[best], length_m[best]


def _boundary_pieces(polygons: Geometries) -> tuple[Geometries, Positions]:
    """Cut all rings into lines of a few edges; give them and the position of each one's polygon."""
    parts, polygon = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    if not len(rings):
        return np.empty(0, dtype=np.object_), np.empty(0, dtype=np.int64)
    vertices = shapely.get_num_coordinates(rings).astype(np.int64)
    edges = vertices - 1
    pieces = -(-edges // _PIECE_EDGES)
    ring = np.repeat(np.arange(len(rings)), pieces)
    first_edge = _count_up(pieces) * _PIECE_EDGES
    size = np.minimum(_PIECE_EDGES, edges[ring] - first_edge) + 1
    start = (np.cumsum(vertices) - vertices)[ring] + first_edge
    taken = np.repeat(start, size) + _count_up(size)
    lines = shapely.linestrings(
        shapely.get_coordinates(rings)[taken], indices=np.repeat(np.arange(size.size), size)
    )
    return geometry_array(lines), polygon[part[ring]]


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
