"""Addresses, persons, houses and enterprises as collections."""

from typing import Any

from sqlalchemy import (
    Select,
    Table,
    case,
    cast,
    extract,
    func,
    or_,
    select,
)
from sqlalchemy.types import Integer

from gis_gov.access.actor import Actor
from gis_gov.access.filters import visible
from gis_gov.access.permissions import Permission
from gis_gov.access.sealing import Sealer
from gis_gov.areas.tables import area, grid
from gis_gov.collection import (
    Collection,
    Expressed,
    Feature,
    Property,
    Row,
    column,
    masked_unless,
    plain_feature,
    selected,
    shape_column,
)
from gis_gov.cql.kinds import Expression, Kind, Queryable
from gis_gov.registry import rows, service
from gis_gov.registry.places import celled_by_address, footprint, home, in_reach, unplaced
from gis_gov.registry.rows import BUILDING, EnterpriseRow, HouseRow, PersonRow
from gis_gov.registry.tables import (
    HOUSE_KINDS,
    PERSON_CLASSES,
    ROOM_LEVEL,
    SEXES,
    address,
    enterprise,
    house,
    person,
)


def _masked(table: Table, expression: Expression, right: Permission) -> Expressed:
    return lambda actor: masked_unless(in_reach(actor, right, table), expression)


def _address_text(table: Table) -> Expressed:
    """Make the expression of a thing's address, cut at the building where rooms are masked."""

    def text(actor: Actor) -> Expression:
        cut = func.address_to_building(
            address.c.full_text, address.c.elements, address.c.known_level
        )
        rooms = in_reach(actor, Permission.PLAIN_ROOM, table)
        return case((rooms, address.c.full_text), else_=cut)

    return text


def _address_code(table: Table) -> Expressed:
    """Make the expression of an address's code, null where that is a room's and masked."""

    def code(actor: Actor) -> Expression:
        rooms = in_reach(actor, Permission.PLAIN_ROOM, table)
        return masked_unless(or_(rooms, address.c.known_level < ROOM_LEVEL), address.c.code)

    return code


def _house_code(actor: Actor) -> Expression:
    rooms = in_reach(actor, Permission.PLAIN_ROOM, person)
    return masked_unless(or_(rooms, house.c.kind == "building"), house.c.code)


def _place(table: Table) -> tuple[Property, ...]:
    """Make the properties of where something is that an address places."""
    return (
        Property("address", Kind.TEXT, "Address, cut at the building", _address_text(table)),
        Property("address_code", Kind.TEXT, "Code of the address", _address_code(table)),
        column(grid.c.code, Kind.TEXT, "Code of the grid", name="grid_code"),
        column(area.c.code, Kind.TEXT, "Code of the area", name="area_code"),
    )


def _of_person(
    name: str,
    kind: Kind,
    title: str,
    expression: Expression,
    right: Permission,
    choices: tuple[str, ...] = (),
) -> Property:
    """Make a property of a person that is masked for whoever has not the right."""
    return Property(name, kind, title, _masked(person, expression, right), right, choices)


_ADDRESS = (
    column(address.c.code, Kind.TEXT, "Natural key"),
    Property("full_text", Kind.TEXT, "The whole address", _address_text(address)),
    column(
        address.c.known_level,
        Kind.INTEGER,
        "Type of its lowest element (GA/T 2000.32)",
        name="level",
    ),
    column(grid.c.code, Kind.TEXT, "Code of the grid", name="grid_code"),
    column(area.c.code, Kind.TEXT, "Code of the area", name="area_code"),
)
_PERSON = (
    column(person.c.code, Kind.TEXT, "Natural key"),
    _of_person("name", Kind.TEXT, "Name", person.c.name, Permission.PLAIN_NAME),
    column(person.c.sex, Kind.TEXT, "Sex", choices=SEXES),
    Property(
        "birth_year",
        Kind.INTEGER,
        "Year of birth",
        lambda _actor: cast(extract("year", person.c.birth_date), Integer),
    ),
    _of_person(
        "birth_date", Kind.DATE, "Birthday", person.c.birth_date, Permission.PLAIN_ID_NUMBER
    ),
    Property("id_number", Kind.TEXT, "ID number; looked up by POST /persons/search"),
    Property("phone", Kind.TEXT, "Phone; looked up by POST /persons/search"),
    _of_person(
        "person_class",
        Kind.TEXT,
        "Class",
        person.c.person_class,
        Permission.PLAIN_CLASS,
        PERSON_CLASSES,
    ),
    _of_person("tags", Kind.TEXTS, "Tags", person.c.tags, Permission.PLAIN_CLASS),
    *_place(person),
    Property("house_code", Kind.TEXT, "Code of the building or dwelling", _house_code),
)
_HOUSE = (
    column(house.c.code, Kind.TEXT, "Natural key"),
    column(house.c.name, Kind.TEXT, "Name"),
    column(house.c.kind, Kind.TEXT, "Building or dwelling", choices=HOUSE_KINDS),
    column(BUILDING.c.code, Kind.TEXT, "Code of a dwelling's building", name="parent_code"),
    column(house.c.usage, Kind.TEXT, "Usage"),
    column(house.c.floors, Kind.INTEGER, "Floors"),
    column(house.c.height_m, Kind.NUMBER, "Height, metres"),
    column(house.c.area_m2, Kind.NUMBER, "Area, square metres"),
    *_place(house),
)
_ENTERPRISE = (
    column(enterprise.c.code, Kind.TEXT, "Natural key"),
    column(enterprise.c.name, Kind.TEXT, "Name"),
    column(enterprise.c.uscc, Kind.TEXT, "Unified social credit code"),
    column(enterprise.c.category, Kind.TEXT, "Category"),
    column(enterprise.c.risk_class, Kind.TEXT, "Risk class"),
    Property(
        "contact_name",
        Kind.TEXT,
        "Contact",
        _masked(enterprise, enterprise.c.contact_name, Permission.PLAIN_NAME),
        Permission.PLAIN_NAME,
    ),
    Property("phone", Kind.TEXT, "Phone of the contact"),
    *_place(enterprise),
)


