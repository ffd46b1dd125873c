"""An outside provider of OpenID Connect: what it says of itself, its keys, and its ID tokens."""

import time
import warnings
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import httpx
import orjson
import structlog
from joserfc import jwt
from joserfc.errors import ClaimError, JoseError, SecurityWarning
from joserfc.jwk import KeySet, import_key
from joserfc.jwt import Claims, JWTClaimsRegistry

from gis_gov.accounts.problems import OidcUnavailable
from gis_gov.settings import Settings
from gis_gov.web_address import is_safe_address

log = structlog.get_logger()

CALLBACK: Final = "/session/oidc/callback"
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
KEY_TYPES: Final = frozenset({"RSA", "EC", "OKP"})
KEPT_S: Final = 3600.0
# Whoever shows tokens of unknown keys must not make us ask the provider each time.
REFRESH_AFTER_S: Final = 10.0
CLOCKS_DIFFER_S: Final = 60
ID_TOKEN_AGE_MAX_S: Final = 600
ANSWER_MAX_BYTES: Final = 1_000_000
TIMEOUT_S: Final = 10.0
_REFUSES: Final = frozenset({"invalid_grant", "access_denied"})


class UntrustedError(Exception):
    """What came back is not to be believed; the reason is for the audit alone."""


class OidcProvider:
    """Ask the provider that the settings name; what it says of itself is kept for an hour."""

    def __init__(self, settings: Settings, issuer: str, client: httpx.AsyncClient) -> None:
        self.issuer = issuer
        self.client_id = settings.oidc_client_id or ""
        secret = settings.oidc_client_secret
        self._secret = None if secret is None else secret.get_secret_value()
        self._scopes = settings.oidc_scopes
        self._redirect_uri = f"{(settings.public_url or '').rstrip('/')}{CALLBACK}"
        self._client = client
        self._described: dict[str, Any] = {}
        self._described_until = 0.0
        self._keys = KeySet([])
        self._keys_until = 0.0
        self._refreshed_at = 0.0

    async def authorization_url(self, *, state: str, nonce: str, challenge: str) -> str:
        """Return where a browser is sent to sign in.

        Raises:
            OidcUnavailable: the provider does not answer.

        """
        endpoint = (await self._described_now())["authorization_endpoint"]
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self._redirect_uri,
            "scope": self._scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"

    async def refuse_other(self, issuer: str | None) -> None:
        """Refuse an answer of another provider than the one that was asked (RFC 9207).

        Raises:
            UntrustedError: it is another's, or does not say whose, and this one's always do.
            OidcUnavailable: the provider does not answer.

        """
        says = (await self._described_now()).get("authorization_response_iss_parameter_supported")
        if issuer is None and says is not True:
            return
        if issuer != self.issuer:
            raise UntrustedError("another issuer answered")

    async def exchange(self, code: str, verifier: str) -> str:
        """Exchange a code, which is good once, for an ID token.

        Raises:
            UntrustedError: the provider refuses the code.
            OidcUnavailable: it does not answer, or does not know this server.

        """
        described = await self._described_now()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": verifier,
        }
        auth = None
        methods = described.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if self._secret is None:
            form["client_id"] = self.client_id
        elif "client_secret_basic" in methods:
            # RFC 6749 encodes both before they are joined.
            auth = httpx.BasicAuth(quote(self.client_id, safe=""), quote(self._secret, safe=""))
        else:
            form |= {"client_id": self.client_id, "client_secret": self._secret}
        status, said = await self._ask("POST", described["token_endpoint"], data=form, auth=auth)
        if status == httpx.codes.BAD_REQUEST and said.get("error") in _REFUSES:
            raise UntrustedError("the provider refuses the code")
        token = said.get("id_token")
        if status != httpx.codes.OK or not isinstance(token, str):
            log.error("identity provider gave no ID token", status=status, error=_error_of(said))
            raise OidcUnavailable
        return token

    async def subject_of(self, token: str, nonce: str) -> str:
        """Return whom an ID token speaks of, once all about it is verified.

        Raises:
            UntrustedError: something about it is wrong.
            OidcUnavailable: the provider's keys can't be had.

        """
        try:
            claims = _decoded(token, await self._keys_now())
        except (JoseError, ValueError):
            # Its keys may have changed since they were read.
            if not await self._refresh_keys():
                raise UntrustedError("ID token: signature") from None
            try:
                claims = _decoded(token, self._keys)
            except (JoseError, ValueError):
                raise UntrustedError("ID token: signature") from None
        self._check(claims, nonce)
        return claims["sub"]

    def _check(self, claims: Claims, nonce: str) -> None:
        registry = JWTClaimsRegistry(
            leeway=CLOCKS_DIFFER_S,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            registry.validate(claims)
        except ClaimError as error:
            raise UntrustedError(f"ID token: {error.claim}") from None
        if not isinstance(claims["nonce"], str):
            raise UntrustedError("ID token: nonce")
        shared = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if shared else self.client_id) != self.client_id:
            raise UntrustedError("ID token: azp")
        if claims["iat"] < time.time() - ID_TOKEN_AGE_MAX_S - CLOCKS_DIFFER_S:
            raise UntrustedError("ID token: iat")

    async def _described_now(self) -> dict[str, Any]:
        if time.monotonic() < self._described_until:
            return self._described
        address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        status, said = await self._ask("GET", address)
        addresses = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        whole = all(isinstance(said.get(each), str) for each in addresses)
        if status != httpx.codes.OK or said.get("issuer") != self.issuer or not whole:
            log.error("identity provider describes itself wrongly", status=status)
            raise OidcUnavailable
        if not all(is_safe_address(said[each]) for each in addresses):
            log.error("identity provider has an address without TLS")
            raise OidcUnavailable
        self._described, self._described_until = said, time.monotonic() + KEPT_S
        return said

    async def _keys_now(self) -> KeySet:
        if time.monotonic() >= self._keys_until:
            await self._read_keys()
        return self._keys

    async def _refresh_keys(self) -> bool:
        """Read the keys anew; False where that was done just before."""
        now = time.monotonic()
        if self._refreshed_at and now < self._refreshed_at + REFRESH_AFTER_S:
            return False
        self._refreshed_at = now
        await self._read_keys()
        return True

    async def _read_keys(self) -> None:
        described = await self._described_now()
        status, said = await self._ask("GET", described["jwks_uri"])
        found = said.get("keys")
        if status != httpx.codes.OK or not isinstance(found, list):
            log.error("identity provider has no keys", status=status)
            raise OidcUnavailable
        self._keys, self._keys_until = _key_set(found), time.monotonic() + KEPT_S

    async def _ask(self, method: str, url: str, **sent: Any) -> tuple[int, dict[str, Any]]:
        """Send a request, and return the status and the JSON object, empty where there is none."""
        body = bytearray()
        try:
            async with self._client.stream(method, url, **sent) as answer:
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > ANSWER_MAX_BYTES:
                        raise httpx.DecodingError("the answer is too large")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # Its message may hold what was sent.
            log.warning("identity provider unavailable", error=type(error).__name__)
            raise OidcUnavailable from None
        try:
            said = orjson.loads(body)
        except orjson.JSONDecodeError:
            said = None
        return answer.status_code, said if isinstance(said, dict) else {}


