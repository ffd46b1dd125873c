"""Sign in with an outside provider of OpenID Connect: by code, with PKCE, state and nonce.

What the browser has to bring back from the provider lies sealed in a cookie of its own: nobody can
be signed in by a link that another made (login CSRF), and the server keeps nothing meanwhile.
"""

import binascii
import re
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import Final

import orjson

from gis_gov.access.entry import Entry
from gis_gov.access.problems import CannotOpen
from gis_gov.access.sealing import Sealer
from gis_gov.accounts import sign_in_queries as queries
from gis_gov.accounts.cookie import FLOW_S
from gis_gov.accounts.oidc_provider import OidcProvider, UntrustedError
from gis_gov.accounts.problems import NoOidc, OidcRefused
from gis_gov.accounts.sign_in import OpenedSession, open_session
from gis_gov.db.scope import NOTHING
from gis_gov.state import State

_CONTEXT: Final = "session.oidc"
_ERROR: Final = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class Flow:
    """A sign-in that is under way; `old_token` is of the session that the browser has yet."""

    state: str
    nonce: str
    verifier: str
    begun_at: float
    old_token: str | None

    @property
    def challenge(self) -> str:
        """Return what tells the provider, without the verifier itself, who may use the code."""
        digest = sha256(self.verifier.encode()).digest()
        return urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Returned:
    """What a browser brings back from the provider, with its sealed cookie, and from where."""

    sealed: str | None
    state: str | None
    code: str | None
    issuer: str | None
    error: str | None
    client: str | None


class _RefusedError(UntrustedError):
    """Who was to be signed in is known, and may not be."""

    def __init__(self, reason: str, account: str) -> None:
        super().__init__(reason)
        self.account = account


def provider_in(state: State) -> OidcProvider:
    """Return the provider.

    Raises:
        NoOidc: none is set.

    """
    if state.oidc is None:
        raise NoOidc
    return state.oidc


async def begin(state: State, old_token: str | None) -> tuple[str, str]:
    """Return where the browser is sent, and what it has to bring back, sealed.

    Raises:
        NoOidc, OidcUnavailable: there is no provider, or it does not answer.

    """
    provider = provider_in(state)
    drawn = [secrets.token_urlsafe(32) for _ in range(3)]
    flow = Flow(*drawn, begun_at=time.time(), old_token=old_token)
    url = await provider.authorization_url(
        state=flow.state, nonce=flow.nonce, challenge=flow.challenge
    )
    return url, sealed_flow(state.sealer, flow)


async def finish(state: State, returned: Returned) -> str:
    """Sign in whom the provider vouches for, and return the token of the new session.

    Raises:
        NoOidc, OidcUnavailable: there is no provider, or it does not answer.
        OidcRefused: anything is wrong; what it was, the audit tells.

    """
    provider = provider_in(state)
    try:
        opened = await _finish(state, provider, returned)
    except UntrustedError as error:
        account = error.account if isinstance(error, _RefusedError) else None
        entry = Entry(
            "session.create", "refused", "account", account, str(error), {"method": "oidc"}
        )
        await state.audit.write(entry, actor="anonymous", client=returned.client)
        raise OidcRefused from None
    if opened.ended is not None:
        await state.actors.hear(f"session:{opened.ended}")
    return opened.token


async def _finish(state: State, provider: OidcProvider, returned: Returned) -> OpenedSession:
    flow = await opened_flow(state.sealer, returned.sealed)
    if returned.state is None or not compare_digest(returned.state.encode(), flow.state.encode()):
        raise UntrustedError("state")
    await provider.refuse_other(returned.issuer)
    if returned.error is not None:
        said = returned.error if _ERROR.fullmatch(returned.error) else "an error"
        raise UntrustedError(f"the provider answers {said}")
    if returned.code is None:
        raise UntrustedError("no code")
    token = await provider.exchange(returned.code, flow.verifier)
    subject = await provider.subject_of(token, flow.nonce)
    async with state.pool.connection(NOTHING) as conn, conn.transaction():
        account = await queries.linked_account(conn, provider.issuer, subject)
        if account is None:
            raise UntrustedError("no account is linked")
        if account.is_disabled:
            raise _RefusedError("disabled", account.name)
        return await open_session(
            conn,
            state.settings,
            account.id,
            account.name,
            "oidc",
            returned.client,
            flow.old_token,
        )


def sealed_flow(sealer: Sealer, flow: Flow) -> str:
    """Return the cookie of a flow."""
    told = orjson.dumps(asdict(flow)).decode()
    return urlsafe_b64encode(sealer.seal(told, _CONTEXT)).decode()


async def opened_flow(sealer: Sealer, sealed: str | None) -> Flow:
    """Return the flow of a cookie.

    Raises:
        UntrustedError: there is none, it is not ours, or it is too old.

    """
    if sealed is None:
        raise UntrustedError("no cookie")
    try:
        told = await sealer.open_shown(urlsafe_b64decode(sealed), _CONTEXT)
        flow = Flow(**orjson.loads(told))
    except (CannotOpen, binascii.Error, TypeError, ValueError):
        raise UntrustedError("cookie") from None
    if not 0 <= time.time() - flow.begun_at <= FLOW_S:
        raise UntrustedError("took too long")
    return flow
