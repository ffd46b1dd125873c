"""Who may know of which change: the rule of the row policies, for what is told unasked."""

from collections.abc import Mapping
from typing import Final

from gis_gov.access.actor import Actor
from gis_gov.access.permissions import Permission
from gis_gov.changes.queries import Change

KINDS: Final[Mapping[str, Permission]] = {
    "area": Permission.MAP_READ,
    "grid": Permission.MAP_READ,
    "address": Permission.ADDRESS_READ,
    "house": Permission.HOUSE_READ,
    "enterprise": Permission.ENTERPRISE_READ,
    "person": Permission.PERSON_READ,
    "resource": Permission.RESOURCE_READ,
    "worker": Permission.WORKER_READ,
    "event": Permission.EVENT_READ,
    "position": Permission.TRACK_READ,
    "crossing": Permission.TRACK_READ,
    "alarm": Permission.TRACK_READ,
    "tiles": Permission.MAP_READ,
}
"""What can be followed, and the right that it takes."""
OWN: Final = frozenset({"position", "crossing", "alarm"})
"""What a worker may follow without the right, too: as far as it is of himself."""
TILES: Final = "tiles"
"""Which tiles are drawn otherwise than before; told to who names it."""

# Open to whoever is signed in, wherever they are.
_OPEN: Final = frozenset({"area", "grid"})
# Whoever reads these by class has the right for rows of that class.
_BY_CLASS: Final = frozenset({"person", "event"})
# Rows of these classes take a right of their own, too.
_ALSO: Final[Mapping[tuple[str, str], Permission]] = {
    ("address", "room"): Permission.PLAIN_ROOM,
    ("house", "dwelling"): Permission.PLAIN_ROOM,
    ("resource", "face"): Permission.FACE_CAMERA_READ,
}


def may_follow(actor: Actor, kind: str) -> bool:
    """Say whether there is anything of a kind that somebody may know of."""
    return actor.may(KINDS[kind]) or (kind in OWN and actor.worker_id is not None)


def may_know(actor: Actor, change: Change) -> bool:
    """Say whether somebody could read what was changed, as it was written."""
    right = KINDS.get(change.kind)
    if right is None or not may_follow(actor, change.kind):
        return False
    if change.kind in _OPEN or change.for_all:
        return True
    row_class = change.row_class if change.kind in _BY_CLASS else None
    if not actor.reach(right).holds(change.area_id, change.grid_id, row_class):
        return change.kind == "worker" and _is_himself(actor, change)
    also = _ALSO.get((change.kind, change.row_class or ""))
    return also is None or actor.reach(also).holds(change.area_id, change.grid_id)


def _is_himself(actor: Actor, change: Change) -> bool:
    return actor.worker_id is not None and actor.worker_id == change.object_id
