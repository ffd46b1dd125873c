"""Who may count what: the rights that a layer needs, and the first fence around what is counted.

Kept counts are open where the right to count reaches (for persons and events: reaches all of them).
Where somebody may read only some classes, the rows that he may read are counted instead.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Table,
    and_,
    false,
    func,
    not_,
    or_,
    true,
)

from gis_gov.access.actor import Actor
from gis_gov.access.filters import visible, within_reach
from gis_gov.access.permissions import Permission
from gis_gov.access.problems import NotAllowed
from gis_gov.access.reach import NO_REACH, Reach, joined
from gis_gov.counting.layers import tallies
from gis_gov.counting.tables import COARSE_RESOLUTION, tally
from gis_gov.events.tables import event
from gis_gov.geo.cells import FINE_RESOLUTION
from gis_gov.patrols.service import known_workers, told_place
from gis_gov.patrols.tables import position
from gis_gov.registry.tables import address, enterprise, house, person
from gis_gov.resources.tables import KNOWS_FACES, resource

PERSONAL: Final = frozenset(
    {"persons", "houses", "dwellings", "households", "addresses", "room_addresses"}
)
"""What tells of single people where it is few: a room is somebody's."""

_PARTLY_PERSONAL: Final = ("dwellings", "buildings", "room_addresses", "public_addresses")
"""The kept counts of what is partly personal."""

_MORE_RIGHTS: Final[Mapping[str, tuple[Permission, ...]]] = {
    "positions": (Permission.TRACK_READ,),
    "workers": (Permission.WORKER_READ, Permission.TRACK_READ),
}


class _Things(NamedTuple):
    """The rows of a layer: the right to read them, and where their class and worker stand."""

    right: Permission
    table: Table
    by_address: bool = False
    class_column: ColumnElement[str] | None = None
    own_column: ColumnElement[int] | None = None


_HOUSES = _Things(Permission.HOUSE_READ, house, by_address=True)
_RESOURCES = _Things(Permission.RESOURCE_READ, resource)
_THINGS: Final[Mapping[str, _Things]] = {
    "persons": _Things(Permission.PERSON_READ, person, True, person.c.person_class),
    "houses": _HOUSES,
    "buildings": _HOUSES,
    "dwellings": _HOUSES,
    "enterprises": _Things(Permission.ENTERPRISE_READ, enterprise, by_address=True),
    **dict.fromkeys(
        ("addresses", "public_addresses", "room_addresses"),
        _Things(Permission.ADDRESS_READ, address),
    ),
    "events": _Things(Permission.EVENT_READ, event, class_column=event.c.department),
    **dict.fromkeys(("cameras", "plain_cameras", "face_cameras", "centres", "pois"), _RESOURCES),
    "positions": _Things(Permission.TRACK_READ, position, own_column=position.c.worker_id),
}


_PLACED_BY: Final[Mapping[str, Permission]] = {
    "persons": Permission.PLAIN_PLACE,
    "addresses": Permission.PLAIN_ROOM,
    "dwellings": Permission.PLAIN_ROOM,
}
"""The right by which somebody knows where a thing of the layer is."""


def require(actor: Actor, names: Iterable[str], *, timed: bool) -> None:
    """Refuse who may not count one of the layers or measures; `timed` for a limit in time.

    Raises:
        NotAllowed: naming the right.

    """
    for name in names:
        actor.require(*_MORE_RIGHTS.get(name, (Permission.COUNT,)))
        if timed and name == "events":
            actor.require(Permission.EVENT_READ)


def kept_reach(actor: Actor, name: str) -> Reach:
    """Return where the kept counts of a layer may be told."""
    if name == "persons":
        return actor.count_persons
    if name == "events":
        return actor.count_events
    return actor.reach(Permission.COUNT)


def exact_reach(actor: Actor, name: str) -> Reach:
    """Return where few of a personal layer are told, too.

    A right for some classes of persons does not tell the number of all.
    """
    if name != "persons":
        return actor.reach(Permission.COUNT_EXACT)
    return joined(
        (grant.extent, None)
        for grant in actor.grants
        if Permission.COUNT_EXACT in grant.permissions and grant.person_classes is None
    )


def counts_exactly(actor: Actor, name: str) -> bool:
    """Say whether whatever he may count of a layer or measure he may count exactly."""
    return name not in PERSONAL or exact_reach(actor, name).covers(kept_reach(actor, name))


def reads_things(actor: Actor, layer: str) -> bool:
    """Say whether he may read each thing that he counts, and know where it is."""
    things, counted = _THINGS[layer], kept_reach(actor, layer)
    rights = {things.right} | ({Permission.ADDRESS_READ} if things.by_address else set())
    if layer == "persons":
        rights.add(Permission.PLAIN_PLACE)
    if layer in {"addresses", "houses", "dwellings"}:
        rights.add(Permission.PLAIN_ROOM)
    if reads_beyond_kept(actor, layer) and not knows_each(actor, layer):
        return False
    return all(actor.reach(right).covers(counted) for right in rights)


