"""When a mover was on some ground, near to it, or crossed a line, by fixes and ways between."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.arrays import Floats, Geometries, Mask, Positions
from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.gaps import is_gap
from gis_gov.geo.track.moments import moments
from gis_gov.geo.track.plane import Plane

LEAP_M: Final = 1000.0
"""Of a longer leg nobody knows where it led; the lines on the map break there, too."""
APART_S: Final = 60.0
"""Who is back within that time was not away."""
_CORNERS: Final = 32
"""A quarter of the circle around a corner has so many: it is cut by 0.03 % of the radius."""
_LINES: Final = ("LineString", "MultiLineString")


@dataclass(frozen=True, slots=True)
class Passage:
    """From when to when a mover was there, in seconds since 1970, and when it was closest.

    `turn` is 1 for who crossed a line to its left, -1 to its right, 0 for who did neither.
    `fixes` are those that lie there, none of a fast mover.
    """

    begin_s: float
    end_s: float
    closest_s: float
    closest_m: float
    fixes: int
    turn: int


@dataclass(frozen=True, slots=True)
class _Stretches:
    """Parts of legs, and fixes, that lie there: columns of one length."""

    begin_s: Floats
    end_s: Floats
    closest_s: Floats
    closest_m: Floats
    fixes: Positions
    turn: Floats


class Ground:
    """A shape in EPSG:4490 and what is within a radius in metres of it; 0 for the shape itself."""

    def __init__(self, shape: BaseGeometry, radius_m: float) -> None:
        """Take a shape; of a line without a radius it is told who crosses it."""
        middle = shapely.box(*shape.bounds).centroid
        self._plane = Plane(middle.x, middle.y)
        self._shape = self._plane.laid(shape)
        self._is_line = not radius_m and shape.geom_type in _LINES
        self._region = self._shape.buffer(radius_m, _CORNERS) if radius_m else self._shape
        shapely.prepare(self._shape)
        shapely.prepare(self._region)
        self._edges = _edges(self._shape) if self._is_line else np.empty((0, 2, 2))

    def passages(self, fixes: Fixes) -> list[Passage]:
        """List when a mover was there, in the order of time; it is the same for any order of fixes.

        The way between two fixes counts, unless it is a gap or longer than LEAP_M.
        """
        fixes = moments(fixes)
        if not len(fixes):
            return []
        places = self._plane.metres(fixes.lon, fixes.lat)
        found = [self._lone(fixes, places), *self._on_legs(fixes, places)]
        return _joined(
            _Stretches(
                *(
                    np.concatenate([getattr(each, name) for each in found])
                    for name in _Stretches.__slots__
                )
            )
        )

    def _lone(self, fixes: Fixes, places: Floats) -> _Stretches:
        """Return the fixes that lie there, each with no length of time."""
        points: Geometries = np.asarray(shapely.points(places))
        rows = np.flatnonzero(shapely.intersects(self._region, points))
        time_s = fixes.time_s[rows]
        far_m = np.asarray(shapely.distance(points[rows], self._shape), dtype=np.float64)
        ones = np.ones(len(rows), dtype=np.int64)
        return _Stretches(time_s, time_s, time_s, far_m, ones, np.zeros(len(rows)))

    def _on_legs(self, fixes: Fixes, places: Floats) -> list[_Stretches]:
        legs = np.flatnonzero(is_leg(fixes, places))
        start, end = places[legs], places[legs + 1]
        begin_s, took_s = fixes.time_s[legs], fixes.time_s[legs + 1] - fixes.time_s[legs]
        moved = np.hypot(*(end - start).T) > 0
        # A line without length is none for GEOS.
        stood = np.flatnonzero(~moved)
        stood = stood[np.asarray(shapely.intersects(self._region, shapely.points(start[stood])))]
        told = [_standing(begin_s[stood], took_s[stood])]
        lines = np.full(len(legs), None, dtype=np.object_)
        rows = np.flatnonzero(moved)
        lines[rows] = shapely.linestrings(np.stack([start[rows], end[rows]], axis=1))
        rows = rows[np.asarray(shapely.intersects(self._region, lines[rows]), dtype=np.bool_)]
        row, first, last = self._parts(lines, rows)
        if not len(row):
            return told
        begin, end_of_part = (start[row] + at[:, None] * (end - start)[row] for at in (first, last))
        closest_m, along = self._closest(begin, end_of_part)
        turn = self._turns(start[row], end[row], begin) if self._is_line else np.zeros(len(row))
        told.append(
            _Stretches(
                begin_s[row] + first * took_s[row],
                begin_s[row] + last * took_s[row],
                begin_s[row] + (first + along * (last - first)) * took_s[row],
                closest_m,
                np.zeros(len(row), dtype=np.int64),
                turn,
            )
        )
        return told

    def _parts(self, lines: Geometries, rows: Positions) -> tuple[Positions, Floats, Floats]:
        """Cut legs by the region; give the leg of each part, and from where to where, 0 to 1."""
        within = np.asarray(shapely.covers(self._region, lines[rows]), dtype=np.bool_)
        whole, cut = rows[within], rows[~within]
        pieces = shapely.intersection(lines[cut], self._region)
        parts, owner = shapely.get_parts(pieces, return_index=True)
        corners, part = shapely.get_coordinates(parts, return_index=True)
        leg = lines[cut[owner]]
        at = shapely.line_locate_point(leg[part], shapely.points(corners), normalized=True)
        first, last = np.full(len(parts), np.inf), np.full(len(parts), -np.inf)
        np.minimum.at(first, part, at)
        np.maximum.at(last, part, at)
        return (
            np.concatenate([whole, cut[owner]]),
            np.concatenate([np.zeros(len(whole)), first]),
            np.concatenate([np.ones(len(whole)), last]),
        )

    def _closest(self, begin: Floats, end: Floats) -> tuple[Floats, Floats]:
        """Tell how near parts of legs come to the shape, and where along the part, 0 to 1."""
        length_m = np.hypot(*(end - begin).T)
        parts: Geometries = np.asarray(shapely.linestrings(np.stack([begin, end], axis=1)))
        parts = np.where(length_m > 0, parts, np.asarray(shapely.points(begin)))
        shortest = shapely.shortest_line(parts, self._shape)
        ends = shapely.get_coordinates(shortest).reshape(-1, 2, 2)
        far_m = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
        along = np.hypot(*(ends[:, 0] - begin).T) / np.where(length_m > 0, length_m, 1.0)
        return far_m, np.clip(along, 0.0, 1.0)

    def _turns(self, start: Floats, end: Floats, met: Floats) -> Floats:
        """Tell of legs that meet the line to which side they lead: 1 left, -1 right.

        Half of it for one that begins or ends on the line.
        """
        edges: Geometries = np.asarray(shapely.linestrings(self._edges))
        places: Geometries = np.asarray(shapely.points(met))
        nearest = np.argmin(shapely.distance(places[:, None], edges[None]), axis=1)
        begin, along = self._edges[nearest, 0], np.diff(self._edges[nearest], axis=1)[:, 0]
        return (_side(end - begin, along) - _side(start - begin, along)) / 2


def is_leg(fixes: Fixes, places: Floats) -> Mask:
    """Say of each way between two fixes, also given on a plane, whether it is known."""
    return ~is_gap(fixes) & (np.hypot(*np.diff(places, axis=0).T) <= LEAP_M)


def cut(passages: Sequence[Passage], since_s: float, until_s: float) -> list[Passage]:
    """Return what of passages lies in a time, both ends of it included."""
    return [
        replace(
            each,
            begin_s=max(each.begin_s, since_s),
            end_s=min(each.end_s, until_s),
            closest_s=min(max(each.closest_s, since_s), until_s),
        )
        for each in passages
        if each.end_s >= since_s and each.begin_s <= until_s
    ]


def _joined(told: _Stretches) -> list[Passage]:
    """Make passages of stretches: of those that are less than APART_S apart one."""
    order = np.lexsort((told.end_s, told.begin_s))
    if not len(order):
        return []
    ends_s = np.maximum.accumulate(told.end_s[order])
    apart = told.begin_s[order][1:] - ends_s[:-1] > APART_S
    found: list[Passage] = []
    for rows in np.split(order, np.flatnonzero(apart) + 1):
        closest = rows[np.lexsort((told.closest_s[rows], told.closest_m[rows]))[0]]
        turn = float(told.turn[rows].sum())
        found.append(
            Passage(
                float(told.begin_s[rows].min()),
                float(told.end_s[rows].max()),
                float(told.closest_s[closest]),
                float(told.closest_m[closest]),
                int(told.fixes[rows].sum()),
                int(np.sign(turn)) if abs(turn) >= 1 else 0,
            )
        )
    return found


def _standing(begin_s: Floats, took_s: Floats) -> _Stretches:
    """Make stretches of legs without length; how near they are is told by their ends."""
    count = len(begin_s)
    return _Stretches(
        begin_s,
        begin_s + took_s,
        begin_s,
        np.full(count, np.inf),
        np.zeros(count, dtype=np.int64),
        np.zeros(count),
    )


def _edges(line: BaseGeometry) -> Floats:
    corners, part = shapely.get_coordinates(shapely.get_parts(line), return_index=True)
    rows = np.flatnonzero(part[1:] == part[:-1])
    return np.stack([corners[rows], corners[rows + 1]], axis=1)


def _side(away: Floats, along: Floats) -> Floats:
    """Tell on which side of edges places lie: 1 left, -1 right, 0 on them."""
    return np.sign(along[:, 0] * away[:, 1] - along[:, 1] * away[:, 0])
