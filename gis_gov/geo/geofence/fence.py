"""A geofence: an area, or a corridor along a line, and what counts as being in it."""

from dataclasses import dataclass, field
from math import inf, isfinite
from typing import Final

import numpy as np
import shapely
from shapely import LineString, MultiLineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.arrays import Floats
from gis_gov.geo.geofence.schedule import Schedule
from gis_gov.geo.geofence.spans import NO_SPANS, common
from gis_gov.geo.measure import metres_per_degree

HYSTERESIS_M: Final = 20.0
"""How far outside a mover must be seen to have left, if nothing else is said."""
# The chords of a quarter circle in 16 lie 0.12 % of the radius inside of it.
_SEGMENTS_TO_A_QUARTER: Final = 16

Shape = Polygon | MultiPolygon | LineString | MultiLineString


@dataclass(frozen=True, slots=True)
class Geofence:
    """An area in which movers are watched: EPSG:4490 degrees, edges straight there.

    `geometry` is a polygon (edges belong to it, holes don't), or the middle line of a corridor that
    is `width_m` wide. A mover is in as soon as it is surely inside, and out only when it is surely
    more than `hysteresis_m` outside. "Enter" is told when it was inside for `dwell_s`. The fence
    counts when its `schedule` says so (None: always), from `valid_from_s` up to `valid_to_s`
    (seconds since 1970).

    Raises:
        ValueError: a geometry that is empty or invalid or of another kind, a line without a width
            or a polygon with one, a negative or endless length or time.

    """

    id: int
    geometry: Shape
    width_m: float | None = None
    hysteresis_m: float = HYSTERESIS_M
    dwell_s: float = 0.0
    schedule: Schedule | None = None
    valid_from_s: float = -inf
    valid_to_s: float = inf
    area: BaseGeometry = field(init=False, repr=False, compare=False)
    """What the fence covers: the polygon, or that around the line."""

    def __post_init__(self) -> None:
        for name in ("hysteresis_m", "dwell_s"):
            value = getattr(self, name)
            if not (isfinite(value) and value >= 0):
                raise ValueError(f"fence {self.id}: {name} is {value}, neither 0 nor more")
        object.__setattr__(self, "area", _area(self))

    @property
    def always(self) -> bool:
        """Whether it counts at all times."""
        return self.schedule is None and self.valid_from_s == -inf and self.valid_to_s == inf

    def spans(self, from_s: float, to_s: float) -> Floats:
        """Return the spans in which it counts that touch a time: rows of seconds since 1970.

        Each counts from its first moment up to its last, which is no longer in it.
        """
        valid = np.array([[self.valid_from_s, self.valid_to_s]])
        spans = valid if self.schedule is None else self.schedule.spans(from_s, to_s)
        found = common(spans, valid)
        touching = (found[:, 0] <= to_s) & (found[:, 1] > from_s)
        return found[touching] if touching.any() else NO_SPANS

    def steady(self, at_s: float) -> tuple[bool, float, float]:
        """Tell whether it counts at a moment, and from when up to when at least that stays so."""
        if at_s < self.valid_from_s:
            return False, -inf, self.valid_from_s
        if at_s >= self.valid_to_s:
            return False, self.valid_to_s, inf
        if self.schedule is None:
            return True, self.valid_from_s, self.valid_to_s
        counts, from_s, to_s = self.schedule.steady(at_s)
        return counts, max(from_s, self.valid_from_s), min(to_s, self.valid_to_s)


def widened(shape: BaseGeometry, radius_m: float) -> BaseGeometry:
    """Return all that is within a distance of a shape, in degrees.

    The distance is right to 0.2 % for a part of up to 20 km from south to north, and to 1 % for
    100 km: each part is widened in the plane that touches the globe at its middle.
    """
    wide = [_widened(part, radius_m) for part in shapely.get_parts(shape)]
    return wide[0] if len(wide) == 1 else shapely.union_all(wide)


def _widened(part: BaseGeometry, radius_m: float) -> BaseGeometry:
    west, south, east, north = part.bounds
    middle = np.array([(west + east) / 2, (south + north) / 2])
    metres = np.array([scale.item() for scale in metres_per_degree(middle[1:])])
    flat = shapely.transform(part, lambda degrees: (degrees - middle) * metres)
    wide = shapely.buffer(flat, radius_m, quad_segs=_SEGMENTS_TO_A_QUARTER)
    return shapely.transform(wide, lambda plane: plane / metres + middle)


def _area(fence: Geofence) -> BaseGeometry:
    geometry = fence.geometry
    if shapely.is_empty(geometry) or not shapely.is_valid(geometry):
        raise ValueError(f"fence {fence.id}: {shapely.is_valid_reason(geometry) or 'empty'}")
    if isinstance(geometry, (LineString, MultiLineString)):
        if fence.width_m is None or not (isfinite(fence.width_m) and fence.width_m > 0):
            raise ValueError(f"fence {fence.id}: a corridor of {fence.width_m} m has no width")
        return widened(geometry, fence.width_m / 2)
    if not isinstance(geometry, (Polygon, MultiPolygon)):
        raise ValueError(f"fence {fence.id}: a {geometry.geom_type} is no area and no line")  # noqa: TRY004
    if fence.width_m is not None:
        raise ValueError(f"fence {fence.id}: only a line has a width")
    return geometry
