"""The queries that find out who asks and what was granted."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import AsyncConnection

from gis_gov.access.grants import Grant
from gis_gov.db.run import rows_of, sql_file


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session that has not ended, and its account."""

    session_id: int
    seen_at: datetime
    ends_at: datetime
    method: str
    account_id: int
    name: str
    worker_id: int | None
    password_must_change: bool
    password_set_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key that holds; without an account it was made at the command line."""

    key_id: int
    name: str
    expires_at: datetime
    account_id: int | None


@dataclass(frozen=True, slots=True)
class _GrantRow:
    role_name: str
    grid_id: int | None
    department: str | None
    person_classes: list[str] | None
    valid_from: date
    valid_to: date | None
    area_path: str | None
    areas: list[int]


async def read_session(conn: AsyncConnection[Any], token_hash: bytes) -> SessionRow | None:
    """Find the session with the hash of a browser's token."""
    found = await rows_of(
        conn, SessionRow, sql_file(__package__, "session"), {"token_hash": token_hash}
    )
    return found[0] if found else None


async def read_key(conn: AsyncConnection[Any], token_hash: bytes) -> KeyRow | None:
    """Find the key with the hash of a machine's token."""
    found = await rows_of(conn, KeyRow, sql_file(__package__, "key"), {"token_hash": token_hash})
    return found[0] if found else None


async def read_grants(
    conn: AsyncConnection[Any], *, account_id: int | None = None, key_id: int | None = None
) -> list[Grant]:
    """Return all that an account or a key was ever granted, terms that are over included."""
    rows = await rows_of(
        conn,
        _GrantRow,
        sql_file(__package__, "grants"),
        {"account_id": account_id, "key_id": key_id},
    )
    return [
        Grant(
            role=row.role_name,
            path=row.area_path,
            areas=frozenset(row.areas),
            grid_id=row.grid_id,
            department=row.department,
            person_classes=None if row.person_classes is None else frozenset(row.person_classes),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        for row in rows
    ]


async def touch_session(conn: AsyncConnection[Any], session_id: int) -> None:
    """Note that a session was used just now."""
    await conn.execute("update session set seen_at = now() where id = %s", [session_id])


async def end_session(conn: AsyncConnection[Any], session_id: int) -> None:
    """End a session for good."""
    await conn.execute("delete from session where id = %s", [session_id])
