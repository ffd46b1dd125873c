"""Sign in and out: what a browser gets, what somebody who guesses learns, and when it ends."""

import asyncio
import time
from dataclasses import replace
from typing import Literal

import httpx
import pytest
from argon2 import PasswordHasher

from gis_gov.access.passwords import Passwords
from gis_gov.accounts.sign_in import REFUSED_AFTER_S
from gis_gov.app import create_app
from gis_gov.settings import Settings
from gis_gov.state import state_of
from tests.accounts.people import PASSWORD, Town, client_at, slug

pytestmark = pytest.mark.anyio


def set_cookie(answer: httpx.Response) -> str:
    return answer.headers["set-cookie"].lower()


async def test_a_sign_in_tells_who_one_is_and_what_one_may(town: Town) -> None:
    browser = await town.signed_in("wang", "supervisor", area="990101001000")
    told = (await browser.send("GET", "/session")).json()
    assert told["name"] == "wang"
    assert told["kind"] == "account"
    (role,) = told["roles"]
    assert (role["role"], role["area"]["code"], role["grid"]) == (
        "supervisor",
        "990101001000",
        None,
    )
    assert "grant" in told["rights"]
    assert told["csrf_token"] == browser.csrf
    assert not told["must_change_password"]
    assert town.audited("session.create") == [("account:wang", "wang", "ok", None)]


async def test_the_cookie_is_for_our_page_alone(town: Town) -> None:
    town.account("wang")
    answer = await town.browser().sign_in("wang")
    cookie = set_cookie(answer)
    for flag in ("httponly", "samesite=strict", "path=/", "secure"):
        assert flag in cookie
    assert "max-age" not in cookie
    assert "domain" not in cookie
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("base", "headers", "secure"),
    [
        ("http://127.0.0.1:8000", {}, False),
        ("http://localhost:8000", {}, False),
        ("http://[::1]:8000", {}, False),
        ("https://127.0.0.1:8000", {}, True),
        ("http://10.0.0.5:8000", {}, True),
        ("http://gov.test", {}, True),
        ("http://localhost.evil.test", {}, True),
        ("http://127.0.0.1:8000", {"x-forwarded-proto": "https"}, True),
        ("http://127.0.0.1:8000", {"via": "1.1 proxy"}, True),
        ("http://127.0.0.1:8000", {"origin": "http://127.0.0.1:8000"}, False),
        ("http://127.0.0.1:8000", {"origin": "http://localhost:5173"}, False),
        # Behind a proxy that says nothing of itself.
        ("http://127.0.0.1:8000", {"origin": "https://gov.test"}, True),
        ("http://127.0.0.1:8000", {"origin": "http://gov.test"}, True),
        ("http://127.0.0.1:8000", {"origin": "http://10.0.0.5:8000"}, True),
        ("http://127.0.0.1:8000", {"origin": "https://127.0.0.1"}, True),
        ("http://127.0.0.1:8000", {"origin": "http://[127.0.0.1"}, True),
        ("http://127.0.0.1:8000", {"origin": "null"}, True),
    ],
)
async def test_only_on_one_machine_does_the_cookie_go_without_tls(
    town: Town, base: str, headers: dict[str, str], secure: bool
) -> None:
    town.account("wang")
    transport = httpx.ASGITransport(town.app)
    async with httpx.AsyncClient(transport=transport, base_url=base, headers=headers) as client:
        answer = await client.post("/session", json={"name": "wang", "password": PASSWORD})
    assert ("secure" in set_cookie(answer)) is secure


def add_all_sorts(town: Town) -> None:
    """Add an account that is usable, one disabled, one locked, one without a password."""
    town.account("wang")
    town.account("gone")
    town.execute("update account set disabled_at = now() where name = 'gone'")
    town.account("shut")
    town.execute("update account set locked_until = now() + interval '1 hour' where name = 'shut'")
    town.execute("insert into account (name) values ('bare')")


