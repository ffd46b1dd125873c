"""Keys and sessions that are made up, cut, mixed up or used again; requests that others forge."""

from collections.abc import Callable

import httpx
import pytest

from gis_gov.access.tokens import Shown, csrf_token, new_key_token, token_hash
from gis_gov.state import state_of
from tests.accounts.people import PASSWORD, Browser, Town, slug
from tests.accounts.test_own_account import forget_step, set_factor
from tests.attacks.attacking import refusals
from tests.signed_in import bearer, make_key

pytestmark = pytest.mark.anyio

PATH, ACTION = "/persons/P1", "GET /persons/{code}"
NOBODY = [("anonymous", ACTION, "sign-in-needed")]

BENT: dict[str, Callable[[str], str]] = {
    "another": lambda _: new_key_token(),
    "truncated": lambda key: key[:-1],
    "longer": lambda key: f"{key}A",
    "without its prefix": lambda key: key.removeprefix("gg_"),
    "in capitals": str.upper,
    "in another alphabet": lambda key: key.translate(str.maketrans("-_", "+/")) + "=",
    "one character changed": lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"),
    "its hash": lambda key: token_hash(key).hex(),
    "twice": lambda key: f"{key} {key}",
    "a pattern": lambda _: "gg_%",
    "nothing": lambda _: "",
}


@pytest.mark.parametrize("bend", BENT.values(), ids=BENT)
async def test_a_key_that_was_bent(town: Town, bend: Callable[[str], str]) -> None:
    key = make_key(town.url, "commander")
    assert (await town.machine(key).get(PATH)).status_code == 200
    client = town.browser().client
    answer = await client.get(PATH, headers=bearer(bend(key)))
    assert (answer.status_code, slug(answer)) == (401, "sign-in-needed")
    assert refusals(town) == NOBODY


@pytest.mark.parametrize("scheme", ["Basic", "Digest", "Token", "Bearer:", ""])
async def test_a_key_by_another_scheme(town: Town, scheme: str) -> None:
    key = make_key(town.url, "commander")
    shown = {"authorization": f"{scheme} {key}"}
    assert (await town.browser().client.get(PATH, headers=shown)).status_code == 401
    assert refusals(town) == NOBODY


async def test_a_key_as_a_cookie_and_a_cookie_as_a_key(town: Town) -> None:
    key = make_key(town.url, "commander")
    browser = await town.signed_in("wang", "commander")
    assert browser.cookie
    actors = state_of(town.app).actors
    known = Shown("key", token_hash(key)), Shown("session", token_hash(browser.cookie))
    for _ in range(1000):  # until both are in memory, where they could be mixed up
        if all(map(actors.known, known)):
            break
        assert (await browser.client.get(PATH)).status_code == 200
        assert (await town.machine(key).get(PATH)).status_code == 200
    assert all(map(actors.known, known))
    as_cookie = {"cookie": f"gis_gov_session={key}"}
    assert (await town.browser().client.get(PATH, headers=as_cookie)).status_code == 401
    as_key = bearer(browser.cookie)
    assert (await town.browser().client.get(PATH, headers=as_key)).status_code == 401
    assert set(refusals(town)) == set(NOBODY), "the second is counted to the first"


async def test_a_key_anywhere_but_in_its_header(town: Town) -> None:
    key = make_key(town.url, "commander")
    client = town.browser().client
    for name in ("access_token", "api_key", "key", "token"):
        answer = await client.get(PATH, params={name: key})
        assert (answer.status_code, slug(answer)) == (400, "unknown-parameter"), name
    assert refusals(town) == []
    for name in ("x-api-key", "x-auth-token", "proxy-authorization", "cookie"):
        answer = await town.browser().client.get(PATH, headers={name: key})
        assert (answer.status_code, slug(answer)) == (401, "sign-in-needed"), name
    assert set(refusals(town)) == set(NOBODY)
    told = str(town.execute("select * from audit"))
    assert key not in told


async def ask_with(town: Town, cookie: str) -> tuple[int, str]:
    """Ask with somebody's cookie from elsewhere; return the status and which problem it is."""
    thief = town.browser("192.0.2.66")
    thief.client.cookies.set("gis_gov_session", cookie, domain="gov.test")
    answer = await thief.client.get(PATH)
    return answer.status_code, slug(answer)


async def test_a_session_after_signing_out(town: Town) -> None:
    browser = await town.signed_in("wang", "commander")
    cookie = browser.cookie
    assert cookie
    assert (await browser.send("DELETE", "/session")).status_code == 204
    assert await ask_with(town, cookie) == (401, "sign-in-needed")
    assert refusals(town)[-1:] == NOBODY


