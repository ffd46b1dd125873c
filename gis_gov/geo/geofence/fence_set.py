"""Many geofences at once: which of them points are in, and which of them legs cross.

The set answers one thread at a time: GEOS makes its indexes at the first questions, unlocked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import ArrayLike

from gis_gov.geo.arrays import (
    Floats,
    Geometries,
    Mask,
    Positions,
    flat_points,
    geometry_array,
)
from gis_gov.geo.geofence.fence import Geofence, widened
from gis_gov.geo.geofence.mover_fixes import Legs, MoverFixes
from gis_gov.geo.measure import metres_per_degree

# A degree is taken for shorter than it is, so that no box is too small.
_DEGREE_M: Final = 110_000.0
_COSINE_MIN: Final = 0.01


@dataclass(frozen=True, slots=True)
class Passes:
    """Legs that lead through fences without a fix in them: columns of one length.

    `row` is that of the fix to which the leg leads, `fence` the place in the set; in at `enter_s`
    and out at `exit_s`, by the same pace all along the leg.
    """

    row: Positions
    fence: Positions
    enter_s: Floats
    exit_s: Floats


class GeofenceSet:
    """Geofences sorted by id; answers are places in `fences` and `ids`. EPSG:4490 degrees.

    Raises:
        ValueError: two fences have one id.

    """

    def __init__(self, fences: Iterable[Geofence]) -> None:
        self.fences = sorted(fences, key=lambda fence: fence.id)
        self.ids: Positions = np.array([fence.id for fence in self.fences], dtype=np.int64)
        if (self.ids[1:] == self.ids[:-1]).any():
            raise ValueError("two fences have one id")
        self.areas: Geometries = geometry_array([fence.area for fence in self.fences]).reshape(-1)
        self.hysteresis_m: Floats = np.array([fence.hysteresis_m for fence in self.fences])
        self.dwell_s: Floats = np.array([fence.dwell_s for fence in self.fences])
        self.valid_from_s: Floats = np.array([fence.valid_from_s for fence in self.fences])
        self.always: Mask = np.array([fence.always for fence in self.fences], dtype=np.bool_)
        self._steady = _Steady(self.fences)
        shapely.prepare(self.areas)
        self._edges = _Edges(self.areas)
        self._boxes = _grown(shapely.bounds(self.areas).reshape(-1, 4), self.hysteresis_m)
        self._tree = shapely.STRtree(shapely.box(*self._boxes.T))
        self._outer: Geometries = np.full(len(self.fences), None, dtype=np.object_)

    def __len__(self) -> int:
        return len(self.fences)

    def containing(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Positions, Positions]:
        """Find each pair of a point and a fence that covers it, sorted; none for NaN.

        Edges belong to a fence and holes don't, whatever its hysteresis and schedule are.
        """
        x, y = flat_points(lon, lat)
        placed = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        point, fence = self._tree.query(shapely.points(x[placed], y[placed]))
        point = placed[point]
        covered = shapely.intersects_xy(self.areas[fence], x[point], y[point])
        point, fence = point[covered], fence[covered]
        order = np.lexsort((fence, point))
        return point[order], fence[order]

    def crossed(self, fixes: MoverFixes) -> Passes:
        """Find the legs that cross fences in which neither end lies: fixes sorted by mover, time.

        Across a gap (GAP_S and GAP_M) nothing is crossed, and a place that is merely touched isn't
        either.
        """
        legs = Legs(fixes)
        row, fence = self.near(legs, np.flatnonzero(legs.straight))
        for back in (1, 0):
            end = row - back
            outside = ~shapely.intersects_xy(self.areas[fence], fixes.lon[end], fixes.lat[end])
            row, fence = row[outside], fence[outside]
        return self.passes(legs, row, fence)

    def steady(self, fence: Positions, begin_s: Floats, end_s: Floats) -> tuple[Mask, Mask]:
        """Tell of fences whether they are in force alike from begin to end, and if so, in force."""
        steady = self.always[fence]
        on = steady.copy()
        rest = np.flatnonzero(~steady)
        steady[rest], on[rest] = self._steady.between(fence[rest], begin_s[rest], end_s[rest])
        return steady, on

    def near(self, legs: Legs, rows: Positions) -> tuple[Positions, Positions]:
        """Pair rows with the fences that the leg to the fix, or its accuracy, may reach."""
        fixes = legs.fixes
        places = np.column_stack([fixes.lon, fixes.lat])
        before = places[np.where(legs.straight[rows], rows - 1, rows)]
        # Accuracy that was not told would make a box of NaN, which meets nothing.
        boxes = _grown(np.tile(places[rows], 2), np.nan_to_num(fixes.accuracy_m[rows]))
        boxes[:, :2] = np.minimum(boxes[:, :2], before)
        boxes[:, 2:] = np.maximum(boxes[:, 2:], before)
        found, fence = self._tree.query(shapely.box(*boxes.T))
        return rows[found], fence.astype(np.int64)

    def sides(self, fixes: MoverFixes, row: Positions, fence: Positions) -> tuple[Mask, Mask]:
        """Tell of pairs whether the fix is surely inside, and whether it is surely outside.

        Neither if the circle of its accuracy lies across the edge, or it is outside by no more than
        the hysteresis. Of the accuracy, so much counts inside as the fence is deep at least (area
        by perimeter): else nobody could be seen to enter a small one.
        """
        outside = ~_within(_grown(self._boxes[fence], fixes.accuracy_m[row]), fixes, row)
        inside = np.zeros(row.size, dtype=np.bool_)
        near = np.flatnonzero(~outside)
        inside[near], outside[near] = self._sides(fixes, row[near], fence[near])
        return inside, outside

    def _sides(self, fixes: MoverFixes, row: Positions, fence: Positions) -> tuple[Mask, Mask]:
        lon, lat, accuracy_m = fixes.lon[row], fixes.lat[row], fixes.accuracy_m[row]
        covered = shapely.intersects_xy(self.areas[fence], lon, lat)
        radius_m = np.where(
            covered,
            np.minimum(accuracy_m, self._edges.depth_m[fence]),
            np.maximum(accuracy_m, self.hysteresis_m[fence]),
        )
        unsure = self._edges.within(fence, lon, lat, radius_m)
        return covered & ~unsure, ~covered & ~unsure

    def passes(self, legs: Legs, row: Positions, fence: Positions) -> Passes:
        """Keep of pairs of a leg and a fence those where it leads through, with the moments."""
        fixes = legs.fixes
        inside = np.flatnonzero(shapely.intersects(self.areas[fence], _lines(fixes, row)))
        row, fence = row[inside], fence[inside]
        first, last = _shares(self.areas[fence], fixes, row)
        kept = first < last
        row, fence = row[kept], fence[kept]
        return Passes(row, fence, legs.moment_s(row, first[kept]), legs.moment_s(row, last[kept]))

    def entered_s(self, legs: Legs, row: Positions, fence: Positions) -> Floats:
        """Return when the legs to fixes inside first came into the fences."""
        first, _ = _shares(self.areas[fence], legs.fixes, row)
        return legs.moment_s(row, np.where(np.isnan(first), 1.0, first))

    def left_s(self, legs: Legs, row: Positions, fence: Positions) -> Floats:
        """Return when the legs to fixes outside were last within the fences' hysteresis."""
        missing = fence[shapely.is_missing(self._outer[fence])]
        for each in np.unique(missing).tolist():
            by_m = self.hysteresis_m.item(each)
            area = self.fences[each].area
            self._outer[each] = widened(area, by_m) if by_m else area
        _, last = _shares(self._outer[fence], legs.fixes, row)
        return legs.moment_s(row, np.where(np.isnan(last), 0.0, last))


