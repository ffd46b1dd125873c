"""The rules of giving roles: never more than one's own, never to oneself, some roles kept apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from psycopg import AsyncConnection

from gis_gov.access.entry import Entry
from gis_gov.access.grants import Grant, may_grant
from gis_gov.access.permissions import Permission
from gis_gov.access.roles import ROLES, role_named
from gis_gov.accounts import grant_queries, queries
from gis_gov.accounts.by import EVERY_ROLE, By
from gis_gov.accounts.grant_queries import RoleRow, Spot
from gis_gov.accounts.problems import GrantTooWide, LastGrantor, OwnRights, RolesApart
from gis_gov.days import today
from gis_gov.problems import InvalidRequest, NotFound

APART: Final = frozenset(role.name for role in ROLES.values() if role.apart)
_GRANTING: Final = [
    role.name
    for role in ROLES.values()
    if Permission.GRANT in role.permissions and EVERY_ROLE.role in role.grants
]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A role that is asked for, in an area or a grid by its code; with neither, everywhere."""

    role: str
    area: str | None = None
    grid: str | None = None
    department: str | None = None
    person_classes: frozenset[str] | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A role that is asked for, with the place found."""

    grant: Grant
    spot: Spot | None


async def place(conn: AsyncConnection[Any], wanted: Wanted) -> Placed:
    """Find the role and the place that are asked for.

    Raises:
        InvalidRequest: there is no such role, area or grid.

    """
    role = role_named(wanted.role)
    if role is None:
        raise InvalidRequest(f"{wanted.role!r} is no role; the roles are {', '.join(ROLES)}")
    spot = await _spot(conn, wanted)
    grant = Grant(
        role=role.name,
        path=spot and spot.path,
        grid_id=spot and spot.grid_id,
        department=wanted.department,
        person_classes=wanted.person_classes,
        valid_from=wanted.valid_from or today(),
        valid_to=wanted.valid_to,
    )
    if grant.valid_to is not None and grant.valid_to < grant.valid_from:
        raise InvalidRequest("a role's valid_to is not before its valid_from")
    return Placed(grant, spot)


async def _spot(conn: AsyncConnection[Any], wanted: Wanted) -> Spot | None:
    if wanted.area is not None and wanted.grid is not None:
        raise InvalidRequest("a role is held in an area or in a grid, not in both")
    spot = None
    if wanted.area is not None:
        spot = await grant_queries.read_area(conn, wanted.area, today())
    elif wanted.grid is not None:
        spot = await grant_queries.read_grid(conn, wanted.grid, today())
    else:
        return None
    if spot is None:
        kind = "grid" if wanted.area is None else "area"
        raise InvalidRequest(f"there is no {kind} {wanted.area or wanted.grid!r}")
    return spot


def refuse_apart(held: Iterable[Grant], wanted: Grant) -> None:
    """Refuse a second of the roles that are kept apart, at the same time.

    Raises:
        RolesApart: naming the role that is held.

    """
    if wanted.role not in APART:
        return
    for grant in held:
        other = grant.role in APART and grant.role != wanted.role
        if other and _meet(grant, wanted):
            raise RolesApart(f"{grant.role} and {wanted.role} are held by different people.")


def _meet(one: Grant, other: Grant) -> bool:
    return (one.valid_to is None or other.valid_from <= one.valid_to) and (
        other.valid_to is None or one.valid_from <= other.valid_to
    )


async def grant_role(conn: AsyncConnection[Any], by: By, name: str, wanted: Wanted) -> int:
    """Give a role to an account, in a transaction of the caller's; return its id.

    Raises:
        NotFound: there is no such account.
        InvalidRequest: there is no such role or place.
        OwnRights, GrantTooWide, RolesApart: it may not be given.

    """
    account_id = await _lock_other(conn, by, name)
    placed = await place(conn, wanted)
    grant = placed.grant
    if by.grants is not None and not may_grant(by.grants, grant):
        raise GrantTooWide(
            f"You may not grant {grant.role} there, for that department, those classes and term."
        )
    held = await grant_queries.read_roles(conn, account_id=account_id)
    refuse_apart((row.grant for row in held), grant)
    grant_id = await grant_queries.add_role(
        conn, grant, placed.spot, account_id=account_id, granted_by=by.account_id
    )
    await by.did(conn, Entry("role.grant", "ok", "account", name, detail=told(wanted, grant)))
    return grant_id


async def revoke_role(conn: AsyncConnection[Any], by: By, name: str, grant_id: int) -> None:
    """Take a role from an account, in a transaction of the caller's.

    Raises:
        NotFound: there is no such account, or it has no such role.
        OwnRights, GrantTooWide, LastGrantor: it may not be taken.

    """
    await queries.lock_grantors(conn)
    account_id = await _lock_other(conn, by, name)
    held = await grant_queries.read_roles(conn, account_id=account_id)
    row = next((row for row in held if row.id == grant_id), None)
    if row is None:
        raise NotFound(f"{name} has no role with the id {grant_id}.")
    if by.grants is not None and not may_grant(by.grants, row.grant):
        raise GrantTooWide(f"You may not take {row.role}, as you may not grant it so.")
    await refuse_last(conn, account_id, grant_id)
    await grant_queries.delete_role(conn, grant_id)
    detail = {"role": row.role, "area": row.area_code, "grid": row.grid_code}
    await by.did(conn, Entry("role.revoke", "ok", "account", name, detail=detail))


async def refuse_last(
    conn: AsyncConnection[Any], account_id: int, grant_id: int | None = None
) -> None:
    """Refuse to disable the last account that may grant, or to take that role from it.

    Raises:
        LastGrantor: nobody would be left.

    """
    before = await queries.read_grantors(conn, _GRANTING, today())
    after = await queries.read_grantors(conn, _GRANTING, today(), grant_id)
    left = set(after) - ({account_id} if grant_id is None else set())
    if account_id in before and not left:
        raise LastGrantor


async def roles_of(conn: AsyncConnection[Any], by: By, name: str) -> list[RoleRow]:
    """Return the roles of an account as far as who asks could have granted them.

    Raises:
        NotFound: there is no such account.

    """
    account_id = await queries.account_id(conn, name)
    if account_id is None:
        raise NotFound(f"There is no account {name!r}.")
    rows = await grant_queries.read_roles(conn, account_id=account_id)
    if by.grants is None:
        return rows
    own = [grant for grant in by.grants if Permission.GRANT in grant.permissions]
    return [row for row in rows if any(grant.reaches(row.grant) for grant in own)]


def told(wanted: Wanted, grant: Grant) -> dict[str, Any]:
    """Return what the audit keeps of a role that was given."""
    return {
        "role": grant.role,
        "area": wanted.area,
        "grid": wanted.grid,
        "department": wanted.department,
        "person_classes": wanted.person_classes and sorted(wanted.person_classes),
        "valid_from": grant.valid_from.isoformat(),
        "valid_to": grant.valid_to and grant.valid_to.isoformat(),
    }


async def _lock_other(conn: AsyncConnection[Any], by: By, name: str) -> int:
    account_id = await queries.lock_account(conn, name)
    if account_id is None:
        raise NotFound(f"There is no account {name!r}.")
    if account_id == by.account_id:
        raise OwnRights
    return account_id