@asynccontextmanager
async def provider_of(settings: Settings) -> AsyncIterator[OidcProvider | None]:
    """Yield the provider that the settings name, None where they name none."""
    if settings.oidc_issuer is None:
        yield None
        return
    limits = httpx.Timeout(TIMEOUT_S)
    async with httpx.AsyncClient(timeout=limits, follow_redirects=False) as client:
        yield OidcProvider(settings, settings.oidc_issuer, client)


def _key_set(found: list[Any]) -> KeySet:
    """Take the keys that can verify a signature; one that is not understood is left out."""
    keys = []
    for each in found:
        usable = isinstance(each, dict) and each.get("kty") in KEY_TYPES
        if not usable or each.get("use", "sig") != "sig":
            continue
        try:
            keys.append(import_key(each))
        except (JoseError, ValueError, KeyError, TypeError):
            log.warning("identity provider has a key that can't be read")
    return KeySet(keys)


def _decoded(token: str, keys: KeySet) -> Claims:
    with warnings.catch_warnings():
        # Of the name EdDSA, which providers still use for Ed25519.
        warnings.simplefilter("ignore", SecurityWarning)
        return jwt.decode(token, keys, algorithms=ALGORITHMS).claims


def _error_of(said: Mapping[str, Any]) -> str:
    return str(said.get("error", ""))[:40]
