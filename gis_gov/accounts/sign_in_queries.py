"""The queries about signing in: attempts, sessions, second factors."""

from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection

from gis_gov.db.run import rows_of, scalar, sql_file, tuples


@dataclass(frozen=True, slots=True)
class Attempt:
    """An account whose password is about to be compared."""

    id: int
    name: str
    password_hash: str | None
    former_password_hashes: list[str]
    totp_sealed: bytes | None
    totp_confirmed: bool
    totp_last_step: int | None


@dataclass(frozen=True, slots=True)
class LinkedAccount:
    """The account of a person whom an identity provider knows."""

    id: int
    name: str
    is_disabled: bool


@dataclass(frozen=True, slots=True)
class Person:
    """How an account's person is called, and whether a second factor is asked for."""

    display_name: str | None
    totp_confirmed: bool


async def begin_attempt(
    conn: AsyncConnection[Any],
    *,
    name: str | None = None,
    account_id: int | None = None,
    failures_max: int,
    lock_s: float,
    one_time_days: int,
) -> Attempt | None:
    """Count an attempt as failed, and return the account; None where it may not be tried."""
    found = await rows_of(
        conn,
        Attempt,
        sql_file(__package__, "begin_attempt"),
        {
            "name": name,
            "account_id": account_id,
            "failures_max": failures_max,
            "lock_s": lock_s,
            "one_time_days": one_time_days,
        },
    )
    return found[0] if found else None


async def why_not(conn: AsyncConnection[Any], name: str, *, one_time_days: int) -> str:
    """Say, for the audit only, why an account may not be tried, or is not what was compared."""
    told = await scalar(
        conn,
        sql_file(__package__, "why_not"),
        {"name": name, "one_time_days": one_time_days},
    )
    return told or "unknown"


async def linked_account(
    conn: AsyncConnection[Any], issuer: str, subject: str
) -> LinkedAccount | None:
    """Return the account of a provider's person, which nobody changes until the end."""
    found = await rows_of(
        conn,
        LinkedAccount,
        "select id, name, disabled_at is not null as is_disabled from account"
        " where oidc_issuer = %(issuer)s and oidc_subject = %(subject)s for share",
        {"issuer": issuer, "subject": subject},
    )
    return found[0] if found else None


async def take_back_attempt(conn: AsyncConnection[Any], account_id: int) -> None:
    """Count an attempt no more: the password was right, and a code has to follow."""
    await conn.execute(
        "update account set failures = greatest(failures - 1, 0), locked_until = null"
        " where id = %s",
        [account_id],
    )


async def pass_attempt(conn: AsyncConnection[Any], attempt: Attempt) -> bool:
    """Begin the count anew; False where the account is not the one that was compared any more.

    Nobody changes the account until the end of the transaction.
    """
    done = await conn.execute(
        sql_file(__package__, "pass_attempt"),
        {
            "id": attempt.id,
            "password_hash": attempt.password_hash,
            "totp_confirmed": attempt.totp_confirmed,
            "totp_sealed": attempt.totp_sealed,
        },
    )
    return done.rowcount == 1


async def use_step(conn: AsyncConnection[Any], account_id: int, step: int) -> bool:
    """Use up a step of the second factor; False where it or a later one was used already."""
    done = await conn.execute(
        "update account set totp_last_step = %s"
        " where id = %s and coalesce(totp_last_step, -1) < %s",
        [step, account_id, step],
    )
    return done.rowcount == 1


async def keep_rehashed(
    conn: AsyncConnection[Any], account_id: int, before: str, after: str
) -> None:
    """Keep the same password's newer hash."""
    await conn.execute(
        "update account set password_hash = %s where id = %s and password_hash = %s",
        [after, account_id, before],
    )


async def add_session(
    conn: AsyncConnection[Any],
    account_id: int,
    token_hash: bytes,
    *,
    lasts_s: float,
    client: str | None,
    method: str,
) -> None:
    """Begin a session; those that are over go."""
    await conn.execute("delete from session where ends_at <= now()")
    await conn.execute(
        sql_file(__package__, "new_session"),
        {
            "account_id": account_id,
            "token_hash": token_hash,
            "lasts_s": lasts_s,
            "client": client,
            "method": method,
        },
    )


async def end_session_of(conn: AsyncConnection[Any], token_hash: bytes) -> int | None:
    """End the session of a browser's token, and return its id, None where there is none."""
    return await scalar(
        conn,
        "delete from session where token_hash = %(token_hash)s returning id",
        {"token_hash": token_hash},
    )


async def hold_session(conn: AsyncConnection[Any], session_id: int) -> bool:
    """Let a session not end before the transaction does; False where it has ended."""
    done = await conn.execute("select from session where id = %s for update", [session_id])
    return done.rowcount == 1


async def change_token(conn: AsyncConnection[Any], session_id: int, token_hash: bytes) -> None:
    """Go on with a session under another token."""
    await conn.execute(
        # ends_at is named so that the change is announced.
        "update session set token_hash = %s, ends_at = ends_at where id = %s",
        [token_hash, session_id],
    )


async def offer_factor(conn: AsyncConnection[Any], account_id: int, sealed: bytes) -> bool:
    """Keep a second factor that waits for its first code; False where another is in use."""
    done = await conn.execute(
        "update account set totp_sealed = %s, totp_last_step = null"
        " where id = %s and not totp_confirmed",
        [sealed, account_id],
    )
    return done.rowcount == 1


async def offered_factor(conn: AsyncConnection[Any], account_id: int) -> bytes | None:
    """Return the second factor that waits for its first code, locked until the end."""
    return await scalar(
        conn,
        "select totp_sealed from account where id = %(id)s and not totp_confirmed for update",
        {"id": account_id},
    )


async def confirm_factor(conn: AsyncConnection[Any], account_id: int, step: int) -> None:
    """Ask for the second factor from now on."""
    await conn.execute(
        "update account set totp_confirmed = true, totp_last_step = %s where id = %s",
        [step, account_id],
    )


async def read_worker(conn: AsyncConnection[Any], worker_id: int) -> tuple[str, str] | None:
    """Return the code and the name of a worker whom one may know; as oneself one does."""
    asked = {"id": worker_id}
    found = await tuples(conn, "select code, name from worker where id = %(id)s", asked)
    return found[0] if found else None


async def read_person(conn: AsyncConnection[Any], account_id: int) -> Person:
    """Return what an account's own page shows of it."""
    found = await rows_of(
        conn,
        Person,
        "select display_name, totp_confirmed from account where id = %(id)s",
        {"id": account_id},
    )
    return found[0]
