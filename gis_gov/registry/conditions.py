"""What persons, houses and enterprises can be asked for by, as far as who asks may know it."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, FromClause, Table, literal, or_, select

from gis_gov.access.actor import Actor
from gis_gov.access.cover import Cover, cover_of
from gis_gov.access.filters import visible, within_reach
from gis_gov.access.permissions import Permission
from gis_gov.access.personal import digest_columns
from gis_gov.areas.service import CodedPlace
from gis_gov.areas.tables import area
from gis_gov.registry.tables import ROOM_LEVEL, address, house, person

Condition = ColumnElement[bool]
Conditions = list[Condition]
CLASS = person.c.person_class


def in_place(table: Table, place: CodedPlace) -> Condition:
    """Hold for what lies in an area, with all below it, or in a grid."""
    if place.path is None:
        return table.c.grid_id == place.grid_id
    return table.c.area_id.in_(select(area.c.id).where(*below(area, literal(place.path))))


def below(table: FromClause, path: ColumnElement[str]) -> Conditions:
    """Hold for an area of that path and all that lie in it."""
    return [table.c.path >= path, table.c.path < path.concat("Z")]


def listed_in(actor: Actor, right: Permission, place: CodedPlace | None) -> Cover | None:
    """Return the places in which a list lies that nothing else makes short; None: anywhere."""
    if place is not None and place.grid_id is not None:
        return Cover(grids=frozenset({place.grid_id}))
    return cover_of(actor.reach(right), None if place is None else frozenset(place.areas))


def at_address(actor: Actor, code: str) -> Condition:
    """Hold for the persons of an address; of a room, where who asks may know who has which."""
    wanted = select(address.c.id).where(address.c.code == code)
    return or_(
        person.c.address_id.in_(wanted.where(address.c.known_level < ROOM_LEVEL)),
        person.c.address_id.in_(wanted) & seen(actor, Permission.PLAIN_ROOM),
    )


def in_house(actor: Actor, code: str) -> Condition:
    """Hold for the persons of a building, or of a dwelling as for a room."""
    building = select(house.c.id).where(house.c.code == code, house.c.kind == "building")
    dwelling = select(house.c.id).where(house.c.code == code, house.c.kind == "dwelling")
    inside = select(house.c.id).where(house.c.parent_id.in_(building))
    return or_(
        person.c.house_id.in_(building),
        person.c.house_id.in_(inside),
        person.c.house_id.in_(dwelling) & seen(actor, Permission.PLAIN_ROOM),
    )


def of_class(actor: Actor, person_class: str) -> Condition:
    """Hold for the persons of a class, among those of whom who asks may know it."""
    return (person.c.person_class == person_class) & seen(actor, Permission.PLAIN_CLASS)


def named(actor: Actor, name: str) -> Condition:
    """Hold for the persons of a name, among those whose names who asks may see."""
    return (person.c.name == name) & seen(actor, Permission.PLAIN_NAME)


def with_digest(actor: Actor, field: str, digests: Sequence[bytes], right: Permission) -> Condition:
    """Hold for the persons with an ID number or phone, among those of whom who asks may learn it.

    One of a person's phones will do. Whoever sees but the ends of a number could find the rest by
    asking for each.
    """
    has_it = or_(*(person.c[column].in_(digests) for column in digest_columns(field)))
    return has_it & or_(seen(actor, right), seen(actor, Permission.REVEAL))


def exported(actor: Actor) -> Condition:
    """Hold for the persons that who asks may take out."""
    return visible(actor, Permission.EXPORT, person, CLASS)


def seen(actor: Actor, right: Permission) -> Condition:
    """Hold for the persons for whom who asks has a right."""
    return within_reach(actor.reach(right), person, CLASS)
