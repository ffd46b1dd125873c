"""Sign in with a real provider of OpenID Connect, and what whoever attacks that gets."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest
from joserfc import jws, jwt
from joserfc.jwk import KeySet, OctKey
from pydantic import SecretStr, ValidationError

from gis_gov.accounts.problems import OidcRefused
from gis_gov.app import create_app
from gis_gov.settings import Settings
from tests.accounts.people import Browser, Town, slug
from tests.accounts.provider import (
    ALGORITHMS,
    CALLBACK,
    PUBLIC,
    SECRET,
    ProviderProcess,
    client,
    new_keys,
    provider_process,
    sign_in_there,
)
from tests.ports import unused_port

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:EdDSA is deprecated"),
]
SUBJECT = "5d0c7a6e"


@pytest.fixture(scope="session")
def provider() -> Iterator[ProviderProcess]:
    clients = [client(f"gov-{name}", name, PUBLIC) for name in ALGORITHMS]
    clients.append(
        client("gov-post", "RS256", PUBLIC, token_endpoint_auth_method="client_secret_post")
    )
    public = client("gov-public", "RS256", PUBLIC, token_endpoint_auth_method="none")
    del public["client_secret"]
    with provider_process(clients=[*clients, public]) as started:
        yield started


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


@pytest.fixture
async def gov(town: Town, provider: ProviderProcess) -> AsyncIterator[Town]:
    async with serving(town, settings_for(provider, town.url, "gov-RS256")) as opened:
        link(opened, provider)
        yield opened


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


async def assert_refused(town: Town, browser: Browser, target: str, *, why: str) -> None:
    answer = await back(browser, target)
    assert (answer.status_code, slug(answer)) == (401, "oidc-refused")
    assert browser.cookie is None
    assert "gis_gov_oidc" not in browser.client.cookies
    assert answer.json()["detail"] == OidcRefused().detail
    assert [reason for _, reason in refusals(town)] == [why]


async def test_who_is_linked_signs_in(gov: Town, provider: ProviderProcess) -> None:
    browser = gov.browser()
    url = await begun(browser)
    told = asked(url)
    assert url.startswith(f"{provider.issuer}/auth?")
    assert told["code_challenge_method"] == "S256"
    assert told["redirect_uri"] == f"{PUBLIC}{CALLBACK}"
    target = await sign_in_there(url, SUBJECT)
    assert parse_qs(urlsplit(target).query)["iss"] == [provider.issuer]
    answer = await back(browser, target)
    assert answer.status_code == 200
    assert '<meta http-equiv="refresh" content="0; url=/">' in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "gis_gov_oidc" not in browser.client.cookies
    session = (await browser.send("GET", "/session")).json()
    assert session["name"] == "wang"
    assert [role["role"] for role in session["roles"]] == ["supervisor"]
    assert gov.execute("select method from session") == [("oidc",)]
    assert gov.audited("session.create") == [("account:wang", "wang", "ok", None)]


async def test_the_cookie_of_a_flow_is_short_lived_and_tells_nothing(gov: Town) -> None:
    browser = gov.browser()
    answer = await browser.client.get("/session/oidc")
    cookie = answer.headers["set-cookie"].lower()
    for flag in ("httponly", "samesite=lax", "path=/session/oidc", "secure", "max-age=600"):
        assert flag in cookie
    told = asked(answer.headers["location"])
    assert told["state"] not in answer.headers["set-cookie"]
    assert len(told["state"]) == len(told["nonce"]) == 43


async def test_the_host_header_does_not_tell_where_the_provider_sends_to(gov: Town) -> None:
    answer = await gov.browser().client.get(
        "/session/oidc", headers={"host": "evil.test", "x-forwarded-host": "evil.test"}
    )
    assert asked(answer.headers["location"])["redirect_uri"] == f"{PUBLIC}{CALLBACK}"


@pytest.mark.parametrize("client_id", ["gov-PS256", "gov-ES256", "gov-EdDSA", "gov-post"])
async def test_each_algorithm_and_way_to_show_the_secret_is_known(
    town: Town, provider: ProviderProcess, client_id: str
) -> None:
    async with serving(town, settings_for(provider, town.url, client_id)) as gov:
        link(gov, provider)
        browser = gov.browser()
        answer = await back(browser, await sign_in_there(await begun(browser), SUBJECT))
    assert answer.status_code == 200, answer.text


async def test_a_server_without_a_secret_has_pkce_alone(
    town: Town, provider: ProviderProcess
) -> None:
    settings = settings_for(provider, town.url, "gov-public", oidc_client_secret=None)
    async with serving(town, settings) as gov:
        link(gov, provider)
        browser = gov.browser()
        answer = await back(browser, await sign_in_there(await begun(browser), SUBJECT))
    assert answer.status_code == 200, answer.text


async def test_a_secret_may_lie_in_a_file(
    town: Town, provider: ProviderProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    monkeypatch.setenv("GIS_GOV_OIDC_CLIENT_SECRET_FILE", str(file))
    told = settings_for(provider, town.url, "gov-RS256").model_dump(
        include={"oidc_issuer", "oidc_client_id", "public_url"}
    )
    async with serving(town, Settings(**told).with_database(town.url)) as gov:
        link(gov, provider)
        browser = gov.browser()
        answer = await back(browser, await sign_in_there(await begun(browser), SUBJECT))
    assert answer.status_code == 200, answer.text


async def test_a_wrong_secret_is_no_persons_fault(town: Town, provider: ProviderProcess) -> None:
    settings = settings_for(
        provider, town.url, "gov-RS256", oidc_client_secret=SecretStr("another")
    )
    async with serving(town, settings) as gov:
        link(gov, provider)
        browser = gov.browser()
        answer = await back(browser, await sign_in_there(await begun(browser), SUBJECT))
    assert (answer.status_code, slug(answer)) == (503, "oidc-unavailable")
    assert "invalid_client" not in answer.text
    assert browser.cookie is None


async def test_the_session_of_before_ends(gov: Town) -> None:
    browser = gov.browser()
    assert (await browser.sign_in("wang")).status_code == 200
    before = browser.cookie
    url = await begun(browser)
    # From another site, a browser does not send the session's cookie.
    browser.client.cookies.delete("gis_gov_session")
    assert (await back(browser, await sign_in_there(url, SUBJECT))).status_code == 200
    assert browser.cookie not in (None, before)
    browser.client.cookies.set("gis_gov_session", before or "", domain="gov.test", path="/")
    assert gov.execute("select method from session") == [("oidc",)]


async def test_nobody_is_made_by_the_provider(gov: Town) -> None:
    browser = gov.browser()
    target = await sign_in_there(await begun(browser), "stranger")
    await assert_refused(gov, browser, target, why="no account is linked")
    assert gov.execute("select name from account") == [("wang",)]


async def test_the_same_subject_of_another_issuer_is_somebody_else(gov: Town) -> None:
    gov.execute("update account set oidc_issuer = 'https://other.test'")
    browser = gov.browser()
    target = await sign_in_there(await begun(browser), SUBJECT)
    await assert_refused(gov, browser, target, why="no account is linked")


async def test_a_disabled_account_is_refused(gov: Town) -> None:
    gov.execute("update account set disabled_at = now()")
    browser = gov.browser()
    await assert_refused(
        gov, browser, await sign_in_there(await begun(browser), SUBJECT), why="disabled"
    )
    assert refusals(gov) == [("wang", "disabled")]


async def test_a_callback_is_good_once(gov: Town) -> None:
    browser = gov.browser()
    url = await begun(browser)
    sealed = browser.client.cookies["gis_gov_oidc"]
    target = await sign_in_there(url, SUBJECT)
    assert (await back(browser, target)).status_code == 200
    await browser.send("DELETE", "/session")
    browser.client.cookies.clear()
    await assert_refused(gov, browser, target, why="no cookie")
    # Even who has kept the cookie: the provider takes a code once.
    thief = gov.browser()
    thief.client.cookies.set("gis_gov_oidc", sealed, domain="gov.test", path="/session/oidc")
    answer = await back(thief, target)
    assert slug(answer) == "oidc-refused"
    assert refusals(gov)[-1] == (None, "the provider refuses the code")


async def test_a_link_that_another_made_signs_nobody_in(gov: Town) -> None:
    attacker, victim = gov.browser(), gov.browser()
    target = await sign_in_there(await begun(attacker), SUBJECT)
    await begun(victim)
    await assert_refused(gov, victim, target, why="state")


async def test_a_stolen_code_is_worth_nothing_in_another_flow(gov: Town) -> None:
    """The verifier and the nonce are the victim's browser's own."""
    victim, thief = gov.browser(), gov.browser()
    code = asked(await sign_in_there(await begun(victim), SUBJECT))["code"]
    own = await sign_in_there(await begun(thief), "thief")
    await assert_refused(gov, thief, changed(own, code=code), why="the provider refuses the code")


@pytest.mark.parametrize("state", [None, "", "guess"])
async def test_a_state_must_be_the_browsers_own(gov: Town, state: str | None) -> None:
    browser = gov.browser()
    target = await sign_in_there(await begun(browser), SUBJECT)
    await assert_refused(gov, browser, changed(target, state=state), why="state")


@pytest.mark.parametrize("issuer", [None, "https://evil.test"])
async def test_an_answer_of_another_provider_is_refused(gov: Town, issuer: str | None) -> None:
    browser = gov.browser()
    target = await sign_in_there(await begun(browser), SUBJECT)
    await assert_refused(gov, browser, changed(target, iss=issuer), why="another issuer answered")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("access_denied", "the provider answers access_denied"),
        ("<script>", "the provider answers an error"),
    ],
)
async def test_an_error_of_the_provider_is_not_repeated(gov: Town, said: str, why: str) -> None:
    browser = gov.browser()
    target = await sign_in_there(await begun(browser), SUBJECT)
    denied = changed(target, code=None, error=said, error_description="<b>no</b>", extra="1")
    await assert_refused(gov, browser, denied, why=why)


async def test_an_answer_without_a_code_is_refused(gov: Town) -> None:
    browser = gov.browser()
    target = await sign_in_there(await begun(browser), SUBJECT)
    await assert_refused(gov, browser, changed(target, code=None), why="no code")


@pytest.mark.parametrize("sealed", ["AAAA", "no base64!", "é"])
async def test_a_cookie_of_ones_own_making_is_refused(gov: Town, sealed: str) -> None:
    browser = gov.browser()
    target = await sign_in_there(await begun(browser), SUBJECT)
    query = urlsplit(target).query
    browser.client.cookies.clear()
    answer = await browser.client.get(
        f"{CALLBACK}?{query}", headers=[(b"cookie", f"gis_gov_oidc={sealed}".encode())]
    )
    assert slug(answer) == "oidc-refused"
    assert refusals(gov) == [(None, "cookie")]


async def test_a_flow_ends_after_ten_minutes(gov: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = gov.browser()
    true_time = time.time
    with monkeypatch.context() as patched:
        patched.setattr("time.time", lambda: true_time() - 601)
        url = await begun(browser)
    await assert_refused(gov, browser, await sign_in_there(url, SUBJECT), why="took too long")


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
    await assert_refused(gov, browser, target, why=f"ID token: {claim}")


async def test_a_nonce_among_others_is_none(gov: Town, provider: ProviderProcess) -> None:
    browser = gov.browser()
    url = await begun(browser)
    token = signed(provider.keys, claims_for(provider, url, nonce=[asked(url)["nonce"], "x"]))
    target = await answered(provider, token, url)
    await assert_refused(gov, browser, target, why="ID token: nonce")


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
    await assert_refused(gov, browser, target, why="ID token: signature")


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
            await assert_refused(gov, browser, target, why="ID token: signature")


async def test_a_provider_that_is_down_is_told(town: Town) -> None:
    with provider_process(clients=[client("gov-RS256", "RS256", PUBLIC)]) as provider:
        async with serving(town, settings_for(provider, town.url, "gov-RS256")) as gov:
            link(gov, provider)
            browser = gov.browser()
            target = await sign_in_there(await begun(browser), SUBJECT)
            provider.stop()
            answer = await back(browser, target)
            assert (answer.status_code, slug(answer)) == (503, "oidc-unavailable")
            assert str(provider.port) not in answer.text
        async with serving(town, settings_for(provider, town.url, "gov-RS256")) as gov:
            answer = await gov.browser().client.get("/session/oidc")
            assert (answer.status_code, slug(answer)) == (503, "oidc-unavailable")
            page = await gov.browser().client.get("/session/oidc", headers={"accept": "text/html"})
            assert page.status_code == 503
            assert "身份认证服务暂时没有正常响应" in page.text
            assert str(provider.port) not in page.text
            assert (await gov.browser().client.get("/session/methods")).status_code == 200


async def test_a_provider_that_calls_itself_otherwise_is_not_asked(
    town: Town, provider: ProviderProcess
) -> None:
    settings = settings_for(
        provider, town.url, "gov-RS256", oidc_issuer=f"http://localhost:{provider.port}"
    )
    async with serving(town, settings) as gov:
        answer = await gov.browser().client.get("/session/oidc")
    assert (answer.status_code, slug(answer)) == (503, "oidc-unavailable")


async def test_a_person_is_shown_a_page(gov: Town) -> None:
    answer = await gov.browser().client.get(CALLBACK, headers={"accept": "text/html"})
    assert answer.status_code == 401
    assert "登录未成功" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert refusals(gov) == [(None, "no cookie")]
    assert gov.audited(f"GET {CALLBACK}") == [("anonymous", None, "refused", "oidc-refused")]


async def test_the_page_learns_how_one_can_sign_in(gov: Town, town: Town) -> None:
    told = (await gov.browser().client.get("/session/methods")).json()
    assert told == {"oidc": {"title": "区政务统一认证", "url": "/session/oidc"}}
    assert (await town.browser().client.get("/session/methods")).json() == {"oidc": None}


@pytest.mark.parametrize("path", ["/session/oidc", CALLBACK])
async def test_without_a_provider_there_is_no_such_sign_in(town: Town, path: str) -> None:
    answer = await town.browser().client.get(path)
    assert (answer.status_code, slug(answer)) == (404, "no-oidc")


@pytest.mark.parametrize(
    "told",
    [
        {"oidc_issuer": "http://id.example"},
        {"oidc_issuer": "ftp://id.example"},
        {"oidc_issuer": "https://id.example?x=1"},
        {"oidc_client_id": None},
        {"public_url": None},
        {"public_url": "http://gov.example"},
        {"oidc_scopes": "profile"},
    ],
    ids=str,
)
def test_settings_that_are_not_safe_or_not_whole_are_refused(told: dict[str, Any]) -> None:
    whole: dict[str, Any] = {
        "oidc_issuer": "https://id.example/realms/gov",
        "oidc_client_id": "gis-gov",
        "oidc_client_secret": SecretStr("s"),
        "public_url": f"http://127.0.0.1:{unused_port()}",
    }
    assert Settings(**whole).oidc_title
    with pytest.raises(ValidationError):
        Settings(**{**whole, **told})