async def test_a_session_after_a_change_of_the_password(town: Town) -> None:
    browser = await town.signed_in("wang", "commander")
    stolen = browser.cookie
    assert stolen
    answer = await browser.send(
        "PUT", "/session/password", {"password": PASSWORD, "new_password": "Harbour-Wind-58"}
    )
    assert answer.status_code == 200
    assert browser.cookie != stolen
    assert await ask_with(town, stolen) == (401, "sign-in-needed")
    assert refusals(town)[-1:] == NOBODY


@pytest.mark.parametrize("token", ["A" * 43, "x", "", "%00", "null", "../../etc"])
async def test_a_session_that_was_made_up(town: Town, token: str) -> None:
    assert await ask_with(town, token) == (401, "sign-in-needed")
    assert refusals(town)[-1:] == NOBODY


async def test_a_code_of_the_second_factor_used_again(town: Town) -> None:
    totp = await set_factor(await town.signed_in("wang"))
    forget_step(town)
    code = totp.now()
    assert (await town.browser().sign_in("wang", totp=code)).status_code == 200
    assert slug(await town.browser().sign_in("wang", totp=code)) == "sign-in-refused"
    assert town.audited("session.create")[-1][2] == "refused"


async def forge(browser: Browser, headers: dict[str, str]) -> tuple[int, str]:
    """Send a write as another site would; return the status and which problem it is."""
    sent = httpx.Headers(headers, encoding="utf-8")
    answer = await browser.client.delete("/session", headers=sent)
    return answer.status_code, slug(answer)


async def test_writes_that_another_site_makes_a_browser_send(town: Town) -> None:
    browser = await town.signed_in("wang", "commander")
    other = await town.signed_in("mallory", "commander")
    assert browser.cookie
    forged: list[dict[str, str]] = [
        {},
        {"x-csrf-token": ""},
        {"x-csrf-token": "0" * 64},
        {"x-csrf-token": browser.csrf[:-1]},
        {"x-csrf-token": browser.csrf.upper()},
        {"x-csrf-token": other.csrf},
        {"x-csrf-token": browser.cookie},
        {"x-csrf-token": csrf_token("")},
        {"x-csrf-token": "é" * 64},
        {"x-csrf-token": "令牌"},
        {"x-xsrf-token": browser.csrf},
        {"x-requested-with": "XMLHttpRequest", "origin": "https://gov.test"},
    ]
    for headers in forged:
        assert await forge(browser, headers) == (403, "forged-request"), headers
        assert (await browser.client.get("/session")).status_code == 200, headers
    assert refusals(town) == [("account:wang", "DELETE /session", "forged-request")] * len(forged)


async def test_every_write_by_cookie_asks_for_the_page_s_token(town: Town) -> None:
    browser = await town.signed_in("wang", "commander", "security_administrator")
    writes = [
        (method.upper(), path)
        for path, methods in town.app.openapi()["paths"].items()
        for method in methods
        # Neither the sign-in nor what a phone shows with its device's secret goes by the cookie.
        if method not in {"get", "options"}
        and (method, path) not in {("post", "/session"), ("post", "/osmand")}
    ]
    for method, path in writes:
        answer = await browser.client.request(method, path, json={})
        assert (answer.status_code, slug(answer)) == (403, "forged-request"), (method, path)
    assert [each[1] for each in refusals(town)] == [f"{m} {p}" for m, p in writes]


async def test_a_session_that_was_planted_before_the_sign_in(town: Town) -> None:
    town.account("wang")
    victim = town.browser()
    victim.client.cookies.set("gis_gov_session", "chosen-by-mallory", domain="gov.test")
    answer = await victim.client.post("/session", json={"name": "wang", "password": PASSWORD})
    assert "chosen-by-mallory" not in answer.headers["set-cookie"]
    assert await ask_with(town, "chosen-by-mallory") == (401, "sign-in-needed")
    assert refusals(town)[-1:] == NOBODY


async def test_signing_in_by_a_name_that_is_another_s_in_other_letters(town: Town) -> None:
    town.account("wang")
    for name in ("WANG", "wang ", "wаng", "ｗang", "wang%", "w_ng"):
        answer = await town.browser().sign_in(name)
        assert answer.status_code in {400, 401}, name
    assert {result for _, _, result, _ in town.audited("session.create")} == {"refused"}
