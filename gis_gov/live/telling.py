"""Changes made ready to be told: read once, encoded once, picked for each who follows."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from gis_gov.access.actor import Actor
from gis_gov.access.permissions import Permission
from gis_gov.changes.queries import Change
from gis_gov.geo.bbox import BBox
from gis_gov.live.following import Following, around, is_single_event, told_box
from gis_gov.live.frames import change_frame, event_frame, gone_frame
from gis_gov.live.kinds import may_know
from gis_gov.live.queries import EventRow

BOXES_MAX: Final = 20
"""More boxes of a kind at once are told as the one around them."""


ViewKey = tuple[str, int | None, Following]


@dataclass(frozen=True, slots=True)
class View:
    """What a stream may know, and what of it is followed: alike ones are told the same."""

    actor: Actor
    following: Following

    @property
    def key(self) -> ViewKey:
        """Return what the frames of a change depend on."""
        return self.actor.digest, self.actor.worker_id, self.following

    def is_told(self, change: Change) -> bool:
        """Say whether a change is followed, and may be known of."""
        return self.following.meets(change) and may_know(self.actor, change)


@dataclass(slots=True)
class _Event:
    """One event that was written: what it is now, and all that was noted of it."""

    now: EventRow | None
    code: str
    changes: list[Change] = field(default_factory=list[Change])


class Telling:
    """Some changes, told to one view after the other."""

    def __init__(self, changes: Sequence[Change], events: Mapping[int, EventRow]) -> None:
        """Take the changes, and of `single_events` those that are there."""
        self._events: dict[int, _Event] = {}
        self._others: list[Change] = []
        self._frames: dict[object, bytes] = {}
        for change in changes:
            if is_single_event(change):
                number, code = change.object_id or 0, change.object_code or ""
                told = self._events.setdefault(number, _Event(events.get(number), code))
                told.changes.append(change)
            else:
                self._others.append(change)

    def frames(self, view: View) -> list[bytes]:
        """Return the messages for a view; none of what it may not know, or does not follow."""
        made = [
            frame
            for told in self._events.values()
            if (frame := self._event(view, told)) is not None
        ]
        boxes: defaultdict[str, dict[BBox | None, None]] = defaultdict(dict)
        for change in self._others:
            if view.is_told(change):
                boxes[change.kind][told_box(change)] = None
        for kind, found in boxes.items():
            told = list(found) if len(found) <= BOXES_MAX else [around(list(found))]
            made += [self._encoded((kind, box), change_frame, kind, box) for box in told]
        return made

    def _event(self, view: View, told: _Event) -> bytes | None:
        now = told.now
        if now is not None and view.following.meets_event(now) and _may_read(view.actor, now):
            return self._encoded(now.id, event_frame, now)
        if any(map(view.is_told, told.changes)):
            return self._encoded((told.code, "gone"), gone_frame, told.code)
        return None

    def _encoded(self, key: object, encode: Callable[..., bytes], *values: object) -> bytes:
        frame = self._frames.get(key)
        if frame is None:
            frame = self._frames[key] = encode(*values)
        return frame


def single_events(changes: Sequence[Change]) -> set[int]:
    """Return the ids of the events that are told of one by one."""
    return {change.object_id or 0 for change in changes if is_single_event(change)}


def _may_read(actor: Actor, event: EventRow) -> bool:
    reach = actor.reach(Permission.EVENT_READ)
    return reach.holds(event.area_id, event.grid_id, event.department)
