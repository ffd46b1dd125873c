"""Accounts are administered within one's reach, and nobody is left without an administrator."""

import asyncio
from typing import Any

import pytest

from tests.accounts.people import PASSWORD, Browser, Town, slug

pytestmark = pytest.mark.anyio

MANAGER = "system_administrator"
GRANTOR = "security_administrator"


async def test_a_new_account_signs_in_by_its_one_time_password_and_may_nothing(
    town: Town,
) -> None:
    manager = await town.signed_in("sun", MANAGER)
    answer = await manager.send("POST", "/accounts", {"name": "王芳", "display_name": "Wang Fang"})
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    made = answer.json()
    assert (made["state"], made["roles"], made["must_change_password"]) == ("active", [], True)
    browser = town.browser()
    told = (await browser.sign_in("王芳", made["one_time_password"])).json()
    assert (told["display_name"], told["must_change_password"], told["rights"]) == (
        "Wang Fang",
        True,
        [],
    )
    listed = (await manager.send("GET", "/accounts")).json()
    assert [each["name"] for each in listed["items"]] == ["sun", "王芳"]
    assert "one_time_password" not in listed["items"][1]
    assert town.audited("account.create") == [("account:sun", "王芳", "ok", None)]


async def test_a_name_is_taken_once_and_has_a_shape(town: Town) -> None:
    manager = await town.signed_in("sun", MANAGER)
    answer = await manager.send("POST", "/accounts", {"name": "sun"})
    assert (answer.status_code, slug(answer)) == (409, "already-there")
    for name in ("a", "a b", "key:1", "a/b", "x" * 65, "a\x00b"):
        assert (await manager.send("POST", "/accounts", {"name": name})).status_code == 400


@pytest.mark.parametrize("role", [GRANTOR, "commander", "auditor", "supervisor"])
async def test_others_manage_no_accounts(town: Town, role: str) -> None:
    browser = await town.signed_in("zhao", role)
    town.account("wang")
    for method, path, body in (
        ("GET", "/accounts", None),
        ("POST", "/accounts", {"name": "liu"}),
        ("PATCH", "/accounts/wang", {"change": "disable"}),
    ):
        answer = await browser.send(method, path, body)
        assert (answer.status_code, slug(answer)) == (403, "not-allowed")


async def test_who_is_disabled_is_out_at_once(town: Town) -> None:
    manager = await town.signed_in("sun", MANAGER)
    victim = await town.signed_in("wang", "commander")
    key = await victim.send("POST", "/keys", {"name": "qgis", "roles": [{"role": "commander"}]})
    machine = town.machine(key.json()["key"])
    assert (await machine.get("/session")).status_code == 200
    answer = await manager.send("PATCH", "/accounts/wang", {"change": "disable"})
    assert answer.json()["state"] == "disabled"
    assert (await victim.send("GET", "/session")).status_code == 401
    assert (await machine.get("/session")).status_code == 401
    assert (await town.browser().sign_in("wang")).status_code == 401
    await manager.send("PATCH", "/accounts/wang", {"change": "enable"})
    assert (await victim.send("GET", "/session")).status_code == 401
    assert (await machine.get("/session")).status_code == 200
    assert (await town.browser().sign_in("wang")).status_code == 200


async def test_unlocking_and_resetting(town: Town) -> None:
    manager = await town.signed_in("sun", MANAGER)
    victim = await town.signed_in("wang")
    town.execute(
        "update account set failures = 5, locked_until = now() + interval '1 hour'"
        " where name = 'wang'"
    )
    listed = (await manager.send("GET", "/accounts")).json()["items"]
    assert [each["state"] for each in listed] == ["active", "locked"]
    answer = await manager.send("PATCH", "/accounts/wang", {"change": "unlock"})
    assert answer.json()["state"] == "active"
    assert answer.json()["one_time_password"] is None
    assert (await town.browser().sign_in("wang")).status_code == 200

    answer = await manager.send("PATCH", "/accounts/wang", {"change": "reset_password"})
    password = answer.json()["one_time_password"]
    assert (await victim.send("GET", "/session")).status_code == 401
    assert (await town.browser().sign_in("wang")).status_code == 401
    assert (await town.browser().sign_in("wang", password)).json()["must_change_password"]


@pytest.mark.parametrize("change", ["reset_password", "remove_second_factor"])
@pytest.mark.parametrize("role", [GRANTOR, "auditor", MANAGER])
async def test_nobody_takes_over_an_account_that_is_kept_apart(
    town: Town, role: str, change: str
) -> None:
    manager = await town.signed_in("sun", MANAGER)
    town.account("li")
    town.grant("li", role)
    answer = await manager.send("PATCH", "/accounts/li", {"change": change})
    assert (answer.status_code, slug(answer)) == (403, "not-allowed")
    assert (await town.browser().sign_in("li")).status_code == 200