class _Edges:
    """The edges of areas, each area's in the plane of metres that touches the globe at its middle.

    `depth_m` is area by perimeter: no area has all of its places nearer to an edge.
    """

    def __init__(self, areas: Geometries) -> None:
        bounds = shapely.bounds(areas).reshape(-1, 4)
        self._middle: Floats = (bounds[:, :2] + bounds[:, 2:]) / 2
        self._scale: Floats = np.column_stack(metres_per_degree(self._middle[:, 1]))
        flat = areas.copy()
        degrees, area = shapely.get_coordinates(flat, return_index=True)
        shapely.set_coordinates(flat, (degrees - self._middle[area]) * self._scale[area])
        self.depth_m: Floats = shapely.area(flat) / np.maximum(shapely.length(flat), 1e-9)
        self._edges: Geometries = geometry_array(shapely.boundary(flat)).reshape(-1)
        shapely.prepare(self._edges)

    def within(self, area: Positions, lon: Floats, lat: Floats, radius_m: Floats) -> Mask:
        """Tell of pairs of an area and a place whether an edge is within a distance above 0."""
        found = np.zeros(area.size, dtype=np.bool_)
        asked = np.flatnonzero(radius_m > 0)
        area = area[asked]
        degrees = np.column_stack([lon[asked], lat[asked]])
        dots = shapely.points((degrees - self._middle[area]) * self._scale[area])
        # The stubs know of one distance only.
        distances_m: Any = radius_m[asked]
        found[asked] = shapely.dwithin(self._edges[area], dots, distances_m)
        return found


