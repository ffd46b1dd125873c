"""Every query of persons, houses and enterprises; each asks for what who asks may have, only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import (
    JSON,
    ColumnElement,
    Select,
    Table,
    cast,
    func,
    or_,
    select,
    tuple_,
)

from gis_gov.access.actor import Actor
from gis_gov.access.cover import Cover, on_page
from gis_gov.access.filters import visible, within_reach
from gis_gov.access.permissions import Permission
from gis_gov.areas.tables import area, grid
from gis_gov.db.run import rows_of
from gis_gov.registry.conditions import CLASS, Conditions, Place, below, seen
from gis_gov.registry.tables import address, enterprise, house, person

_building = house.alias("building")


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


async def read_place(conn: AsyncConnection[Any], code: str) -> Place | None:
    """Find the area, else the grid, with a code."""
    lower = area.alias("lower")
    ids = select(lower.c.id).where(*below(lower, area.c.path)).correlate(area)
    wanted = select(area.c.path, func.array(ids.scalar_subquery()).label("areas"))
    found = await rows_of(conn, Place, wanted.where(area.c.code == code))
    if not found:
        wanted = select(grid.c.id.label("grid_id")).where(grid.c.code == code)
        found = await rows_of(conn, Place, wanted)
    return found[0] if found else None


async def read_persons(
    conn: AsyncConnection[Any],
    actor: Actor,
    conditions: Conditions,
    *,
    limit: int,
    after: Sequence[str] | None = None,
    by_name: bool = False,
    cover: Cover | None = None,
) -> list[PersonRow]:
    """Return persons by code, or by name and code, from after a key on.

    A page by code is read place by place where the list is known to lie in a `cover`.
    """
    query = persons_page(actor, conditions, limit=limit, after=after, by_name=by_name, cover=cover)
    return await rows_of(conn, PersonRow, query)


def persons_page(
    actor: Actor,
    conditions: Conditions,
    *,
    limit: int,
    after: Sequence[str] | None = None,
    by_name: bool = False,
    cover: Cover | None = None,
) -> Select[Any]:
    """Make the query of `read_persons`."""
    if cover is not None and cover.serves(limit) and not by_name:
        kept = [visible(actor, Permission.PERSON_READ, person, CLASS), *conditions]
        start = None if after is None else after[0]
        page = on_page(person, cover, kept, limit=limit, after=start)
        return _persons(actor).where(page).order_by(person.c.code)
    key = (person.c.name, person.c.code) if by_name else (person.c.code,)
    query = _persons(actor).where(*conditions).order_by(*key).limit(limit)
    if by_name:
        query = query.where(seen(actor, Permission.PLAIN_NAME))
    return query if after is None else query.where(tuple_(*key) > tuple_(*after))


async def read_person(conn: AsyncConnection[Any], actor: Actor, code: str) -> PersonRow | None:
    """Return the person with a code, None if who asks has none such."""
    found = await rows_of(conn, PersonRow, _persons(actor).where(person.c.code == code))
    return found[0] if found else None


async def read_houses(
    conn: AsyncConnection[Any],
    actor: Actor,
    conditions: Conditions,
    *,
    limit: int,
    after: str | None = None,
    cover: Cover | None = None,
) -> list[HouseRow]:
    """Return houses by code; dwellings where who asks may see rooms. `cover` as for persons."""
    query = houses_page(actor, conditions, limit=limit, after=after, cover=cover)
    return await rows_of(conn, HouseRow, query)


def houses_page(
    actor: Actor,
    conditions: Conditions,
    *,
    limit: int,
    after: str | None = None,
    cover: Cover | None = None,
) -> Select[Any]:
    """Make the query of `read_houses`."""
    query = _placed(
        house,
        house.c.name,
        house.c.kind,
        _building.c.code.label("parent_code"),
        house.c.usage,
        house.c.floors,
        house.c.height_m,
        house.c.area_m2,
        cast(func.st_asgeojson(house.c.geom, 7, 0), JSON).label("shape"),
    ).outerjoin(_building, _building.c.id == house.c.parent_id)
    rooms = within_reach(actor.reach(Permission.PLAIN_ROOM), house)
    seen = [visible(actor, Permission.HOUSE_READ, house), or_(house.c.kind == "building", rooms)]
    return _page(query, house, [*seen, *conditions], limit, after, cover)


async def read_enterprises(
    conn: AsyncConnection[Any],
    actor: Actor,
    conditions: Conditions,
    *,
    limit: int,
    after: str | None = None,
    cover: Cover | None = None,
) -> list[EnterpriseRow]:
    """Return enterprises by code; `cover` as for persons."""
    query = enterprises_page(actor, conditions, limit=limit, after=after, cover=cover)
    return await rows_of(conn, EnterpriseRow, query)


def enterprises_page(
    actor: Actor,
    conditions: Conditions,
    *,
    limit: int,
    after: str | None = None,
    cover: Cover | None = None,
) -> Select[Any]:
    """Make the query of `read_enterprises`."""
    query = _placed(
        enterprise,
        enterprise.c.name,
        enterprise.c.uscc,
        enterprise.c.category,
        enterprise.c.risk_class,
        enterprise.c.contact_name,
        enterprise.c.phone_sealed,
    )
    seen = [visible(actor, Permission.ENTERPRISE_READ, enterprise), *conditions]
    return _page(query, enterprise, seen, limit, after, cover)


def _persons(actor: Actor) -> Select[Any]:
    return (
        _placed(
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
        .outerjoin(house, house.c.id == person.c.house_id)
        .where(visible(actor, Permission.PERSON_READ, person, CLASS))
    )


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


def _page(
    query: Select[Any],
    table: Table,
    conditions: Conditions,
    limit: int,
    after: str | None,
    cover: Cover | None,
) -> Select[Any]:
    if cover is not None and cover.serves(limit):
        page = on_page(table, cover, conditions, limit=limit, after=after)
        return query.where(*conditions, page).order_by(table.c.code)
    query = query.where(*conditions).order_by(table.c.code).limit(limit)
    return query if after is None else query.where(table.c.code > after)
