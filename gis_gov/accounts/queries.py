"""The queries about accounts, as their administrators see and change them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import AsyncConnection

from gis_gov.access.reach import Extent
from gis_gov.db.run import rows_of, scalar, sql_file, tuples


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as its administrators see it."""

    id: int
    name: str
    display_name: str | None
    password_must_change: bool
    totp_confirmed: bool
    created_at: datetime
    is_disabled: bool
    is_locked: bool
    role_names: list[str]


async def keep_password(
    conn: AsyncConnection[Any], account_id: int, hashed: str, *, must_change: bool, kept: int
) -> None:
    """Keep a new password; `kept` is how many of the former ones are remembered."""
    await conn.execute(
        sql_file(__package__, "new_password"),
        {
            "account_id": account_id,
            "password_hash": hashed,
            "must_change": must_change,
            "kept": kept,
        },
    )


async def end_sessions(conn: AsyncConnection[Any], account_id: int, but: int | None = None) -> None:
    """End all sessions of an account, `but` one."""
    await conn.execute(
        "delete from session where account_id = %s and id is distinct from %s", [account_id, but]
    )


async def remove_factor(conn: AsyncConnection[Any], account_id: int) -> bool:
    """Ask for no second factor any more; False where there was none."""
    done = await conn.execute(
        "update account set totp_sealed = null, totp_confirmed = false, totp_last_step = null"
        " where id = %s and totp_sealed is not null",
        [account_id],
    )
    return done.rowcount == 1


async def read_accounts(
    conn: AsyncConnection[Any],
    extent: Extent,
    today: date,
    *,
    asked_by: int | None = None,
    name: str | None = None,
    after: str | None = None,
    limit: int = 1,
) -> list[AccountRow]:
    """Return accounts whose roles all lie in `extent`, by name: those after one, or one alone.

    Those without a role are everywhere's, and those who `asked_by` made.
    """
    return await rows_of(
        conn,
        AccountRow,
        sql_file(__package__, "accounts"),
        {
            "name": name,
            "after": after,
            "at_most": limit,
            "today": today,
            "asked_by": asked_by,
            "everywhere": extent.everywhere,
            "areas": sorted(extent.areas),
            "grids": sorted(extent.grids),
        },
    )


async def add_account(
    conn: AsyncConnection[Any],
    name: str,
    display_name: str | None,
    worker_id: int | None,
    created_by: int | None,
) -> int:
    """Add an account without a password."""
    return await scalar(
        conn,
        "insert into account (name, display_name, worker_id, created_by)"
        " values (%(name)s, %(display_name)s, %(worker_id)s, %(created_by)s) returning id",
        {
            "name": name,
            "display_name": display_name,
            "worker_id": worker_id,
            "created_by": created_by,
        },
    )


async def any_account(conn: AsyncConnection[Any]) -> bool:
    """Say whether there is any account."""
    return await scalar(conn, "select exists (select from account)")


async def account_id(conn: AsyncConnection[Any], name: str) -> int | None:
    """Return the id of an account."""
    return await scalar(conn, "select id from account where name = %(name)s", {"name": name})


async def lock_account(conn: AsyncConnection[Any], name: str) -> int | None:
    """Let nobody else change an account until the end of the transaction; return its id."""
    return await scalar(
        conn, "select id from account where name = %(name)s for update", {"name": name}
    )


async def disable(conn: AsyncConnection[Any], account_id: int) -> None:
    """Let an account be used no more, nor its keys; since when, is kept."""
    await conn.execute(
        "update account set disabled_at = coalesce(disabled_at, now()) where id = %s", [account_id]
    )


async def enable(conn: AsyncConnection[Any], account_id: int) -> None:
    """Let an account be used again."""
    await conn.execute("update account set disabled_at = null where id = %s", [account_id])


async def unlock(conn: AsyncConnection[Any], account_id: int) -> None:
    """Forget the failures of an account."""
    await conn.execute(
        "update account set failures = 0, locked_until = null where id = %s", [account_id]
    )


async def link(
    conn: AsyncConnection[Any], account_id: int, issuer: str | None, subject: str | None
) -> None:
    """Say which person of which identity provider an account is; None: of none."""
    await conn.execute(
        "update account set oidc_issuer = %s, oidc_subject = %s where id = %s",
        [issuer, subject, account_id],
    )


async def lock_grantors(conn: AsyncConnection[Any]) -> None:
    """Let nobody else take the right to grant from anybody until the end of the transaction."""
    await conn.execute("select pg_advisory_xact_lock(hashtext('gis_gov.grantors'))")


async def read_grantors(
    conn: AsyncConnection[Any], roles: Sequence[str], today: date, without_grant: int | None = None
) -> list[int]:
    """Return who holds one of the `roles` everywhere, without end; one grant may be left out."""
    rows = await tuples(
        conn,
        sql_file(__package__, "grantors"),
        {"roles": list(roles), "today": today, "without_grant": without_grant},
    )
    return [account_id for (account_id,) in rows]


async def worker_id(conn: AsyncConnection[Any], code: str) -> int | None:
    """Return the worker with a code."""
    return await scalar(conn, "select id from worker where code = %(code)s", {"code": code})