class _Steady:
    """Whether each fence is in force, and between which moments that is known to stay so.

    What was worked out last is kept: nearly all questions are of the same hours.
    """

    def __init__(self, fences: list[Geofence]) -> None:
        self._fences = fences
        self._on: Mask = np.zeros(len(fences), dtype=np.bool_)
        self._from_s: Floats = np.full(len(fences), np.inf)
        self._to_s: Floats = np.full(len(fences), -np.inf)

    def between(self, fence: Positions, begin_s: Floats, end_s: Floats) -> tuple[Mask, Mask]:
        unknown = (begin_s < self._from_s[fence]) | (begin_s >= self._to_s[fence])
        steady = ~unknown & (end_s < self._to_s[fence])
        on = self._on[fence]
        for row in np.flatnonzero(~steady).tolist():
            place = fence.item(row)
            on[row], from_s, to_s = self._fences[place].steady(begin_s.item(row))
            steady[row] = end_s[row] < to_s
            self._on[place], self._from_s[place], self._to_s[place] = on[row], from_s, to_s
        return steady, on & steady


def _grown(boxes: Floats, by_m: Floats) -> Floats:
    """Grow boxes of degrees (west, south, east, north) by so many metres, or a little more."""
    height = by_m / _DEGREE_M
    farthest = np.maximum(np.abs(boxes[:, 1]), np.abs(boxes[:, 3])) + height
    width = height / np.maximum(np.cos(np.radians(np.minimum(farthest, 90.0))), _COSINE_MIN)
    return boxes + np.column_stack([-width, -height, width, height])


def _within(boxes: Floats, fixes: MoverFixes, row: Positions) -> Mask:
    west, south, east, north = boxes.T
    lon, lat = fixes.lon[row], fixes.lat[row]
    return (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)


def _lines(fixes: MoverFixes, row: Positions) -> Geometries:
    places = np.column_stack([fixes.lon, fixes.lat])
    return geometry_array(shapely.linestrings(np.stack([places[row - 1], places[row]], axis=1)))


def _shares(areas: Geometries, fixes: MoverFixes, row: Positions) -> tuple[Floats, Floats]:
    """Return how far along each leg it is first, and last, in its area: 0 to 1, NaN for never."""
    first, last = np.full(row.size, np.inf), np.full(row.size, -np.inf)
    parts = shapely.intersection(areas, _lines(fixes, row))
    corners, leg = shapely.get_coordinates(parts, return_index=True)
    start = np.column_stack([fixes.lon[row - 1], fixes.lat[row - 1]])
    way = np.column_stack([fixes.lon[row], fixes.lat[row]]) - start
    square = (way * way).sum(axis=1)
    moving = square[leg] > 0
    corners, leg = corners[moving], leg[moving]
    share = ((corners - start[leg]) * way[leg]).sum(axis=1) / square[leg]
    share = np.clip(share, 0.0, 1.0)
    np.minimum.at(first, leg, share)
    np.maximum.at(last, leg, share)
    none = first > last
    return np.where(none, np.nan, first), np.where(none, np.nan, last)
