"""What a question for counts by hexagon asks for, and its conditions."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    func,
)

from gis_gov.access.actor import Actor
from gis_gov.counting.hours import WeekHours
from gis_gov.counting.layers import TIMED
from gis_gov.cql.kinds import Condition, Expression
from gis_gov.db.metadata import SRID
from gis_gov.geo.bbox import BBox
from gis_gov.interval import Interval


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks for a heat map of what, and where and when; at most `limit` cells are answered.

    A `condition` is what a filter picks, and `weight` the property that is added up.
    """

    actor: Actor
    layer: str
    resolution: int
    bbox: BBox | None
    interval: Interval | None
    limit: int
    hours: WeekHours | None = None
    condition: Condition | None = None
    weight: str | None = None

    @property
    def is_timed(self) -> bool:
        """Whether it asks for the things of some time."""
        return self.interval is not None or self.hours is not None

    @property
    def is_of_listed(self) -> bool:
        """Whether it asks for what only the list of the things tells."""
        return self.condition is not None or self.weight is not None


def in_box(geom: Expression, bbox: BBox | None) -> list[ColumnElement[bool]]:
    """Make the conditions that a thing's point lies in a box or on its edge."""
    if bbox is None:
        return []
    envelope = func.st_makeenvelope(bbox.west, bbox.south, bbox.east, bbox.north, SRID)
    return [
        # The index holds boxes in single precision, hence the comparison of the numbers.
        geom.op("&&")(envelope),
        func.st_x(geom).between(bbox.west, bbox.east),
        func.st_y(geom).between(bbox.south, bbox.north),
    ]


def in_time(asked: Question) -> list[ColumnElement[bool]]:
    """Make the conditions that a thing is of the time that is asked for."""
    if not asked.is_timed:
        return []
    time, hours = TIMED[asked.layer], asked.hours
    return [*within(time, asked.interval), *([] if hours is None else [hours.holds(time)])]


def within(time: ColumnElement[Any], interval: Interval | None) -> list[ColumnElement[bool]]:
    """Make the conditions that a moment lies in an interval."""
    if interval is None:
        return []
    since = [] if interval.since is None else [time >= interval.since]
    return since if interval.until is None else [*since, time < interval.until]
