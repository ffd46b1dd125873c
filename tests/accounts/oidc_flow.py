"""Steps of a sign-in with an identity provider, and ID tokens as it makes them."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet
from pydantic import SecretStr

from gis_gov.accounts.problems import OidcRefused
from gis_gov.app import create_app
from gis_gov.settings import Settings
from tests.accounts.people import Browser, Town, slug
from tests.accounts.provider import CALLBACK, PUBLIC, SECRET, ProviderProcess, sign_in_there

SUBJECT = "5d0c7a6e"


def settings_for(provider: ProviderProcess, url: str, client_id: str, **more: Any) -> Settings:
    told: dict[str, Any] = {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": client_id,
        "oidc_client_secret": SecretStr(SECRET),
        "public_url": PUBLIC,
        "oidc_title": "区政务统一认证",
        **more,
    }
    return Settings(**told).with_database(url)


@asynccontextmanager
async def serving(town: Town, settings: Settings) -> AsyncIterator[Town]:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield Town(town.url, app, town.audited_before)


def link(town: Town, provider: ProviderProcess, name: str = "wang", subject: str = SUBJECT) -> None:
    town.account(name)
    town.grant(name, "supervisor", area="990101001000")
    town.execute(
        "update account set oidc_issuer = %s, oidc_subject = %s where name = %s",
        provider.issuer,
        subject,
        name,
    )


async def begun(browser: Browser) -> str:
    answer = await browser.client.get("/session/oidc")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def asked(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def changed(url: str, **query: str | None) -> str:
    """Return an address with other parameters; None takes one away."""
    together = {**asked(url), **query}
    kept = {name: value for name, value in together.items() if value is not None}
    return f"{CALLBACK}?{urlencode(kept)}"


async def back(browser: Browser, target: str) -> httpx.Response:
    return await browser.client.get(target)


def refusals(town: Town) -> list[tuple[Any, ...]]:
    return [
        (account, reason)
        for actor, account, result, reason in town.audited("session.create")
        if result == "refused"
    ]


@dataclass(frozen=True)
class Ending:
    """What a browser has of coming back from the provider, and what the audit has of it."""

    status: int
    problem: str
    detail: str
    session: str | None
    in_flow: bool
    reasons: list[str]


async def ending(town: Town, browser: Browser, target: str) -> Ending:
    """Come back from the provider, and tell how that ended."""
    answer = await back(browser, target)
    return Ending(
        answer.status_code,
        slug(answer),
        answer.json()["detail"],
        browser.cookie,
        "gis_gov_oidc" in browser.client.cookies,
        [reason for _, reason in refusals(town)],
    )


def refused(why: str) -> Ending:
    """Only the audit is told why, once, and the browser keeps nothing of it."""
    return Ending(401, "oidc-refused", OidcRefused().detail, None, in_flow=False, reasons=[why])


def claims_for(provider: ProviderProcess, url: str, **other: Any) -> dict[str, Any]:
    now = int(time.time())
    return {
        "iss": provider.issuer,
        "sub": SUBJECT,
        "aud": "gov-RS256",
        "nonce": asked(url)["nonce"],
        "iat": now,
        "exp": now + 600,
        **other,
    }


def signed(keys: KeySet, claims: dict[str, Any], kid: str = "RS256-1") -> str:
    algorithm = kid.split("-", maxsplit=1)[0]
    held = {name: value for name, value in claims.items() if value is not None}
    key = keys.get_by_kid(kid)
    return jwt.encode({"alg": algorithm, "kid": kid}, held, key, algorithms=[algorithm])


async def answered(provider: ProviderProcess, token: str, url: str) -> str:
    """Come back from the provider, which is going to answer `token`."""
    target = await sign_in_there(url, SUBJECT)
    provider.answer_next(token)
    return target
