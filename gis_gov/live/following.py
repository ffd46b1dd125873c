"""What a stream follows: kinds, a place, a box."""

from dataclasses import dataclass
from math import inf, isfinite
from typing import Final

from gis_gov.changes.queries import Change
from gis_gov.geo.bbox import BBox
from gis_gov.live.queries import EventRow, PassingRow

# Told no finer than by the grid, where most are not told more of their place than that.
_BY_GRID: Final = frozenset({"person", "house", "enterprise"})
# Told of one by one, as what they now are.
_SINGLE: Final = frozenset({"event", "crossing", "alarm"})


@dataclass(frozen=True, slots=True)
class Following:
    """Some kinds, everywhere or in the areas and grid of a place, and in a box if there is one.

    Crossings and alarms are those of a fence, if there is one.
    """

    kinds: frozenset[str]
    area_ids: frozenset[int] | None = None
    grid_id: int | None = None
    bbox: BBox | None = None
    fence_id: int | None = None

    def meets(self, change: Change) -> bool:
        """Say whether a change is among what is followed."""
        return change.kind in self.kinds and self.reaches(change)

    def reaches(self, change: Change) -> bool:
        """Say whether a change, of whatever kind, is where something is followed."""
        if not change.for_all and not self.holds(change.area_id, change.grid_id):
            return False
        if self.bbox is None:
            return True
        if change.box is None and change.kind == "event" and is_single(change):
            return False  # as `meets_event` says of one that is on no map
        told = told_box(change)
        return told is None or _meet(self.bbox, told)

    def meets_event(self, event: EventRow) -> bool:
        """Say whether an event is, as it now is, among what is followed."""
        if "event" not in self.kinds or not self.holds(event.area_id, event.grid_id):
            return False
        if self.bbox is None:
            return True
        return (
            event.lon is not None
            and event.lat is not None
            and self.bbox.contains(event.lon, event.lat)
        )

    def meets_passing(self, row: PassingRow) -> bool:
        """Say whether a crossing or an alarm is among what is followed: it, or all of its fence."""
        if row.kind not in self.kinds or self.fence_id not in (None, row.fence_id):
            return False
        own, of_fence = (row.area_id, row.grid_id), (row.fence_area_id, row.fence_grid_id)
        if not (self.holds(*own) or self.holds(*of_fence)):
            return False
        if self.bbox is None:
            return True
        return row.lon is not None and row.lat is not None and self.bbox.contains(row.lon, row.lat)

    def holds(self, area_id: int | None, grid_id: int | None) -> bool:
        """Say whether a place is in the one that is followed."""
        if self.area_ids is not None:
            return area_id in self.area_ids
        return self.grid_id is None or grid_id == self.grid_id


def is_single(change: Change) -> bool:
    """Say whether a change is of one thing, of which is told what it now is."""
    return change.kind in _SINGLE and change.object_id is not None


def told_box(change: Change) -> BBox | None:
    """Return where a change was as far as anybody is told; None stands for anywhere."""
    box = change.box
    if box is None or (change.kind in _BY_GRID and change.grid_id is None):
        return None
    return box if all(map(isfinite, (box.west, box.south, box.east, box.north))) else None


def around(boxes: list[BBox | None]) -> BBox | None:
    """Return the box around boxes; None, if one of them is anywhere."""
    west = south = inf
    east = north = -inf
    for box in boxes:
        if box is None:
            return None
        west, south = min(west, box.west), min(south, box.south)
        east, north = max(east, box.east), max(north, box.north)
    return BBox(west, south, east, north)


def _meet(one: BBox, other: BBox) -> bool:
    return (
        one.west <= other.east
        and one.east >= other.west
        and one.south <= other.north
        and one.north >= other.south
    )
