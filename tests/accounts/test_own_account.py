"""Passwords are changed when they must be; a second factor is set, asked for, and removed."""

import asyncio
from itertools import pairwise

import pytest
from pyotp.totp import TOTP

from gis_gov.app import create_app
from gis_gov.settings import Settings
from gis_gov.state import state_of
from tests.accounts.people import PASSWORD, Browser, Town, client_at, slug
from tests.quick_passwords import QuickHasher

pytestmark = pytest.mark.anyio

NEW = "Harbour-Wind-58"


async def change(browser: Browser, current: str, new: str) -> int:
    answer = await browser.send(
        "PUT", "/session/password", {"password": current, "new_password": new}
    )
    if answer.status_code == 200:
        browser.csrf = answer.json()["csrf_token"]
    return answer.status_code


async def test_the_first_password_has_to_be_changed_before_anything_else(town: Town) -> None:
    town.account("wang", must_change=True)
    town.grant("wang", "commander")
    browser = town.browser()
    answer = await browser.sign_in("wang")
    assert answer.json()["must_change_password"]
    for path in ("/locate?lon=0.5&lat=0.5", "/accounts", "/keys"):
        refused = await browser.send("GET", path)
        assert (refused.status_code, slug(refused)) == (403, "password-change-needed")
    refused = await browser.send("POST", "/session/totp", {"password": PASSWORD})
    assert slug(refused) == "password-change-needed"
    assert await change(browser, PASSWORD, NEW) == 200
    assert (await browser.send("GET", "/locate?lon=0.5&lat=0.5")).status_code == 200
    assert not (await browser.send("GET", "/session")).json()["must_change_password"]
    assert town.audited("password.change") == [("account:wang", None, "ok", None)]


async def test_a_one_time_password_lets_in_until_it_is_changed_for_seven_days(town: Town) -> None:
    town.account("wang", must_change=True)
    other = town.browser()
    assert (await other.sign_in("wang")).json()["must_change_password"]
    town.execute("update account set password_set_at = now() - interval '167 hours'")
    assert (await town.browser().sign_in("wang")).json()["must_change_password"]
    town.execute("update account set password_set_at = now() - interval '169 hours'")
    assert slug(await town.browser().sign_in("wang")) == "sign-in-refused"
    assert await change(other, PASSWORD, NEW) == 403
    assert town.audited("session.create")[-1] == (
        "anonymous",
        "wang",
        "refused",
        "one-time password lapsed",
    )
    town.execute("update account set password_must_change = false")
    assert (await town.browser().sign_in("wang")).status_code == 200


async def test_an_old_password_has_to_be_changed_too(town: Town) -> None:
    town.account("wang")
    town.grant("wang", "commander")
    town.execute("update account set password_set_at = now() - interval '91 days'")
    browser = town.browser()
    assert (await browser.sign_in("wang")).json()["must_change_password"]
    assert slug(await browser.send("GET", "/keys")) == "password-change-needed"


async def test_a_new_password_goes_on_under_another_cookie_and_ends_the_others(
    town: Town,
) -> None:
    browser = await town.signed_in("wang")
    other = town.browser()
    await other.sign_in("wang")
    before = browser.cookie
    assert await change(browser, PASSWORD, NEW) == 200
    assert browser.cookie != before
    assert (await other.send("GET", "/session")).status_code == 401
    thief = town.browser()
    thief.client.cookies.set("gis_gov_session", before or "", domain="gov.test")
    assert (await thief.client.get("/session")).status_code == 401
    assert (await browser.send("GET", "/session")).status_code == 200
    assert (await town.browser().sign_in("wang")).status_code == 401
    assert (await town.browser().sign_in("wang", NEW)).status_code == 200


async def test_a_password_is_not_changed_without_the_current_one(town: Town) -> None:
    browser = await town.signed_in("wang")
    answer = await browser.send("PUT", "/session/password", {"password": "x", "new_password": NEW})
    assert (answer.status_code, slug(answer)) == (403, "wrong-password")
    # Guessing it in a browser that was left open locks the account as well.
    for _ in range(4):
        await change(browser, "x", NEW)
    assert await change(browser, PASSWORD, NEW) == 403


@pytest.mark.parametrize(
    ("new", "code"),
    [(PASSWORD, "former"), ("short-A1", "length"), ("Wang-of-the-Quay-1", "name")],
)
async def test_a_weak_or_former_password_is_refused(town: Town, new: str, code: str) -> None:
    browser = await town.signed_in("wang")
    body = {"password": PASSWORD, "new_password": new}
    answer = await browser.send("PUT", "/session/password", body)
    assert (answer.status_code, slug(answer)) == (400, "weak-password")
    assert [fault["code"] for fault in answer.json()["faults"]] == [code]
    assert new not in answer.text


async def test_the_last_five_passwords_are_not_used_again(town: Town) -> None:
    browser = await town.signed_in("wang")
    used = [PASSWORD, *(f"Harbour-Wind-{number}" for number in range(61, 66))]
    for current, new in pairwise(used):
        assert await change(browser, current, new) == 200
    assert await change(browser, used[-1], used[0]) == 400
    assert await change(browser, used[-1], used[-2]) == 400
    assert await change(browser, used[-1], "Harbour-Wind-66") == 200
    assert await change(browser, "Harbour-Wind-66", used[0]) == 200