async def test_whatever_is_wrong_the_answer_is_the_same(town: Town) -> None:
    add_all_sorts(town)
    tries = [("wang", "x"), ("nobody", "x"), ("gone", PASSWORD), ("shut", PASSWORD), ("bare", "x")]
    answers = [await town.browser().sign_in(*each) for each in tries]
    assert {answer.status_code for answer in answers} == {401}
    assert {slug(answer) for answer in answers} == {"sign-in-refused"}
    assert len({answer.text for answer in answers}) == 1
    assert not any("set-cookie" in answer.headers for answer in answers)
    assert town.audited("session.create") == [
        ("anonymous", "wang", "refused", "password"),
        ("anonymous", None, "refused", "unknown"),
        ("anonymous", "gone", "refused", "disabled"),
        ("anonymous", "shut", "refused", "locked"),
        ("anonymous", "bare", "refused", "password"),
    ]


async def test_no_refusal_is_answered_sooner_than_the_others(town: Town) -> None:
    town.account("wang")
    for name in ("wang", "nobody"):
        started = time.monotonic()
        assert (await town.browser().sign_in(name, "x")).status_code == 401
        assert time.monotonic() - started >= REFUSED_AFTER_S


class CountingHasher(PasswordHasher):
    """A hasher that counts the passwords that it compared with a hash."""

    compared = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
        CountingHasher.compared += 1
        return super().verify(hash, password)


class Counted(Passwords):
    def __init__(self) -> None:
        super().__init__()
        self._hasher = CountingHasher()
        CountingHasher.compared = 0


@pytest.mark.parametrize("name", ["wang", "nobody", "gone", "shut", "bare"])
async def test_the_same_work_is_done_for_a_name_that_nobody_has(town: Town, name: str) -> None:
    add_all_sorts(town)
    town.app.state.gis_gov = replace(state_of(town.app), passwords=Counted())
    assert (await town.browser().sign_in(name, "Wrong-Quay-47")).status_code == 401
    assert CountingHasher.compared == 1


async def test_five_failures_lock_and_time_opens(town: Town) -> None:
    town.account("wang")
    for _ in range(5):
        assert (await town.browser().sign_in("wang", "x")).status_code == 401
    assert (await town.browser().sign_in("wang")).status_code == 401
    ((minutes,),) = town.execute(
        "select extract(epoch from locked_until - now()) / 60 from account where name = 'wang'"
    )
    assert 14 < minutes <= 15
    town.execute("update account set locked_until = now() - interval '1 second'")
    assert (await town.browser().sign_in("wang", "x")).status_code == 401
    assert (await town.browser().sign_in("wang")).status_code == 200
    assert town.execute("select failures, locked_until from account") == [(0, None)]


async def test_failures_count_in_a_row_only(town: Town) -> None:
    town.account("wang")
    for _ in range(2):
        for _ in range(4):
            await town.browser().sign_in("wang", "x")
        assert (await town.browser().sign_in("wang")).status_code == 200


async def test_many_guesses_at_once_are_no_more_than_five(town: Town) -> None:
    town.account("wang")
    town.app.state.gis_gov = replace(state_of(town.app), passwords=Counted())
    guesses = [town.browser().sign_in("wang", f"Guess-Quay-{number}") for number in range(12)]
    await asyncio.gather(*guesses)
    assert (await town.browser().sign_in("wang")).status_code == 401
    assert CountingHasher.compared == 13
    reasons = [reason for *_, reason in town.audited("session.create")]
    assert sorted(reasons) == ["locked"] * 8 + ["password"] * 5


