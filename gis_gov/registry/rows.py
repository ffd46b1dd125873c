"""What a list of persons, houses or enterprises reads: the rows that who asks may have, unpaged."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import JSON, ColumnElement, Select, Table, cast, func, or_, select

from gis_gov.access.actor import Actor
from gis_gov.access.filters import visible, within_reach
from gis_gov.access.permissions import Permission
from gis_gov.areas.tables import area, grid
from gis_gov.registry.conditions import CLASS, Conditions
from gis_gov.registry.tables import address, enterprise, house, person

BUILDING = house.alias("building")
"""The building of a dwelling, in `houses`."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """Where something is: ids for the rights, codes for the answer."""

    area_id: int | None
    grid_id: int | None
    area_code: str | None
    grid_code: str | None
    address_code: str | None
    address: str | None
    elements: list[dict[str, Any]] | None
    level: int | None
    lon: float | None
    lat: float | None


@dataclass(frozen=True, slots=True)
class PersonRow(_Placed):
    """A person as the database has it; `grid_lon`, `grid_lat` are the middle of the grid."""

    code: str
    name: str
    sex: str
    birth_date: date | None
    id_number_sealed: bytes | None
    phone_sealed: bytes | None
    person_class: str
    tags: list[str]
    house_code: str | None
    house_kind: str | None
    grid_lon: float | None
    grid_lat: float | None


@dataclass(frozen=True, slots=True)
class HouseRow(_Placed):
    """A house as the database has it; `shape` is GeoJSON."""

    code: str
    name: str | None
    kind: str
    parent_code: str | None
    usage: str | None
    floors: int | None
    height_m: float | None
    area_m2: float | None
    shape: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class EnterpriseRow(_Placed):
    """An enterprise as the database has it."""

    code: str
    name: str
    uscc: str | None
    category: str | None
    risk_class: str | None
    contact_name: str | None
    phone_sealed: bytes | None


def persons_seen(actor: Actor) -> Conditions:
    """Hold for the persons that who asks may have."""
    return [visible(actor, Permission.PERSON_READ, person, CLASS)]


def houses_seen(actor: Actor) -> Conditions:
    """Hold for the houses that who asks may have: dwellings where he may see rooms."""
    rooms = within_reach(actor.reach(Permission.PLAIN_ROOM), house)
    return [visible(actor, Permission.HOUSE_READ, house), or_(house.c.kind == "building", rooms)]


def enterprises_seen(actor: Actor) -> Conditions:
    """Hold for the enterprises that who asks may have."""
    return [visible(actor, Permission.ENTERPRISE_READ, enterprise)]


def persons(actor: Actor) -> Select[Any]:
    """Select each person that who asks may have, as a PersonRow."""
    query = _placed(
        person,
        person.c.name,
        person.c.sex,
        person.c.birth_date,
        person.c.id_number_sealed,
        person.c.phone_sealed,
        person.c.person_class,
        person.c.tags,
        house.c.code.label("house_code"),
        house.c.kind.label("house_kind"),
        func.st_x(func.st_centroid(grid.c.geom)).label("grid_lon"),
        func.st_y(func.st_centroid(grid.c.geom)).label("grid_lat"),
    )
    return query.outerjoin(house, house.c.id == person.c.house_id).where(*persons_seen(actor))


def houses(actor: Actor) -> Select[Any]:
    """Select each house that who asks may have, as a HouseRow."""
    query = _placed(
        house,
        house.c.name,
        house.c.kind,
        BUILDING.c.code.label("parent_code"),
        house.c.usage,
        house.c.floors,
        house.c.height_m,
        house.c.area_m2,
        cast(func.st_asgeojson(func.st_forcepolygonccw(house.c.geom), 7, 0), JSON).label("shape"),
    )
    parents = query.outerjoin(BUILDING, BUILDING.c.id == house.c.parent_id)
    return parents.where(*houses_seen(actor))


def enterprises(actor: Actor) -> Select[Any]:
    """Select each enterprise that who asks may have, as an EnterpriseRow."""
    return _placed(
        enterprise,
        enterprise.c.name,
        enterprise.c.uscc,
        enterprise.c.category,
        enterprise.c.risk_class,
        enterprise.c.contact_name,
        enterprise.c.phone_sealed,
    ).where(*enterprises_seen(actor))


def _placed(table: Table, *columns: ColumnElement[Any]) -> Select[Any]:
    """Select columns of what an address places, along with where that is."""
    return (
        select(
            table.c.code,
            *columns,
            table.c.area_id,
            table.c.grid_id,
            area.c.code.label("area_code"),
            grid.c.code.label("grid_code"),
            address.c.code.label("address_code"),
            address.c.full_text.label("address"),
            address.c.elements,
            address.c.known_level.label("level"),
            func.st_x(address.c.geom).label("lon"),
            func.st_y(address.c.geom).label("lat"),
        )
        .select_from(table)
        .outerjoin(address, address.c.id == table.c.address_id)
        .outerjoin(grid, grid.c.id == table.c.grid_id)
        .outerjoin(area, area.c.id == table.c.area_id)
    )
