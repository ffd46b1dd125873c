"""People who listen: accounts with roles, and sessions of theirs, as the server makes them."""

from dataclasses import dataclass
from typing import Any

import httpx

from gis_gov.access.tokens import csrf_token, new_session_token, token_hash
from tests.live.conftest import Servers
from tests.live.listening import WITHIN_S
from tests.plain_http import UNTRUSTING


@dataclass(frozen=True)
class Listener:
    """Somebody signed in: the account, and a client that has the cookie."""

    name: str
    client: httpx.AsyncClient


def sign_in(servers: Servers, name: str, *roles: str, area: str | None = None) -> Listener:
    """Add an account with roles, and sign in to it."""
    token = new_session_token()
    servers.execute(
        "insert into account (name, password_hash, password_set_at) values (%s, 'x', now())", name
    )
    for role in roles:
        grant(servers, name, role, area)
    servers.execute(
        "insert into session (token_hash, account_id, ends_at)"
        " select %s, id, now() + interval '1 hour' from account where name = %s",
        token_hash(token),
        name,
    )
    headers = {"cookie": f"gis_gov_session={token}", "x-csrf-token": csrf_token(token)}
    client = httpx.AsyncClient(
        base_url=servers.addresses[0], headers=headers, timeout=WITHIN_S, verify=UNTRUSTING
    )
    return Listener(name, client)


def grant(servers: Servers, name: str, role: str, area: str | None = None) -> None:
    """Give an account a role."""
    servers.execute(
        "insert into role_grant (account_id, role, area_id) select id, %s,"
        " (select id from area where code = %s) from account where name = %s",
        role,
        area,
        name,
    )


def audited(servers: Servers, actor: str, action: str = "live.open") -> list[tuple[Any, ...]]:
    """Return result and reason of what the audit has of somebody's streams."""
    return servers.execute(
        "select result, reason from audit where actor = %s and action = %s order by number",
        actor,
        action,
    )