async def test_a_session_that_was_planted_is_not_taken_over(town: Town) -> None:
    attacker = await town.signed_in("mallory")
    planted = attacker.cookie
    assert planted
    victim = town.browser()
    victim.client.cookies.set("gis_gov_session", planted, domain="gov.test")
    town.account("wang")
    answer = await victim.client.post("/session", json={"name": "wang", "password": PASSWORD})
    assert answer.status_code == 200
    assert planted not in set_cookie(answer)
    # The planted one has ended, so that the attacker is out as well.
    assert (await attacker.send("GET", "/session")).status_code == 401

    made_up = town.browser()
    made_up.client.cookies.set("gis_gov_session", "chosen-by-mallory", domain="gov.test")
    await made_up.client.post("/session", json={"name": "wang", "password": PASSWORD})
    stranger = town.browser()
    stranger.client.cookies.set("gis_gov_session", "chosen-by-mallory", domain="gov.test")
    assert (await stranger.client.get("/session")).status_code == 401


@pytest.mark.parametrize("token", ["", "wrong", None])
async def test_a_write_by_cookie_needs_the_page_s_token(town: Town, token: str | None) -> None:
    browser = await town.signed_in("wang")
    headers = {} if token is None else {"x-csrf-token": token}
    answer = await browser.client.delete("/session", headers=headers)
    assert (answer.status_code, slug(answer)) == (403, "forged-request")
    assert (await browser.send("GET", "/session")).status_code == 200


async def test_another_session_s_token_is_no_token(town: Town) -> None:
    one, other = await town.signed_in("wang"), await town.signed_in("zhao")
    one.csrf = other.csrf
    assert slug(await one.send("DELETE", "/session")) == "forged-request"


async def test_a_form_of_another_site_signs_nobody_in(town: Town) -> None:
    town.account("wang")
    body = f'{{"name": "wang", "password": "{PASSWORD}"}}'
    for content_type in ("text/plain", "application/x-www-form-urlencoded", None):
        headers = {} if content_type is None else {"content-type": content_type}
        answer = await town.browser().client.post("/session", content=body, headers=headers)
        assert answer.status_code == 400
        assert "set-cookie" not in answer.headers


async def test_a_sign_out_ends_the_session_at_once(town: Town) -> None:
    browser = await town.signed_in("wang")
    cookie = browser.cookie
    assert cookie
    answer = await browser.send("DELETE", "/session")
    assert answer.status_code == 204
    assert browser.cookie is None
    thief = town.browser()
    thief.client.cookies.set("gis_gov_session", cookie, domain="gov.test")
    assert (await thief.client.get("/session")).status_code == 401
    assert town.audited("session.end") == [("account:wang", None, "ok", None)]


async def test_a_session_ends_after_idling(town: Town) -> None:
    browser = await town.signed_in("wang", "commander")
    town.execute("update session set seen_at = now() - interval '31 minutes'")
    # Another process, which has not seen the session.
    app = create_app(Settings().with_database(town.url))
    async with app.router.lifespan_context(app):
        other = client_at(app, "10.1.2.3")
        other.cookies = browser.client.cookies
        assert (await other.get("/session")).status_code == 401
    assert town.execute("select count(*) from session") == [(0,)]


async def test_a_session_ends_in_any_case(town: Town) -> None:
    browser = await town.signed_in("wang")
    ((hours,),) = town.execute(
        "select extract(epoch from ends_at - created_at) / 3600 from session"
    )
    assert hours == pytest.approx(12)
    town.execute("update session set ends_at = now()")
    for _ in range(100):
        if (await browser.send("GET", "/session")).status_code == 401:
            break
        await asyncio.sleep(0.02)
    assert (await browser.send("GET", "/session")).status_code == 401


async def test_a_body_that_is_too_long_is_refused_unhashed(town: Town) -> None:
    town.account("wang")
    answer = await town.browser().sign_in("wang", "x" * 1000)
    assert answer.status_code == 400
    assert "xxx" not in answer.text
    assert town.execute("select failures from account") == [(0,)]


async def test_the_address_of_a_session_is_kept(town: Town) -> None:
    town.account("wang")
    await town.browser("192.0.2.7").sign_in("wang")
    assert town.execute("select host(client), method from session") == [("192.0.2.7", "password")]
