"""Sign in and out: who fails is told nothing, and too often in a row is locked out for a while."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from psycopg import AsyncConnection

from gis_gov.access.entry import Entry, write_within
from gis_gov.access.passwords import Passwords
from gis_gov.access.tokens import new_session_token, token_hash
from gis_gov.accounts import sign_in_queries as queries
from gis_gov.accounts.problems import CodeNeeded, SignInRefused
from gis_gov.accounts.sign_in_queries import Attempt
from gis_gov.accounts.totp import opened, step_of
from gis_gov.db.scope import NOTHING
from gis_gov.settings import Settings
from gis_gov.state import State

# All refusals take at least this long, whatever little each has to do.
REFUSED_AFTER_S: Final = 0.3


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody signs in by, from where, and the browser's token of before."""

    name: str
    password: str
    code: str | None = None
    client: str | None = None
    old_token: str | None = None


class _Refused(Exception):
    """Why, which is for the audit alone, and the account if there is one."""

    def __init__(self, reason: str, account: str | None) -> None:
        super().__init__(reason)
        self.entry = Entry("session.create", "refused", "account", account, reason)


async def begin_attempt(
    state: State, *, name: str | None = None, account_id: int | None = None
) -> Attempt | None:
    """Count an attempt, which succeeds later or stays counted; None where none is allowed."""
    settings = state.settings
    async with state.pool.connection(NOTHING) as conn:
        return await queries.begin_attempt(
            conn,
            name=name,
            account_id=account_id,
            failures_max=settings.sign_in_failures,
            lock_s=settings.sign_in_lock_min * 60,
            one_time_days=settings.password_one_time_days,
        )


async def sign_in(state: State, credentials: Credentials) -> str:
    """Begin a session, and return its token; it is always a new one.

    Raises:
        SignInRefused: whatever is wrong.
        CodeNeeded: the password is right, and a code has to come with it.

    """
    earliest = time.monotonic() + REFUSED_AFTER_S
    try:
        # Goes on when the client leaves: the attempt counts, so the audit tells how it ended.
        return await state.finishing.run(_on_record(state, credentials))
    except SignInRefused:
        await asyncio.sleep(max(0.0, earliest - time.monotonic()))
        raise


async def _on_record(state: State, credentials: Credentials) -> str:
    try:
        return await _sign_in(state, credentials)
    except _Refused as refused:
        # No connection was held while the password was compared: many at once starve nobody.
        await state.audit.write(refused.entry, actor="anonymous", client=credentials.client)
        raise SignInRefused from None


async def _sign_in(state: State, credentials: Credentials) -> str:
    attempt = await begin_attempt(state, name=credentials.name)
    fits = await state.passwords.fits(credentials.password, attempt and attempt.password_hash)
    if attempt is None:
        async with state.pool.connection(NOTHING) as conn:
            reason = await _why_not(state, conn, credentials.name)
        # What is no account's name may be a password in the wrong field.
        raise _Refused(reason, None if reason == "unknown" else credentials.name)
    if not fits:
        raise _Refused("password", attempt.name)
    step = await _step(state, attempt, credentials)
    rehashed = await _rehashed(state.passwords, attempt, credentials.password)
    method = "password" if step is None else "password+totp"
    async with state.pool.connection(NOTHING) as conn, conn.transaction():
        if not await queries.pass_attempt(conn, attempt):
            raise _Refused(await _why_not(state, conn, attempt.name), attempt.name)
        if step is not None and not await queries.use_step(conn, attempt.id, step):
            raise _Refused("code used before", attempt.name)
        if rehashed is not None:
            await queries.keep_rehashed(conn, attempt.id, attempt.password_hash or "", rehashed)
        opened_session = await open_session(
            conn,
            state.settings,
            attempt.id,
            attempt.name,
            method,
            credentials.client,
            credentials.old_token,
        )
    if opened_session.ended is not None:
        await state.actors.hear(f"session:{opened_session.ended}")
    return opened_session.token


async def _why_not(state: State, conn: AsyncConnection[Any], name: str) -> str:
    days = state.settings.password_one_time_days
    return await queries.why_not(conn, name, one_time_days=days)


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """The token of a new session, and the id of the browser's session of before, which ended."""

    token: str
    ended: int | None


async def open_session(
    conn: AsyncConnection[Any],
    settings: Settings,
    account_id: int,
    name: str,
    method: str,
    client: str | None,
    old_token: str | None,
) -> OpenedSession:
    """Begin a session under a new token, in a transaction of the caller's of which it is the last.

    The memory of actors is to be told afterwards of the session that ended.
    """
    token = new_session_token()
    ended = old_token and await queries.end_session_of(conn, token_hash(old_token))
    lasts_s = settings.session_hours * 3600
    await queries.add_session(
        conn, account_id, token_hash(token), lasts_s=lasts_s, client=client, method=method
    )
    entry = Entry("session.create", "ok", "account", name, detail={"method": method})
    await write_within(conn, entry, actor=f"account:{name}", client=client)
    return OpenedSession(token, ended or None)


async def _step(state: State, attempt: Attempt, credentials: Credentials) -> int | None:
    """Return the step of the code that is shown, None where none is asked for."""
    if not attempt.totp_confirmed or attempt.totp_sealed is None:
        return None
    if credentials.code is None:
        async with state.pool.connection(NOTHING) as conn:
            await queries.take_back_attempt(conn, attempt.id)
        waiting = Entry("session.create", "refused", "account", attempt.name, "code needed")
        await state.audit.write(waiting, actor="anonymous", client=credentials.client)
        raise CodeNeeded
    secret = opened(state.sealer, attempt.totp_sealed)
    step = step_of(secret, credentials.code, datetime.now(UTC), attempt.totp_last_step)
    if step is None:
        raise _Refused("code", attempt.name)
    return step


async def _rehashed(passwords: Passwords, attempt: Attempt, password: str) -> str | None:
    if attempt.password_hash is None or not passwords.is_outdated(attempt.password_hash):
        return None
    return await passwords.hash(password)


async def sign_out(state: State, token: str, actor: str, client: str | None) -> None:
    """End the session of a token."""
    async with state.pool.connection(NOTHING) as conn, conn.transaction():
        ended = await queries.end_session_of(conn, token_hash(token))
        await write_within(conn, Entry("session.end", "ok"), actor=actor, client=client)
    if ended is not None:
        await state.actors.hear(f"session:{ended}")
