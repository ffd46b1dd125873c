"""Moves of workers made ready to be told: encoded once, found by place for each who follows."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import orjson

from gis_gov.access.permissions import Permission
from gis_gov.live.hiding import knows_worker
from gis_gov.live.telling import View
from gis_gov.live.whereabouts import Move, Whereabouts
from gis_gov.patrols.service import StandingLimits

KIND = "position"


class Moving:
    """Some moves, told to one view after the other; `workers` are those who moved."""

    def __init__(self, moves: Sequence[Move]) -> None:
        self._all = moves
        both = (each for move in moves for each in (move.before, move.now))
        self.workers = frozenset(each.worker_id for each in both if each is not None)
        self._by_area = _by_place(moves, "area_id")
        self._by_grid = _by_place(moves, "grid_id")

    def frames(self, view: View) -> list[bytes]:
        """Return what a view is told, if anything: who is where, and who is there no more."""
        if KIND not in view.following.kinds:
            return []
        pieces = [piece for move in self._near(view) if (piece := _told(move, view)) is not None]
        return [_frame(b"position", pieces)] if pieces else []

    def _near(self, view: View) -> Iterable[Move]:
        following = view.following
        if following.grid_id is not None:
            return self._by_grid.get(following.grid_id, ())
        if following.area_ids is None:
            return self._all
        near = [self._by_area[each] for each in self._by_area.keys() & following.area_ids]
        return dict.fromkeys(move for moves in near for move in moves)


def snapshot(
    view: View, whereabouts: Collection[Whereabouts], limits: StandingLimits
) -> list[bytes]:
    """Return the message that tells a view where all workers are of whom it may know.

    By the limits whoever listens knows when one of them becomes idle, or offline.
    """
    if KIND not in view.following.kinds:
        return []
    pieces = [each.told for each in whereabouts if is_seen(each, view)]
    more = b',"idle_s":%d,"offline_s":%d' % (limits.idle_s, limits.offline_s)
    return [_frame(b"positions", pieces, more)]


def is_seen(whereabouts: Whereabouts, view: View) -> bool:
    """Say whether a view follows a place, and may know who is there, as where positions are read.

    Where somebody is who is off shift, is told to himself alone.
    """
    actor = view.actor
    if actor.worker_id is not None and actor.worker_id == whereabouts.worker_id:
        return _is_followed(whereabouts, view)
    return not whereabouts.is_off_shift and _is_reached(whereabouts, view)


def _is_reached(whereabouts: Whereabouts, view: View) -> bool:
    actor, place = view.actor, (whereabouts.area_id, whereabouts.grid_id)
    return (
        actor.reach(Permission.TRACK_READ).holds(*place)
        and _is_followed(whereabouts, view)
        and knows_worker(
            actor, whereabouts.worker_id, whereabouts.worker_area_id, whereabouts.worker_grids
        )
    )


def _is_followed(whereabouts: Whereabouts, view: View) -> bool:
    following = view.following
    return following.holds(whereabouts.area_id, whereabouts.grid_id) and (
        following.bbox is None or following.bbox.contains(whereabouts.lon, whereabouts.lat)
    )


def _told(move: Move, view: View) -> bytes | None:
    if move.now is not None and is_seen(move.now, view):
        return move.now.told
    if move.before is not None and is_seen(move.before, view):
        # Not where to: that may be somebody else's to know.
        gone = {"worker": move.before.code, "gone": True}
        if move.now is not None and move.now.is_off_shift and _is_reached(move.now, view):
            gone["is_off_shift"] = True
        return orjson.dumps(gone)
    return None


def _by_place(moves: Sequence[Move], name: str) -> dict[int, list[Move]]:
    found: defaultdict[int, list[Move]] = defaultdict(list)
    for move in moves:
        places = {getattr(each, name) for each in (move.before, move.now) if each is not None}
        for place in places - {None}:
            found[place].append(move)
    return dict(found)


def _frame(name: bytes, pieces: Sequence[bytes], more: bytes = b"") -> bytes:
    return b'event: %b\ndata: {"positions":[%b]%b}\n\n' % (name, b",".join(pieces), more)