@pytest.mark.parametrize("change", ["disable", "reset_password", "unlock"])
async def test_nobody_changes_their_own_account_so(town: Town, change: str) -> None:
    manager = await town.signed_in("sun", MANAGER)
    answer = await manager.send("PATCH", "/accounts/sun", {"change": change})
    assert (answer.status_code, slug(answer)) == (403, "own-rights")


async def test_an_administrator_of_a_street_sees_the_accounts_of_the_street_alone(
    town: Town,
) -> None:
    manager = await town.signed_in("sun", MANAGER, area="990101001000")
    places: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("near", "supervisor", {"area": "990101001001"}),
        ("grid", "grid_worker", {"grid": "G1"}),
        ("far", "supervisor", {"area": "990101002000"}),
        ("all", "commander", {}),
        ("both", "grid_worker", {"grid": "G1"}),
    )
    for name, role, place in places:
        town.account(name)
        town.grant(name, role, **place)
    town.grant("both", "analyst", area="990101002000")
    listed = (await manager.send("GET", "/accounts")).json()["items"]
    assert [each["name"] for each in listed] == ["grid", "near", "sun"]
    for name in ("far", "all", "both", "nobody"):
        answer = await manager.send("PATCH", f"/accounts/{name}", {"change": "disable"})
        assert (answer.status_code, slug(answer)) == (404, "not-found")


async def test_an_account_without_roles_is_its_maker_s_and_everywhere_s(town: Town) -> None:
    street = await town.signed_in("sun", MANAGER, area="990101001000")
    other = await town.signed_in("shi", MANAGER, area="990101001000")
    everywhere = await town.signed_in("ma", MANAGER)
    grantor = await town.signed_in("qian", GRANTOR)
    assert (await street.send("POST", "/accounts", {"name": "new"})).status_code == 201
    town.execute("insert into account (name) values ('bare')")

    async def seen(browser: Browser) -> set[str]:
        return {each["name"] for each in (await browser.send("GET", "/accounts")).json()["items"]}

    assert await seen(street) == {"shi", "sun", "new"}
    assert await seen(other) == {"shi", "sun"}
    assert {"new", "bare"} <= await seen(everywhere)
    for name, browser, status in (
        ("new", other, 404),
        ("bare", street, 404),
        ("new", street, 200),
        ("bare", everywhere, 200),
    ):
        answer = await browser.send("PATCH", f"/accounts/{name}", {"change": "reset_password"})
        assert answer.status_code == status
    # With a role elsewhere it is not its maker's any more.
    await grantor.send("POST", "/accounts/new/roles", {"role": "screen", "area": "990101002000"})
    assert await seen(street) == {"shi", "sun"}


async def test_the_last_who_may_grant_stays(town: Town) -> None:
    manager = await town.signed_in("sun", MANAGER)
    for name in ("one", "two"):
        town.account(name)
        town.grant(name, GRANTOR)
    # These two may grant as well, but not every role, or not for good.
    town.account("part")
    town.grant("part", GRANTOR, area="990101001000")
    town.account("foot")
    town.grant("foot", "supervisor")
    answers = await asyncio.gather(
        *(
            manager.send("PATCH", f"/accounts/{name}", {"change": "disable"})
            for name in ("one", "two")
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert slug(refused) == "last-grantor"
    answer = await manager.send("PATCH", "/accounts/part", {"change": "disable"})
    assert answer.status_code == 200


async def test_accounts_page_by_name(town: Town) -> None:
    manager = await town.signed_in("sun", MANAGER)
    for number in range(5):
        town.execute("insert into account (name) values (%s)", f"p{number}")
    names, path = [], "/accounts?limit=2"
    while path:
        page = (await manager.send("GET", path)).json()
        assert len(page["items"]) <= 2
        names += [each["name"] for each in page["items"]]
        path = page["next"]
    assert names == ["p0", "p1", "p2", "p3", "p4", "sun"]


async def test_a_page_token_of_another_list_is_refused(town: Town) -> None:
    manager = await town.signed_in("sun", MANAGER, "commander")
    for number in range(3):
        town.execute("insert into account (name) values (%s)", f"p{number}")
    following = (await manager.send("GET", "/accounts?limit=1")).json()["next"]
    token = following.partition("after=")[2]
    for path in (f"/keys?after={token}", "/accounts?after=AAAA", "/accounts?after=!!"):
        answer = await manager.send("GET", path)
        assert (answer.status_code, slug(answer)) == (400, "bad-page-token")
    assert (await manager.send("GET", f"/accounts?limit=5000&after={token}")).status_code == 200


async def test_a_refused_request_leaves_nothing(town: Town) -> None:
    manager = await town.signed_in("sun", MANAGER)
    await manager.send("POST", "/accounts", {"name": "sun"})
    assert town.audited("account.create") == []
    assert town.execute("select count(*) from account") == [(1,)]
    assert PASSWORD not in str(town.execute("select * from audit"))
