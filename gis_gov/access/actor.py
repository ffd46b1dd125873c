"""Who asks, and what of it he may have."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from gis_gov.access.grants import Grant
from gis_gov.access.permissions import PLAIN, Permission
from gis_gov.access.problems import NotAllowed
from gis_gov.access.reach import NO_REACH, Extent, Reach, joined
from gis_gov.db.scope import Scope, scope_of

# The right that opens the rows of a kind of db.scope.KINDS.
_OPENS: Mapping[str, Permission] = {
    "address": Permission.ADDRESS_READ,
    "house": Permission.HOUSE_READ,
    "enterprise": Permission.ENTERPRISE_READ,
    "person": Permission.PERSON_READ,
    "resource": Permission.RESOURCE_READ,
    "face_camera": Permission.FACE_CAMERA_READ,
    "event": Permission.EVENT_READ,
    "worker": Permission.WORKER_READ,
    "track": Permission.TRACK_READ,
    "count": Permission.COUNT,
    "room": Permission.PLAIN_ROOM,
    "place": Permission.PLAIN_PLACE,
    "address_write": Permission.ADDRESS_WRITE,
    "house_write": Permission.HOUSE_WRITE,
    "enterprise_write": Permission.ENTERPRISE_WRITE,
    "resource_write": Permission.RESOURCE_WRITE,
    "event_write": Permission.EVENT_WRITE,
    "person_write": Permission.PERSON_WRITE,
    "worker_write": Permission.WORKER_WRITE,
    "grid_write": Permission.GRID_WRITE,
    "area_write": Permission.AREA_WRITE,
    "track_write": Permission.TRACK_WRITE,
    "fence_write": Permission.FENCE_WRITE,
    "shift_write": Permission.SHIFT_WRITE,
    "rule_write": Permission.RULE_WRITE,
}
_BY_PERSON_CLASS = PLAIN | {
    Permission.PERSON_READ,
    Permission.PERSON_WRITE,
    Permission.REVEAL,
    Permission.EXPORT,
}
_BY_DEPARTMENT = (Permission.EVENT_READ, Permission.EVENT_WRITE)
_OWN = ("worker", "track")


@dataclass(frozen=True)
class Actor:
    """One account or key, with its rights as they are today.

    `name` is what the audit calls it. `count_persons` and `count_events` are where kept counts of
    all persons or events may be told: a right for some classes only does not open them. `digest` is
    of all that decides what he may have, `rights` of that without who he is.
    """

    name: str
    grants: tuple[Grant, ...] = ()
    account_id: int | None = None
    key_id: int | None = None
    session_id: int | None = None
    worker_id: int | None = None
    must_change_password: bool = False
    reaches: Mapping[Permission, Reach] = field(init=False)
    count_persons: Reach = field(init=False)
    count_events: Reach = field(init=False)
    scope: Scope = field(init=False)
    digest: str = field(init=False)
    rights: str = field(init=False)

    def __post_init__(self) -> None:
        held = {right for grant in self.grants for right in grant.permissions}
        counting = [grant for grant in self.grants if Permission.COUNT in grant.permissions]
        made = {
            "reaches": {right: _reach(right, self.grants) for right in sorted(held)},
            "count_persons": joined(
                (grant.extent, None) for grant in counting if grant.person_classes is None
            ),
            "count_events": joined(
                (grant.extent, None) for grant in counting if grant.department is None
            ),
        }
        for name, value in made.items():
            object.__setattr__(self, name, value)
        bare = scope_of(self._scopes(None))
        scope = bare if self.worker_id is None else scope_of(self._scopes(self.worker_id))
        object.__setattr__(self, "scope", scope)
        object.__setattr__(self, "digest", _digest([*scope.values, *sorted(held)]))
        object.__setattr__(self, "rights", _digest([*bare.values, *sorted(held)]))

    def may(self, right: Permission) -> bool:
        """Say whether he has the right anywhere at all."""
        return bool(self.reach(right))

    def reach(self, right: Permission) -> Reach:
        """Return how far a right reaches."""
        return self.reaches.get(right, NO_REACH)

    def require(self, *rights: Permission) -> None:
        """Refuse who has not all of the rights somewhere.

        Raises:
            NotAllowed: naming the first that is missing.

        """
        for right in rights:
            if not self.may(right):
                raise NotAllowed(f"This needs the right {right}.", right=str(right))

    def _scopes(self, worker_id: int | None) -> dict[str, dict[str, Any]]:
        reaches = {
            "count_person": self.count_persons.as_json(),
            "count_event": self.count_events.as_json(),
        }
        for kind, right in _OPENS.items():
            reaches[kind] = self.reach(right).as_json()
            if kind in _OWN and worker_id is not None:
                reaches[kind]["own"] = worker_id
        return reaches


def _digest(texts: Iterable[str]) -> str:
    return blake2b("\0".join(texts).encode(), digest_size=12).hexdigest()


def _reach(right: Permission, grants: Iterable[Grant]) -> Reach:
    return joined(_parts(right, [grant for grant in grants if right in grant.permissions]))


def _parts(
    right: Permission, grants: Sequence[Grant]
) -> Iterable[tuple[Extent, frozenset[str] | None]]:
    for grant in grants:
        if right in _BY_PERSON_CLASS:
            yield grant.extent, grant.person_classes
        elif right in _BY_DEPARTMENT and grant.department is not None:
            yield grant.extent, frozenset({grant.department})
        else:
            yield grant.extent, None
