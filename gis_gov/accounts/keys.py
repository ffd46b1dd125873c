"""Keys of machines: never more than their maker's rights, shown once, with an end."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from psycopg import AsyncConnection

from gis_gov.access.entry import Entry
from gis_gov.access.grants import Grant, may_delegate
from gis_gov.access.problems import NotAllowed, SignInNeeded
from gis_gov.access.tokens import new_key_token, token_hash
from gis_gov.accounts import grant_queries, sign_in_queries
from gis_gov.accounts.by import By
from gis_gov.accounts.grant_queries import KeyListed
from gis_gov.accounts.granting import Wanted, place, refuse_apart, told
from gis_gov.accounts.problems import GrantTooWide, TooManyKeys
from gis_gov.days import day_of
from gis_gov.problems import InvalidRequest, NotFound

DAYS: Final = 90
DAYS_MAX: Final = 365
NAME_MAX: Final = 64
# Of one account at a time: more are lost from sight.
KEYS_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A new key; the token is nowhere else."""

    id: int
    token: str
    expires_at: datetime


async def make_key(
    conn: AsyncConnection[Any], by: By, name: str, roles: Sequence[Wanted], days: int = DAYS
) -> MadeKey:
    """Make a key that holds `roles` for some days, in a transaction of the caller's.

    A role without an end holds as long as the key does.

    Raises:
        InvalidRequest: there is no such role or place, or no role at all.
        NotAllowed: a key makes no keys.
        GrantTooWide: its maker has not that much.
        RolesApart: the key would hold two of the roles that are kept apart.
        TooManyKeys: its maker has as many as one may have.
        SignInNeeded: the session of its maker has ended meanwhile.

    """
    if by.actor is not None and by.actor.key_id is not None:
        raise NotAllowed("A key makes no keys; sign in with a password.")
    if not (name.isprintable() and 1 <= len(name) <= NAME_MAX):
        raise InvalidRequest(f"a key's name has 1 to {NAME_MAX} characters that can be printed")
    if not roles:
        raise InvalidRequest("a key needs a role")
    await _refuse_more(conn, by)
    expires_at = datetime.now(UTC) + timedelta(days=days)
    ends_on = day_of(expires_at)
    token = new_key_token()
    key_id = await grant_queries.add_key(conn, name, token_hash(token), by.account_id, expires_at)
    given: list[Grant] = []
    entries: list[dict[str, Any]] = []
    for wanted in roles:
        placed = await place(conn, replace(wanted, valid_to=wanted.valid_to or ends_on))
        refuse_apart(given, placed.grant)
        _refuse_wide(by, placed.grant)
        await grant_queries.add_role(
            conn, placed.grant, placed.spot, key_id=key_id, granted_by=by.account_id
        )
        given.append(placed.grant)
        entries.append(told(wanted, placed.grant))
    detail = {"name": name, "expires_at": expires_at.isoformat(), "roles": entries}
    await by.did(conn, Entry("key.create", "ok", "key", str(key_id), detail=detail))
    return MadeKey(key_id, token, expires_at)


async def _refuse_more(conn: AsyncConnection[Any], by: By) -> None:
    if by.account_id is None:
        return
    held = await grant_queries.count_keys(conn, by.account_id)
    # A reset ends the session and revokes the keys: one under way must not be made after that.
    session_id = by.actor and by.actor.session_id
    if session_id is not None and not await sign_in_queries.hold_session(conn, session_id):
        raise SignInNeeded
    if held >= KEYS_MAX:
        raise TooManyKeys(f"An account has {KEYS_MAX} keys at most; revoke one first.")


def _refuse_wide(by: By, grant: Grant) -> None:
    if by.grants is not None and not may_delegate(by.grants, grant):
        raise GrantTooWide(
            f"You do not hold {grant.role} there, for that department, those classes and term."
        )


async def revoke_key(conn: AsyncConnection[Any], by: By, key_id: int) -> None:
    """Let a key hold no more, in a transaction of the caller's.

    Raises:
        NotFound: there is none, or who asks neither made it nor may grant every role.

    """
    done = await grant_queries.revoke_key(
        conn, key_id, by.account_id, everyones=by.grants_every_role
    )
    if not done:
        raise NotFound(f"There is no key {key_id}.")
    await by.did(conn, Entry("key.revoke", "ok", "key", str(key_id)))


async def list_keys(
    conn: AsyncConnection[Any], by: By, *, after: int | None, limit: int
) -> list[KeyListed]:
    """Return the keys that who asks made, or everyone's for who may grant every role."""
    return await grant_queries.read_keys(
        conn, by.account_id, everyones=by.grants_every_role, after=after, limit=limit
    )