def _addresses(actor: Actor) -> Select[Any]:
    rooms = in_reach(actor, Permission.PLAIN_ROOM, address)
    return (
        select(*selected(_ADDRESS, actor), shape_column(address.c.geom))
        .select_from(address)
        .outerjoin(grid, grid.c.id == address.c.grid_id)
        .outerjoin(area, area.c.id == address.c.area_id)
        .where(
            visible(actor, Permission.ADDRESS_READ, address),
            or_(address.c.known_level < ROOM_LEVEL, rooms),
        )
    )


def _person(actor: Actor, sealer: Sealer, row: Row) -> Feature:
    return service.person_feature(actor, sealer, PersonRow(**row))


def _house(actor: Actor, _sealer: Sealer, row: Row) -> Feature:
    return service.house_feature(actor, HouseRow(**row))


def _enterprise(actor: Actor, sealer: Sealer, row: Row) -> Feature:
    return service.enterprise_feature(actor, sealer, EnterpriseRow(**row))


ADDRESSES = Collection(
    name="addresses",
    title="Standard addresses",
    title_zh="标准地址",
    description="Addresses in use; rooms for whoever may see rooms.",
    right=Permission.ADDRESS_READ,
    key=address.c.code,
    rows=_addresses,
    feature=plain_feature(_ADDRESS),
    properties=_ADDRESS,
    taken=lambda actor: in_reach(actor, Permission.EXPORT, address),
    shape=lambda _actor: Queryable(Kind.GEOMETRY, address.c.geom),
    shape_type="Point",
    current=address.c.valid_to.is_(None),
    celled=celled_by_address(Permission.ADDRESS_READ),
)
PERSONS = Collection(
    name="persons",
    title="Persons",
    title_zh="人口",
    description="Residents at their address, or at the middle of their grid where that is all"
    " that you may see; what is masked for you is named in `masked`.",
    right=Permission.PERSON_READ,
    key=person.c.code,
    rows=rows.persons,
    feature=_person,
    properties=_PERSON,
    taken=lambda actor: in_reach(actor, Permission.EXPORT, person),
    shape=home,
    shape_type="Point",
    celled=celled_by_address(Permission.PERSON_READ, Permission.PLAIN_PLACE),
    personal=True,
)
HOUSES = Collection(
    name="houses",
    title="Buildings and dwellings",
    title_zh="房屋",
    description="Buildings as footprints, else at their address; dwellings where you may see"
    " rooms.",
    right=Permission.HOUSE_READ,
    key=house.c.code,
    rows=rows.houses,
    feature=_house,
    properties=_HOUSE,
    taken=lambda actor: in_reach(actor, Permission.EXPORT, house),
    shape=footprint,
    shape_type="Geometry",
    celled=celled_by_address(Permission.HOUSE_READ, apart=house.c.geom),
)
ENTERPRISES = Collection(
    name="enterprises",
    title="Enterprises",
    title_zh="企业",
    description="Enterprises and other units at their address.",
    right=Permission.ENTERPRISE_READ,
    key=enterprise.c.code,
    rows=rows.enterprises,
    feature=_enterprise,
    properties=_ENTERPRISE,
    taken=lambda actor: in_reach(actor, Permission.EXPORT, enterprise),
    shape=lambda _actor: Queryable(Kind.GEOMETRY, address.c.geom, absent=unplaced(enterprise)),
    shape_type="Point",
    personal=True,
)
COLLECTIONS = (ADDRESSES, PERSONS, HOUSES, ENTERPRISES)