def reads_what_is_kept(actor: Actor, layer: str) -> bool:
    """Say whether the kept counts count for him just what he may read, no more and no less."""
    kept, read = kept_reach(actor, layer), actor.reach(_THINGS[layer].right)
    return reads_things(actor, layer) and kept.covers(read)


def knows_each(actor: Actor, layer: str) -> bool:
    """Say whether he may read things of a layer, and of each that he reads where it is.

    Persons have a place of their own, addresses and dwellings a room. Only then does the number of
    those in a shape of any form tell nothing that reading them one by one does not.
    """
    things = _THINGS[layer]
    read = actor.reach(things.right)
    plain = _PLACED_BY.get(layer)
    return bool(read) and (plain is None or actor.reach(plain).covers(read))


def finest_of_persons(actor: Actor) -> int:
    """Return the finest resolution at which persons may be counted by hexagon.

    Who sees but the middle of the grid that somebody lives in gets hexagons about as large.
    """
    placed = actor.reach(Permission.PLAIN_PLACE)
    covered = placed.covers(actor.reach(Permission.PERSON_READ))
    may_read = actor.may(Permission.PERSON_READ)
    return FINE_RESOLUTION if covered or not may_read else COARSE_RESOLUTION


def readable(actor: Actor, layer: str) -> ColumnElement[bool]:
    """Hold for the things of a layer that he may read, in a query over `layers.placed`."""
    if layer == "workers":
        return and_(known_workers(actor), told_place(actor))
    fence = listed(actor, layer)
    if _THINGS[layer].by_address:
        fence = and_(fence, visible(actor, Permission.ADDRESS_READ, address))
    return fence


def require_reading(actor: Actor, layer: str) -> None:
    """Refuse who may read no thing of a layer.

    Raises:
        NotAllowed: naming the right.

    """
    actor.require(_THINGS[layer].right)


def require_knowing_each(actor: Actor, layer: str) -> None:
    """Refuse who may read no thing of a layer, or knows of some that he reads not where it is.

    Raises:
        NotAllowed: naming the right.

    """
    require_reading(actor, layer)
    for part in {layer, *tallies(layer)}:
        if not knows_each(actor, part):
            right = str(_PLACED_BY[part])
            raise NotAllowed(
                f"This needs the right {right} for all that you may read.", right=right
            )


def listed(actor: Actor, layer: str) -> ColumnElement[bool]:
    """Hold for the things of a layer that he may read, in a query over `layers.own_table`."""
    things = _THINGS[layer]
    fence = visible(actor, things.right, things.table, things.class_column, things.own_column)
    if things.table is resource:
        fence = and_(
            fence, or_(not_(KNOWS_FACES), visible(actor, Permission.FACE_CAMERA_READ, resource))
        )
    return fence


def reads_beyond_kept(actor: Actor, layer: str) -> bool:
    """Say whether he may read some classes of a layer where its kept counts are closed to him."""
    return (
        layer in ("persons", "events")
        and bool(actor.reach(_THINGS[layer].right).of)
        and not kept_reach(actor, layer).everywhere
    )


def beyond_kept(actor: Actor, layer: str) -> ColumnElement[bool]:
    """Hold for the things that he may read where the kept counts are closed to him."""
    kept = within_reach(kept_reach(actor, layer), _THINGS[layer].table)
    return and_(readable(actor, layer), not_(func.coalesce(kept, false())))


def kept(actor: Actor, counts: Table = tally) -> ColumnElement[bool]:
    """Hold for the rows of the tally, or of the coarse one, that he may be told of."""
    reaches = {name: kept_reach(actor, name) for name in ("persons", "events", "")}
    faces = within_reach(actor.reach(Permission.FACE_CAMERA_READ), counts)
    return and_(_by_layer(reaches, counts), or_(counts.c.layer != "face_cameras", faces))


def kept_inexactly(actor: Actor, counts: Table = tally) -> ColumnElement[bool]:
    """Hold for the rows of the tally, or of the coarse one, that he is told by the threshold only.

    Buildings and addresses that are no rooms are among them, as parts of what is.
    """
    persons, others = exact_reach(actor, "persons"), exact_reach(actor, "dwellings")
    return or_(
        and_(counts.c.layer == "persons", not_(within_reach(persons, counts))),
        and_(counts.c.layer.in_(_PARTLY_PERSONAL), not_(within_reach(others, counts))),
    )


def _by_layer(reaches: Mapping[str, Reach], counts: Table) -> ColumnElement[bool]:
    """Hold where the reach named as the layer, or else the one without a name, holds."""
    if all(reach.everywhere for reach in reaches.values()):
        return true()
    others = [name for name in reaches if name]
    parts: list[ColumnElement[Any]] = [
        and_(counts.c.layer == name, within_reach(reaches[name], counts)) for name in others
    ]
    rest = reaches.get("", NO_REACH)
    return or_(*parts, and_(counts.c.layer.not_in(others), within_reach(rest, counts)))
