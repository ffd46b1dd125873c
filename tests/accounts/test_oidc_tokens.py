"""ID tokens that are forged, stale or for another, in place of those of a real provider."""

import hmac
import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import OctKey

from tests.accounts.oidc_flow import (
    SUBJECT,
    answered,
    asked,
    back,
    begun,
    claims_for,
    ending,
    link,
    refused,
    serving,
    settings_for,
    signed,
)
from tests.accounts.people import Town
from tests.accounts.provider import (
    PUBLIC,
    SECRET,
    ProviderProcess,
    client,
    new_keys,
    provider_process,
    sign_in_there,
)

pytestmark = pytest.mark.anyio


async def test_a_token_as_the_attacks_make_them_is_taken_when_it_is_true(
    gov: Town, provider: ProviderProcess
) -> None:
    for other in ({}, {"aud": ["gov-RS256", "other"], "azp": "gov-RS256"}):
        browser = gov.browser()
        url = await begun(browser)
        token = signed(provider.keys, claims_for(provider, url, **other))
        answer = await back(browser, await answered(provider, token, url))
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("other", "claim"),
    [
        ({"iss": "https://evil.test"}, "iss"),
        ({"iss": None}, "iss"),
        ({"aud": "another"}, "aud"),
        ({"aud": ["another"]}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": ["gov-RS256", "another"]}, "azp"),
        ({"azp": "another"}, "azp"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"exp": 1_700_000_000}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": "never"}, "exp"),
        ({"iat": None}, "iat"),
        ({"iat": 1_700_000_000}, "iat"),
        ({"iat": 4_000_000_000}, "iat"),
        ({"nbf": 4_000_000_000}, "nbf"),
    ],
    ids=str,
)
async def test_a_claim_that_is_wrong_is_refused(
    gov: Town, provider: ProviderProcess, other: dict[str, Any], claim: str
) -> None:
    browser = gov.browser()
    url = await begun(browser)
    token = signed(provider.keys, claims_for(provider, url, **other))
    target = await answered(provider, token, url)
    assert await ending(gov, browser, target) == refused(f"ID token: {claim}")


async def test_a_nonce_among_others_is_none(gov: Town, provider: ProviderProcess) -> None:
    browser = gov.browser()
    url = await begun(browser)
    token = signed(provider.keys, claims_for(provider, url, nonce=[asked(url)["nonce"], "x"]))
    target = await answered(provider, token, url)
    assert await ending(gov, browser, target) == refused("ID token: nonce")


def by_another_key(provider: ProviderProcess, claims: dict[str, Any]) -> str:
    return signed(new_keys(), claims)


def by_an_unknown_key(provider: ProviderProcess, claims: dict[str, Any]) -> str:
    return signed(new_keys(9), claims, "RS256-9")


def by_none(provider: ProviderProcess, claims: dict[str, Any]) -> str:
    body = signed(provider.keys, claims).split(".")[1]
    return ".".join((_b64(b'{"alg":"none","kid":"RS256-1"}'), body, ""))


def by_the_secret(provider: ProviderProcess, claims: dict[str, Any]) -> str:
    key = OctKey.import_key(SECRET)
    return jwt.encode({"alg": "HS256", "kid": "RS256-1"}, claims, key, algorithms=["HS256"])


def by_the_public_key(provider: ProviderProcess, claims: dict[str, Any]) -> str:
    """Confuse algorithms: the public key, which everybody has, as a shared secret."""
    public = provider.keys.get_by_kid("RS256-1").as_pem(private=False)  # type: ignore[union-attr]
    return _hs256(b'{"alg":"HS256","kid":"RS256-1"}', claims, public)


def with_its_own_key(provider: ProviderProcess, claims: dict[str, Any]) -> str:
    keys = new_keys()
    key = keys.get_by_kid("RS256-1")
    header = {"alg": "RS256", "kid": "RS256-1", "jwk": key.as_dict(private=False)}
    return jwt.encode(header, claims, key, registry=jws.JWSRegistry(algorithms=["RS256"]))


def cut(provider: ProviderProcess, claims: dict[str, Any]) -> str:
    return signed(provider.keys, claims)[:-10]


def changed_afterwards(provider: ProviderProcess, claims: dict[str, Any]) -> str:
    head, _, tail = signed(provider.keys, {**claims, "sub": "thief"}).split(".")
    return f"{head}.{signed(provider.keys, claims).split('.')[1]}.{tail}"


def no_token(provider: ProviderProcess, claims: dict[str, Any]) -> str:
    return "no token"


@pytest.mark.parametrize(
    "forge",
    [
        by_another_key,
        by_an_unknown_key,
        by_none,
        by_the_secret,
        by_the_public_key,
        with_its_own_key,
        cut,
        changed_afterwards,
        no_token,
    ],
    ids=lambda forge: forge.__name__,
)
async def test_a_forged_token_is_refused(gov: Town, provider: ProviderProcess, forge: Any) -> None:
    browser = gov.browser()
    url = await begun(browser)
    token = forge(provider, claims_for(provider, url))
    target = await answered(provider, token, url)
    assert await ending(gov, browser, target) == refused("ID token: signature")


def _b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _hs256(head: bytes, claims: dict[str, Any], key: bytes) -> str:
    text = f"{_b64(head)}.{_b64(json.dumps(claims).encode())}"
    return f"{text}.{_b64(hmac.digest(key, text.encode(), 'sha256'))}"


async def test_new_keys_are_taken_and_old_ones_dropped(town: Town) -> None:
    with provider_process(clients=[client("gov-RS256", "RS256", PUBLIC)]) as provider:
        async with serving(town, settings_for(provider, town.url, "gov-RS256")) as gov:
            link(gov, provider)
            browser = gov.browser()
            answer = await back(browser, await sign_in_there(await begun(browser), SUBJECT))
            assert answer.status_code == 200
            before = provider.keys
            provider.stop()
            provider.keys = new_keys(2)
            provider.start()
            browser = gov.browser()
            answer = await back(browser, await sign_in_there(await begun(browser), SUBJECT))
            assert answer.status_code == 200, answer.text
            browser = gov.browser()
            url = await begun(browser)
            token = signed(before, claims_for(provider, url))
            target = await answered(provider, token, url)
            assert await ending(gov, browser, target) == refused("ID token: signature")
