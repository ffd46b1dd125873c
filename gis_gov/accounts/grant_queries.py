"""The queries about what accounts and keys were granted, and about keys."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from psycopg import AsyncConnection

from gis_gov.access.grants import Grant
from gis_gov.db.run import rows_of, scalar, sql_file


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role that somebody holds, or held."""

    id: int
    role: str
    area_code: str | None
    area_name: str | None
    grid_code: str | None
    grid_name: str | None
    area_path: str | None
    grid_id: int | None
    department: str | None
    person_classes: list[str] | None
    valid_from: date
    valid_to: date | None
    granted_by: str | None

    @property
    def grant(self) -> Grant:
        """Return it as a grant, without the areas below its own."""
        return Grant(
            role=self.role,
            path=self.area_path,
            grid_id=self.grid_id,
            department=self.department,
            person_classes=None if self.person_classes is None else frozenset(self.person_classes),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )


@dataclass(frozen=True, slots=True)
class Spot:
    """An area, or a grid with the area that it lies in."""

    path: str
    area_id: int | None = None
    grid_id: int | None = None


@dataclass(frozen=True, slots=True)
class KeyListed:
    """A key as its maker sees it."""

    id: int
    name: str
    maker: str | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    role_names: list[str]

    def state(self, now: datetime) -> Literal["active", "expired", "revoked"]:
        """Say whether it holds, and else why not."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at <= now else "active"


async def read_roles(
    conn: AsyncConnection[Any], *, account_id: int | None = None, key_id: int | None = None
) -> list[RoleRow]:
    """Return all roles of an account or a key, terms that are over included."""
    return await rows_of(
        conn,
        RoleRow,
        sql_file(__package__, "roles"),
        {"account_id": account_id, "key_id": key_id},
    )


async def read_area(conn: AsyncConnection[Any], code: str, today: date) -> Spot | None:
    """Find an area of today by its code."""
    found = await rows_of(
        conn,
        Spot,
        "select path, id as area_id from area"
        " where code = %(code)s and (valid_to is null or valid_to >= %(today)s)",
        {"code": code, "today": today},
    )
    return found[0] if found else None


async def read_grid(conn: AsyncConnection[Any], code: str, today: date) -> Spot | None:
    """Find a grid of today by its code."""
    found = await rows_of(
        conn,
        Spot,
        "select a.path, g.id as grid_id from grid as g inner join area as a on g.area_id = a.id"
        " where g.code = %(code)s and (g.valid_to is null or g.valid_to >= %(today)s)",
        {"code": code, "today": today},
    )
    return found[0] if found else None


async def add_role(
    conn: AsyncConnection[Any],
    grant: Grant,
    spot: Spot | None,
    *,
    account_id: int | None = None,
    key_id: int | None = None,
    granted_by: int | None,
) -> int:
    """Give a role to an account or a key."""
    classes = grant.person_classes
    return await scalar(
        conn,
        sql_file(__package__, "new_role"),
        {
            "account_id": account_id,
            "key_id": key_id,
            "role": grant.role,
            "area_id": spot and spot.area_id,
            "grid_id": spot and spot.grid_id,
            "department": grant.department,
            "person_classes": None if classes is None else sorted(classes),
            "valid_from": grant.valid_from,
            "valid_to": grant.valid_to,
            "granted_by": granted_by,
        },
    )


async def delete_role(conn: AsyncConnection[Any], grant_id: int) -> None:
    """Take a role away."""
    await conn.execute("delete from role_grant where id = %s", [grant_id])


async def add_key(
    conn: AsyncConnection[Any],
    name: str,
    token_hash: bytes,
    account_id: int | None,
    expires_at: datetime,
) -> int:
    """Add a key without any role."""
    return await scalar(
        conn,
        "insert into api_key (name, token_hash, account_id, expires_at)"
        " values (%(name)s, %(token_hash)s, %(account_id)s, %(expires_at)s) returning id",
        {
            "name": name,
            "token_hash": token_hash,
            "account_id": account_id,
            "expires_at": expires_at,
        },
    )


async def read_keys(
    conn: AsyncConnection[Any],
    account_id: int | None,
    *,
    everyones: bool,
    after: int | None,
    limit: int,
) -> list[KeyListed]:
    """Return keys, the newest first: those that an account made, or everyone's."""
    return await rows_of(
        conn,
        KeyListed,
        sql_file(__package__, "keys"),
        {"account_id": account_id, "everyones": everyones, "after": after, "at_most": limit},
    )


async def revoke_key(
    conn: AsyncConnection[Any], key_id: int, account_id: int | None, *, everyones: bool
) -> bool:
    """Let a key hold no more; False where there is none, or another made it."""
    done = await conn.execute(
        "update api_key set revoked_at = coalesce(revoked_at, now())"
        " where id = %s and (%s or account_id = %s)",
        [key_id, everyones, account_id],
    )
    return done.rowcount == 1


async def revoke_keys(conn: AsyncConnection[Any], account_id: int) -> int:
    """Let no key of an account hold any more, and return how many did."""
    done = await conn.execute(
        "update api_key set revoked_at = now()"
        " where account_id = %s and revoked_at is null and expires_at > now()",
        [account_id],
    )
    return done.rowcount


async def count_keys(conn: AsyncConnection[Any], account_id: int) -> int:
    """Count the keys of an account that hold; nobody makes one until the end of the transaction."""
    await conn.execute("select from account where id = %s for no key update", [account_id])
    return await scalar(
        conn,
        "select count(*) from api_key"
        " where account_id = %(id)s and revoked_at is null and expires_at > now()",
        {"id": account_id},
    )
