"""Sign in with a real provider of OpenID Connect: who gets in, how, and what is told."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from gis_gov.settings import Settings
from tests.accounts.oidc_flow import (
    SUBJECT,
    asked,
    back,
    begun,
    link,
    refusals,
    serving,
    settings_for,
)
from tests.accounts.people import Town, slug
from tests.accounts.provider import (
    CALLBACK,
    PUBLIC,
    SECRET,
    ProviderProcess,
    client,
    provider_process,
    sign_in_there,
)
from tests.ports import unused_port

pytestmark = pytest.mark.anyio


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


async def test_behind_a_silent_proxy_the_flow_goes_over_tls_only(gov: Town) -> None:
    transport = httpx.ASGITransport(gov.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        answer = await client.get("/session/oidc")
    assert "; secure" in answer.headers["set-cookie"].lower()


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
            assert 'content="0; url=/#failed=oidc-unavailable"' in page.text
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
    assert 'content="0; url=/#failed=oidc-refused"' in answer.text
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
