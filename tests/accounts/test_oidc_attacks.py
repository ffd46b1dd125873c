"""What whoever attacks gets of a sign-in with an identity provider: a refusal, in the audit."""

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from gis_gov.accounts.oidc import opened_flow, sealed_flow
from gis_gov.state import state_of
from tests.accounts.oidc_flow import (
    SUBJECT,
    asked,
    back,
    begun,
    changed,
    ending,
    refusals,
    refused,
)
from tests.accounts.people import Town, slug
from tests.accounts.provider import (
    CALLBACK,
    sign_in_there,
)

pytestmark = pytest.mark.anyio


async def test_nobody_is_made_by_the_provider(gov: Town) -> None:
    browser = gov.browser()
    target = await sign_in_there(await begun(browser), "stranger")
    assert await ending(gov, browser, target) == refused("no account is linked")
    assert gov.execute("select name from account") == [("wang",)]


async def test_the_same_subject_of_another_issuer_is_somebody_else(gov: Town) -> None:
    gov.execute("update account set oidc_issuer = 'https://other.test'")
    browser = gov.browser()
    target = await sign_in_there(await begun(browser), SUBJECT)
    assert await ending(gov, browser, target) == refused("no account is linked")


async def test_a_disabled_account_is_refused(gov: Town) -> None:
    gov.execute("update account set disabled_at = now()")
    browser = gov.browser()
    target = await sign_in_there(await begun(browser), SUBJECT)
    assert await ending(gov, browser, target) == refused("disabled")
    assert refusals(gov) == [("wang", "disabled")]


async def test_a_callback_is_good_once(gov: Town) -> None:
    browser = gov.browser()
    url = await begun(browser)
    sealed = browser.client.cookies["gis_gov_oidc"]
    target = await sign_in_there(url, SUBJECT)
    assert (await back(browser, target)).status_code == 200
    await browser.send("DELETE", "/session")
    browser.client.cookies.clear()
    assert await ending(gov, browser, target) == refused("no cookie")
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
    assert await ending(gov, victim, target) == refused("state")


async def test_a_stolen_code_is_worth_nothing_in_another_flow(gov: Town) -> None:
    """The verifier and the nonce are the victim's browser's own."""
    victim, thief = gov.browser(), gov.browser()
    code = asked(await sign_in_there(await begun(victim), SUBJECT))["code"]
    own = await sign_in_there(await begun(thief), "thief")
    stolen = changed(own, code=code)
    assert await ending(gov, thief, stolen) == refused("the provider refuses the code")


@pytest.mark.parametrize("state", [None, "", "guess"])
async def test_a_state_must_be_the_browsers_own(gov: Town, state: str | None) -> None:
    browser = gov.browser()
    target = await sign_in_there(await begun(browser), SUBJECT)
    assert await ending(gov, browser, changed(target, state=state)) == refused("state")


@pytest.mark.parametrize("issuer", [None, "https://evil.test"])
async def test_an_answer_of_another_provider_is_refused(gov: Town, issuer: str | None) -> None:
    browser = gov.browser()
    target = await sign_in_there(await begun(browser), SUBJECT)
    bent = changed(target, iss=issuer)
    assert await ending(gov, browser, bent) == refused("another issuer answered")


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
    assert await ending(gov, browser, denied) == refused(why)


async def test_an_answer_without_a_code_is_refused(gov: Town) -> None:
    browser = gov.browser()
    target = await sign_in_there(await begun(browser), SUBJECT)
    assert await ending(gov, browser, changed(target, code=None)) == refused("no code")


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


async def test_a_flow_ends_after_ten_minutes(gov: Town) -> None:
    browser = gov.browser()
    url = await begun(browser)
    sealer = state_of(gov.app).sealer
    flow = await opened_flow(sealer, browser.client.cookies["gis_gov_oidc"])
    aged = sealed_flow(sealer, replace(flow, begun_at=flow.begun_at - 601))
    browser.client.cookies.clear()
    browser.client.cookies.set("gis_gov_oidc", aged, domain="gov.test", path="/session/oidc")
    target = await sign_in_there(url, SUBJECT)
    assert await ending(gov, browser, target) == refused("took too long")
