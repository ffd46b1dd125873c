"""What a rule asks of a patrol, and where."""

from dataclasses import dataclass, field
from typing import Any

from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a rule asks of a single patrol; None asks nothing.

    `patrol_kind` is the kind of patrols that are looked at, `alternates` are kinds that count
    without having been gone (a drone's flight, a meeting). `min_coverage` is a share of the length
    of a route. With `only_near`, what is gone farther off the object than `radius_m` does not
    count; what is gone faster than `max_speed_mps` never does. With `without_stays`, the time
    of stays (10 minutes within 20 m of a place) does not count to `min_minutes`.
    """

    patrol_kind: str | None = None
    alternates: tuple[str, ...] = ()
    min_minutes: float | None = None
    min_metres: float | None = None
    min_coverage: float | None = None
    radius_m: float = 50.0
    only_near: bool = False
    in_order: bool = False
    max_speed_mps: float | None = None
    without_stays: bool = False

    def looks_at(self, kind: str) -> bool:
        """Say whether a patrol of a kind is one for this rule at all."""
        return self.patrol_kind is None or kind == self.patrol_kind or kind in self.alternates


@dataclass(frozen=True, slots=True)
class CheckPoint:
    """Where a patrol has to come by within a radius in metres; degrees (EPSG:4490)."""

    number: int
    lon: float
    lat: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a rule is fulfilled: the shape of its object (EPSG:4490), and check points.

    `kind` is that of the object. The shape is None where there is none: nobody told where the
    object is, or the check points are all.
    """

    kind: str
    shape: BaseGeometry | None = None
    points: tuple[CheckPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a patrol is not enough: a code, what was found, and what is wanted."""

    code: str
    told: Any = None
    wanted: Any = None

    def as_json(self) -> dict[str, Any]:
        """Return the members of the JSON object."""
        return {"code": self.code, "told": self.told, "wanted": self.wanted}


@dataclass(frozen=True, slots=True)
class Findings:
    """What of a rule a patrol met; times in seconds since 1970, lengths in metres.

    `points` are the numbers of check points and when the patrol came there first, None where never;
    `missed` the parts of the route that it did not come by.
    """

    is_enough: bool
    is_alternate: bool = False
    duration_s: float = 0.0
    valid_mileage_m: float = 0.0
    coverage: float | None = None
    reasons: tuple[Reason, ...] = ()
    points: tuple[tuple[int, float | None], ...] = ()
    missed: BaseGeometry | None = field(default=None)
