"""Every query of persons, houses and enterprises; each asks for what who asks may have, only."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import Select, Table, tuple_

from gis_gov.access.actor import Actor
from gis_gov.access.cover import Cover, on_page
from gis_gov.access.permissions import Permission
from gis_gov.db.plans import kept_plans
from gis_gov.db.run import rows_of
from gis_gov.registry.conditions import Conditions, seen
from gis_gov.registry.rows import (
    EnterpriseRow,
    HouseRow,
    PersonRow,
    enterprises,
    enterprises_seen,
    houses,
    houses_seen,
    persons,
    persons_seen,
)
from gis_gov.registry.tables import enterprise, house, person


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
    async with _plans_of(conn, None if by_name else cover, limit):
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
    query = persons(actor).where(*conditions)
    if not by_name:
        kept = [*persons_seen(actor), *conditions]
        return _page(query, person, kept, limit, after[0] if after else None, cover)
    key = person.c.name, person.c.code
    query = query.where(seen(actor, Permission.PLAIN_NAME)).order_by(*key).limit(limit)
    return query if after is None else query.where(tuple_(*key) > tuple_(*after))


async def read_person(conn: AsyncConnection[Any], actor: Actor, code: str) -> PersonRow | None:
    """Return the person with a code, None if who asks has none such."""
    found = await rows_of(conn, PersonRow, persons(actor).where(person.c.code == code))
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
    async with _plans_of(conn, cover, limit):
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
    kept = [*houses_seen(actor), *conditions]
    return _page(houses(actor).where(*conditions), house, kept, limit, after, cover)


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
    async with _plans_of(conn, cover, limit):
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
    kept = [*enterprises_seen(actor), *conditions]
    return _page(enterprises(actor).where(*conditions), enterprise, kept, limit, after, cover)


def _plans_of(
    conn: AsyncConnection[Any], cover: Cover | None, limit: int
) -> AbstractAsyncContextManager[None]:
    """Keep the plan of a page that is read place by place: it is the same for all places."""
    by_place = cover is not None and cover.serves(limit)
    return kept_plans(conn) if by_place else nullcontext()


def _page(
    query: Select[Any],
    table: Table,
    kept: Conditions,
    limit: int,
    after: str | None,
    cover: Cover | None,
) -> Select[Any]:
    """Cut a page by code; where a `cover` serves, from its places, by the conditions in `kept`."""
    if cover is not None and cover.serves(limit):
        page = on_page(table, cover, kept, limit=limit, after=after)
        return query.where(page).order_by(table.c.code)
    page = query.order_by(table.c.code).limit(limit)
    return page if after is None else page.where(table.c.code > after)
