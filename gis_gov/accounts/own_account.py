"""What everybody does with their own account: change the password, set a second factor."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg import AsyncConnection

from gis_gov.access.entry import Entry
from gis_gov.access.problems import NotAllowed, SignInNeeded
from gis_gov.access.tokens import new_session_token, token_hash
from gis_gov.accounts import queries as accounts
from gis_gov.accounts import sign_in_queries as queries
from gis_gov.accounts import totp
from gis_gov.accounts.by import By
from gis_gov.accounts.problems import NoSecondFactor, SecondFactorSet, WrongCode, WrongPassword
from gis_gov.accounts.sign_in import begin_attempt
from gis_gov.accounts.sign_in_queries import Attempt
from gis_gov.db.scope import NOTHING
from gis_gov.state import State


@dataclass(frozen=True, slots=True)
class Offered:
    """A second factor that waits for its first code."""

    secret: str
    uri: str
    picture: str


def session_of(by: By) -> tuple[int, int]:
    """Return the account and the session of a person who is signed in.

    Raises:
        NotAllowed: it is a key that asks.

    """
    if by.actor is None or by.actor.account_id is None or by.actor.session_id is None:
        raise NotAllowed("A key has no password and no session.")
    return by.actor.account_id, by.actor.session_id


async def change_password(state: State, by: By, current: str, new: str) -> str:
    """Change the password, end the other sessions, and go on under a new token, which is returned.

    Raises:
        NotAllowed: it is a key that asks.
        WrongPassword: it is not the current one, or not any more.
        SignInNeeded: the session has ended meanwhile.
        WeakPassword: the new one is weak, or was used before.

    """
    _, session_id = session_of(by)
    attempt = await _confirmed(state, by, current)
    former = [attempt.password_hash or "", *attempt.former_password_hashes]
    await state.passwords.refuse_new(new, attempt.name, former)
    hashed = await state.passwords.hash(new)
    token = new_session_token()
    async with _as_confirmed(state, by, attempt) as conn:
        await accounts.keep_password(
            conn, attempt.id, hashed, must_change=False, kept=state.settings.password_former
        )
        await queries.change_token(conn, session_id, token_hash(token))
        await accounts.end_sessions(conn, attempt.id, but=session_id)
        await by.did(conn, Entry("password.change", "ok"))
    await state.actors.hear(f"account:{attempt.id}")
    return token


async def offer_factor(state: State, by: By, password: str) -> Offered:
    """Make a second factor, which is asked for as soon as a first code has confirmed it.

    Raises:
        NotAllowed: it is a key that asks.
        WrongPassword: it is not the current one, or not any more.
        SignInNeeded: the session has ended meanwhile.
        SecondFactorSet: there is one.

    """
    attempt = await _confirmed(state, by, password)
    secret = totp.new_secret()
    async with _as_confirmed(state, by, attempt) as conn:
        if not await queries.offer_factor(conn, attempt.id, totp.sealed(state.sealer, secret)):
            raise SecondFactorSet
        await by.did(conn, Entry("second_factor.offer", "ok"))
    uri = totp.uri_of(secret, attempt.name)
    return Offered(secret, uri, totp.picture_of(uri))


async def confirm_factor(state: State, by: By, code: str) -> None:
    """Ask for the second factor from now on.

    Raises:
        NotAllowed: it is a key that asks.
        SignInNeeded: the session has ended meanwhile.
        NoSecondFactor: none waits for its first code.
        WrongCode: it is not the code that the authenticator shows.

    """
    account_id, session_id = session_of(by)
    async with state.pool.connection(NOTHING) as conn, conn.transaction():
        kept = await queries.offered_factor(conn, account_id)
        if not await queries.hold_session(conn, session_id):
            raise SignInNeeded
        if kept is None:
            raise NoSecondFactor
        step = totp.step_of(totp.opened(state.sealer, kept), code, datetime.now(UTC), None)
        if step is None:
            raise WrongCode
        await queries.confirm_factor(conn, account_id, step)
        await by.did(conn, Entry("second_factor.confirm", "ok"))


async def remove_factor(state: State, by: By, password: str) -> None:
    """Ask for no second factor any more.

    Raises:
        NotAllowed: it is a key that asks.
        WrongPassword: it is not the current one, or not any more.
        SignInNeeded: the session has ended meanwhile.
        NoSecondFactor: there is none.

    """
    attempt = await _confirmed(state, by, password)
    async with _as_confirmed(state, by, attempt) as conn:
        if not await accounts.remove_factor(conn, attempt.id):
            raise NoSecondFactor
        await by.did(conn, Entry("second_factor.remove", "ok"))


async def _confirmed(state: State, by: By, password: str) -> Attempt:
    """Let who is signed in show the password once more: a browser left open changes nothing."""
    # Goes on when the client leaves: the attempt counts, so the audit tells how it ended.
    return await state.finishing.run(_confirmed_on_record(state, by, password))


async def _confirmed_on_record(state: State, by: By, password: str) -> Attempt:
    account_id, _ = session_of(by)
    attempt = await begin_attempt(state, account_id=account_id)
    fits = await state.passwords.fits(password, attempt and attempt.password_hash)
    if attempt is not None and fits:
        async with state.pool.connection(NOTHING) as conn:
            if await queries.pass_attempt(conn, attempt):
                return attempt
    reason = "not tried" if attempt is None else "password" if not fits else "changed meanwhile"
    refused = Entry("password.confirm", "refused", reason=reason)
    await state.audit.write(refused, actor=by.name, client=by.client)
    raise WrongPassword


@asynccontextmanager
async def _as_confirmed(
    state: State, by: By, attempt: Attempt
) -> AsyncGenerator[AsyncConnection[Any]]:
    """Give a transaction out in which what was confirmed still holds.

    A new password or an end of the session that came in between stands: it may be there to shut
    out just this request.
    """
    _, session_id = session_of(by)
    async with state.pool.connection(NOTHING) as conn, conn.transaction():
        if not await queries.pass_attempt(conn, attempt):
            raise WrongPassword
        if not await queries.hold_session(conn, session_id):
            raise SignInNeeded
        yield conn
