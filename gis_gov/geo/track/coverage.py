"""How much of a river reach or a route a mover covered, and which parts it missed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from gis_gov.geo.arrays import Floats, Geometries, Mask
from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.gaps import GAP_M, GAP_S, pieces
from gis_gov.geo.track.moments import moments
from gis_gov.geo.track.plane import Plane
from gis_gov.geo.track.runs import runs

SEGMENT_M: Final = 75.0
"""Each line is cut into equal segments of about this length, in metres."""

Route = shapely.LineString | shapely.MultiLineString


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which segments of a route were covered, in its order, and what was missed, in degrees.

    `share` is that of the length that was covered.
    """

    covered: Mask
    length_m: Floats
    missed: shapely.MultiLineString

    @property
    def share(self) -> float:
        """Tell which share of the route's length was covered; NaN for a route without length."""
        all_m = float(self.length_m.sum())
        return float(self.length_m[self.covered].sum()) / all_m if all_m > 0 else float("nan")


def coverage(
    fixes: Fixes,
    route: Route,
    buffer_m: float,
    *,
    segment_m: float = SEGMENT_M,
    gap_s: float = GAP_S,
    gap_m: float = GAP_M,
) -> Coverage:
    """Find the segments of a route (EPSG:4490) that a track passes within a distance in metres.

    The track is the line between its fixes, but not over gaps.

    Raises:
        ValueError: the route is empty.

    """
    return joint_coverage([fixes], route, buffer_m, segment_m=segment_m, gap_s=gap_s, gap_m=gap_m)


def joint_coverage(
    tracks: Sequence[Fixes],
    route: Route,
    buffer_m: float,
    *,
    segment_m: float = SEGMENT_M,
    gap_s: float = GAP_S,
    gap_m: float = GAP_M,
) -> Coverage:
    """Find the segments of a route that any of several tracks passes; see `coverage`.

    Raises:
        ValueError: the route is empty.

    """
    if route.is_empty:
        raise ValueError("the route is empty: give at least one line")
    middle = shapely.box(*route.bounds).centroid
    plane = Plane(middle.x, middle.y)
    segments, part = _segments(plane.laid(route), segment_m)
    way = shapely.GeometryCollection(
        [way_of(fixes, plane, gap_s=gap_s, gap_m=gap_m) for fixes in tracks]
    )
    shapely.prepare(way)
    covered = np.asarray(shapely.dwithin(way, segments, buffer_m), dtype=np.bool_)
    missed = plane.lifted(shapely.MultiLineString(_joined(segments, ~covered, part)))
    return Coverage(covered, np.asarray(shapely.length(segments)), missed)


def way_of(
    fixes: Fixes, plane: Plane, *, gap_s: float = GAP_S, gap_m: float = GAP_M
) -> shapely.GeometryCollection:
    """Lay the lines of a track, and its fixes alone between two gaps, onto a plane."""
    shapes: list[shapely.LineString | shapely.Point] = []
    for piece in pieces(moments(fixes), gap_s=gap_s, gap_m=gap_m):
        places = plane.metres(piece.lon, piece.lat)
        shapes.append(shapely.LineString(places) if len(piece) > 1 else shapely.Point(places[0]))
    return shapely.GeometryCollection(shapes)


def _segments(route: Route, segment_m: float) -> tuple[Geometries, Floats]:
    """Cut each line of a route into equal segments; give them and the number of their line."""
    segments: list[shapely.LineString] = []
    part: list[int] = []
    for number, line in enumerate(shapely.get_parts(route)):
        corners = shapely.get_coordinates(line)
        corner_m = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
        count = max(1, round(corner_m[-1] / segment_m))
        cut_m = np.linspace(0.0, corner_m[-1], count + 1)
        cuts = np.column_stack([np.interp(cut_m, corner_m, axis) for axis in corners.T])
        after = np.searchsorted(corner_m, cut_m[:-1], side="right")
        before = np.searchsorted(corner_m, cut_m[1:], side="left")
        for row in range(count):
            between = corners[after[row] : before[row]]
            segments.append(shapely.LineString([cuts[row], *between, cuts[row + 1]]))
        part.extend([number] * count)
    return np.array(segments, dtype=np.object_), np.array(part)


def _joined(segments: Geometries, rows: Mask, part: Floats) -> list[shapely.LineString]:
    """Join marked segments that follow each other on the same line."""
    lines: list[shapely.LineString] = []
    for number in np.unique(part):
        for first, last in runs(rows & (part == number)):
            corners = [shapely.get_coordinates(segment) for segment in segments[first : last + 1]]
            # Each begins where the one before ends.
            joined = np.concatenate([corners[0], *(each[1:] for each in corners[1:])])
            lines.append(shapely.LineString(joined))
    return lines
