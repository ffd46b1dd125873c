"""Changes made ready to be told: read once, encoded once, picked for each who follows."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar
from weakref import WeakValueDictionary

from gis_gov.access.actor import Actor
from gis_gov.access.permissions import Permission
from gis_gov.changes.queries import Change
from gis_gov.geo.bbox import BBox
from gis_gov.live.following import Following, around, is_single, told_box
from gis_gov.live.frames import change_frame, event_frame, gone_frame, passing_frame, tiles_frame
from gis_gov.live.hiding import hidden_of
from gis_gov.live.kinds import TILES, may_know
from gis_gov.live.queries import EventRow, Key, PassingRow, Single
from gis_gov.tiles.service import LAYERS

BOXES_MAX: Final = 20
"""More boxes of a kind at once are told as the one around them."""


class Alike:
    """Rights, and what is followed with them: there is one of each, so that it is soon compared."""

    __slots__ = ("__weakref__",)


_ALIKE: WeakValueDictionary[tuple[str, Following], Alike] = WeakValueDictionary()
ViewKey = tuple[Alike, int | None]
What = TypeVar("What", str, tuple[str, ...])
Boxes = defaultdict[What, dict[BBox | None, None]]


@dataclass(frozen=True, slots=True)
class View:
    """What a stream may know, and what of it is followed: alike ones are told the same."""

    actor: Actor
    following: Following
    alike: Alike = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        alike = _ALIKE.setdefault((self.actor.rights, self.following), Alike())
        object.__setattr__(self, "alike", alike)

    @property
    def key(self) -> ViewKey:
        """Return what all that is told depends on."""
        return self.among({self.actor.worker_id})

    def among(self, workers: Collection[int | None]) -> ViewKey:
        """Return what messages about some workers depend on: who listens only if he is of them.

        Of thousands who are each a worker, those who follow the same with the same rights share
        what is made for one of them.
        """
        own = self.actor.worker_id
        return self.alike, own if own in workers else None

    def is_told(self, change: Change) -> bool:
        """Say whether a change is followed, and may be known of."""
        return self.following.meets(change) and may_know(self.actor, change)

    def redrawn(self, change: Change) -> tuple[str, ...]:
        """Return the layers of which tiles are followed, and drawn otherwise by a change."""
        following = self.following
        if TILES not in following.kinds or change.box is None or not following.reaches(change):
            return ()
        if not may_know(self.actor, change):
            return ()
        return tuple(
            name
            for name, layer in LAYERS.items()
            if change.kind in layer.shows and self.actor.may(layer.right)
        )


@dataclass(slots=True)
class _Single:
    """One thing that was written: what it is now, and all that was noted of it."""

    now: Single | None
    code: str
    changes: list[Change] = field(default_factory=list[Change])


class Telling:
    """Some changes, told to one view after the other; `workers` are those whom they are about."""

    def __init__(self, changes: Sequence[Change], singles: Mapping[Key, Single]) -> None:
        """Take the changes, and of `singles_of` those that are there."""
        self._singles: dict[Key, _Single] = {}
        self._others: list[Change] = []
        self._frames: dict[object, bytes] = {}
        self._all = changes
        for change in changes:
            if is_single(change):
                key, code = _key(change), change.object_code or ""
                told = self._singles.setdefault(key, _Single(singles.get(key), code))
                told.changes.append(change)
            else:
                self._others.append(change)
        self.workers = workers_of(changes) | _workers_of_passings(singles.values())
        # As they came to be, which the rows of a statement are not logged in.
        self._in_order = [self._singles[key] for key in sorted(self._singles)]

    def frames(self, view: View) -> list[bytes]:
        """Return the messages for a view; none of what it may not know, or does not follow."""
        made = [frame for told in self._in_order if (frame := self._single(view, told)) is not None]
        boxes: Boxes[str] = defaultdict(dict)
        for change in self._others:
            if view.is_told(change):
                boxes[change.kind][told_box(change)] = None
        for kind, box in _told(boxes):
            made.append(self._encoded((kind, box), change_frame, kind, box))
        return [*made, *self._tiles(view)]

    def _tiles(self, view: View) -> list[bytes]:
        if TILES not in view.following.kinds:
            return []
        boxes: Boxes[tuple[str, ...]] = defaultdict(dict)
        for change in self._all:
            layers = view.redrawn(change)
            if layers:
                boxes[layers][told_box(change)] = None
        return [
            self._encoded((layers, box), tiles_frame, layers, box) for layers, box in _told(boxes)
        ]

    def _single(self, view: View, told: _Single) -> bytes | None:
        now = told.now
        if isinstance(now, PassingRow):
            if view.following.meets_passing(now) and _may_follow(view.actor, now):
                hidden = hidden_of(view.actor, now)
                return self._encoded((now.kind, now.id, hidden), passing_frame, now, hidden)
            return None
        if now is not None and view.following.meets_event(now) and _may_read(view.actor, now):
            return self._encoded(("event", now.id), event_frame, now)
        if told.code and any(map(view.is_told, told.changes)):
            return self._encoded((told.code, "gone"), gone_frame, told.code)
        return None

    def _encoded(self, key: object, encode: Callable[..., bytes], *values: object) -> bytes:
        frame = self._frames.get(key)
        if frame is None:
            frame = self._frames[key] = encode(*values)
        return frame


def _told(boxes: "Boxes[What]") -> "Iterator[tuple[What, BBox | None]]":
    """Give the boxes of each; of too many the one around them."""
    for what, found in boxes.items():
        told = list(found) if len(found) <= BOXES_MAX else [around(list(found))]
        yield from ((what, box) for box in told)


def workers_of(changes: Sequence[Change]) -> frozenset[int]:
    """Return the workers who may know of a change for being who they are."""
    of_workers = (change.object_id for change in changes if change.kind == "worker")
    return frozenset(each for each in of_workers if each is not None)


def singles_of(changes: Sequence[Change]) -> set[Key]:
    """Return the things that are told of one by one."""
    return {_key(change) for change in changes if is_single(change)}


def _workers_of_passings(singles: Iterable[Single]) -> frozenset[int]:
    rows = [row for row in singles if isinstance(row, PassingRow)]
    named = (id_ for row in rows for id_ in (row.worker_id, row.other_id, *(row.for_workers or ())))
    return frozenset(each for each in named if each is not None)


def _key(change: Change) -> Key:
    return change.kind, change.object_id or 0


def _may_read(actor: Actor, event: EventRow) -> bool:
    reach = actor.reach(Permission.EVENT_READ)
    return reach.holds(event.area_id, event.grid_id, event.department)


def _may_follow(actor: Actor, row: PassingRow) -> bool:
    """Say what the row policies of crossings and alarms say."""
    reach = actor.reach(Permission.TRACK_READ)
    return (
        reach.holds(row.area_id, row.grid_id)
        or reach.holds(row.fence_area_id, row.fence_grid_id)
        or (actor.worker_id is not None and actor.worker_id == row.worker_id)
    )