async def set_factor(browser: Browser) -> TOTP:
    answer = await browser.send("POST", "/session/totp", {"password": PASSWORD})
    assert answer.status_code == 200
    told = answer.json()
    assert told["uri"].startswith("otpauth://totp/gis_gov:wang?secret=")
    assert told["secret"] in told["uri"]
    assert told["qr_svg"].startswith("<svg")
    totp = TOTP(told["secret"])
    answer = await browser.send("PUT", "/session/totp", {"code": totp.now()})
    assert answer.status_code == 204
    return totp


def forget_step(town: Town) -> None:
    """Let the code of now count as unused, as if half a minute had gone by."""
    town.execute("update account set totp_last_step = 0")


async def test_a_second_factor_is_asked_for_from_then_on(town: Town) -> None:
    totp = await set_factor(await town.signed_in("wang"))
    forget_step(town)
    answer = await town.browser().sign_in("wang")
    assert (answer.status_code, slug(answer)) == (401, "code-needed")
    assert (await town.browser().sign_in("wang", totp="000000")).status_code == 401
    browser = town.browser()
    answer = await browser.sign_in("wang", totp=totp.now())
    assert answer.status_code == 200
    assert answer.json()["second_factor"]
    assert town.execute("select method from session order by id")[-1] == ("password+totp",)
    # The password alone does not tell that it is right when it is not.
    assert slug(await town.browser().sign_in("wang", "x")) == "sign-in-refused"


async def test_a_code_is_good_once(town: Town) -> None:
    totp = await set_factor(await town.signed_in("wang"))
    code = totp.now()
    # It confirmed the factor, and is used up by that.
    answer = await town.browser().sign_in("wang", totp=code)
    assert slug(answer) == "sign-in-refused"
    forget_step(town)
    code = totp.now()
    answers = await asyncio.gather(*(town.browser().sign_in("wang", totp=code) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401]


async def test_wrong_codes_lock_as_wrong_passwords_do(town: Town) -> None:
    totp = await set_factor(await town.signed_in("wang"))
    forget_step(town)
    for _ in range(5):
        # To be asked for the code in between wins no more tries.
        assert slug(await town.browser().sign_in("wang")) == "code-needed"
        assert (await town.browser().sign_in("wang", totp="000000")).status_code == 401
    assert slug(await town.browser().sign_in("wang")) == "sign-in-refused"
    assert slug(await town.browser().sign_in("wang", totp=totp.now())) == "sign-in-refused"


async def test_the_secret_is_sealed_and_shown_once(town: Town) -> None:
    browser = await town.signed_in("wang")
    totp = await set_factor(browser)
    ((sealed,),) = town.execute("select totp_sealed from account")
    assert totp.secret.encode() not in sealed
    assert state_of(town.app).sealer.open(sealed, "account.totp") == totp.secret
    answer = await browser.send("POST", "/session/totp", {"password": PASSWORD})
    assert (answer.status_code, slug(answer)) == (409, "second-factor-set")
    assert totp.secret not in (await browser.send("GET", "/session")).text


async def test_a_factor_that_was_not_confirmed_is_not_asked_for(town: Town) -> None:
    browser = await town.signed_in("wang")
    assert (
        slug(await browser.send("PUT", "/session/totp", {"code": "123456"})) == "no-second-factor"
    )
    await browser.send("POST", "/session/totp", {"password": PASSWORD})
    answer = await browser.send("PUT", "/session/totp", {"code": "000000"})
    assert (answer.status_code, slug(answer)) == (400, "wrong-code")
    assert (await town.browser().sign_in("wang")).status_code == 200


async def test_removing_it_needs_the_password(town: Town) -> None:
    browser = await town.signed_in("wang")
    await set_factor(browser)
    answer = await browser.send("POST", "/session/totp/removal", {"password": "x"})
    assert slug(answer) == "wrong-password"
    answer = await browser.send("POST", "/session/totp/removal", {"password": PASSWORD})
    assert answer.status_code == 204
    assert (await town.browser().sign_in("wang")).status_code == 200
    answer = await browser.send("POST", "/session/totp/removal", {"password": PASSWORD})
    assert slug(answer) == "no-second-factor"


async def test_an_older_hash_is_renewed_by_the_sign_in(town: Town) -> None:
    town.account("wang")
    weaker = "$argon2id$v=19$m=8,t=1,p=1$"
    hashed = QuickHasher(memory_cost=8).hash(PASSWORD)
    assert hashed.startswith(weaker)
    town.execute("update account set password_hash = %s", hashed)
    assert (await town.browser().sign_in("wang")).status_code == 200
    ((kept,),) = town.execute("select password_hash from account")
    assert not kept.startswith(weaker)
    assert (await town.browser().sign_in("wang")).status_code == 200


async def test_settings_decide_how_long(own_database_url: str) -> None:
    settings = Settings(
        sign_in_failures=1, sign_in_lock_min=60, session_hours=1, password_one_time_days=1
    )
    app = create_app(settings.with_database(own_database_url))
    async with app.router.lifespan_context(app):
        town = Town(own_database_url, app)
        town.account("wang")
        assert (await town.browser().sign_in("wang")).status_code == 200
        # What is no sign-in counts as none.
        answer = await client_at(app, "::1").post("/session", json={"name": "wang"})
        assert answer.status_code == 400
        assert town.execute("select failures from account") == [(0,)]
        await town.browser().sign_in("wang", "x")
        assert (await town.browser().sign_in("wang")).status_code == 401
        told = town.execute(
            "select locked_until > now() + interval '59 minutes', ends_at - s.created_at"
            " < interval '61 minutes' from account, session as s"
        )
        town.account("liu", must_change=True)
        town.execute("update account set password_set_at = now() - interval '25 hours'")
        assert (await town.browser().sign_in("liu")).status_code == 401
    assert told == [(True, True)]
