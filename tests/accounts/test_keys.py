"""Keys: shown once, never more than their maker's rights, and dead when they must be."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from gis_gov.access.tokens import token_hash
from gis_gov.days import today
from tests.accounts.people import Browser, Town, slug
from tests.signed_in import make_key

pytestmark = pytest.mark.anyio

STREET, OTHER, COMMUNITY = "990101001000", "990101002000", "990101001001"
GRANTOR = "security_administrator"


async def make(browser: Browser, *roles: dict[str, Any], **more: Any) -> httpx.Response:
    return await browser.send("POST", "/keys", {"name": "qgis", "roles": list(roles), **more})


async def rights(machine: httpx.AsyncClient) -> list[str]:
    return (await machine.get("/session")).json()["rights"]


async def until(machine: httpx.AsyncClient, status: int) -> None:
    """Wait until other processes' announcements have come."""
    for _ in range(100):
        if (await machine.get("/session")).status_code == status:
            return
        await asyncio.sleep(0.02)
    raise AssertionError


async def test_a_key_is_shown_once_and_kept_as_a_hash(town: Town) -> None:
    browser = await town.signed_in("wang", "commander")
    answer = await make(browser, {"role": "commander", "area": STREET}, days=30)
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    token = answer.json()["key"]
    assert token.startswith("gg_")
    assert town.execute("select token_hash from api_key") == [(token_hash(token),)]
    told = (await town.machine(token).get("/session")).json()
    assert (told["kind"], told["name"], told["csrf_token"]) == ("key", "qgis", None)
    assert [role["area"]["code"] for role in told["roles"]] == [STREET]
    listed = (await browser.send("GET", "/keys")).json()["items"]
    assert [(each["name"], each["account"], each["state"]) for each in listed] == [
        ("qgis", "wang", "active")
    ]
    assert token not in str(town.execute("select * from audit"))
    ((days,),) = town.execute("select extract(epoch from expires_at - now()) / 86400 from api_key")
    assert days == pytest.approx(30, abs=0.01)


@pytest.mark.parametrize(("days", "status"), [(None, 201), (365, 201), (366, 400), (0, 400)])
async def test_a_key_expires(town: Town, days: int | None, status: int) -> None:
    browser = await town.signed_in("wang", "commander")
    more = {} if days is None else {"days": days}
    assert (await make(browser, {"role": "commander"}, **more)).status_code == status


async def test_an_expired_key_is_none(town: Town) -> None:
    key = make_key(town.url, "commander")
    town.execute("update api_key set created_at = now() - interval '2 days', expires_at = now()")
    answer = await town.machine(key).get("/session")
    assert (answer.status_code, slug(answer)) == (401, "sign-in-needed")


@pytest.mark.parametrize(
    ("taking", "status"),
    [
        ("truncate api_key, role_grant", 401),
        ("truncate role_grant", 403),
        ("update role_grant set key_id = (select max(id) from api_key)", 403),
    ],
)
async def test_rights_that_are_taken_by_sql(town: Town, taking: str, status: int) -> None:
    machine = town.machine(make_key(town.url, "commander"))
    path = "/statistics?level=street"
    assert (await machine.get(path)).status_code == 200
    make_key(town.url)
    town.execute(taking)
    for _ in range(100):
        if (await machine.get(path)).status_code == status:
            return
        await asyncio.sleep(0.02)
    raise AssertionError


@pytest.mark.parametrize(
    ("wanted", "allowed"),
    [
        ({"role": "commander", "area": STREET}, True),
        ({"role": "commander", "area": COMMUNITY}, True),
        ({"role": "commander", "grid": "G1"}, True),
        ({"role": "commander", "area": OTHER}, False),
        ({"role": "commander"}, False),
        ({"role": "commander", "area": STREET, "person_classes": None}, False),
        ({"role": "commander", "area": STREET, "person_classes": ["control"]}, False),
        ({"role": "commander", "area": STREET, "person_classes": ["service"]}, True),
        ({"role": "analyst", "area": STREET}, False),
        ({"role": GRANTOR}, False),
    ],
)
async def test_a_key_never_has_more_than_its_maker(
    town: Town, wanted: dict[str, Any], allowed: bool
) -> None:
    browser = await town.signed_in("wang", "commander", area=STREET, classes=["service", "rely"])
    answer = await make(browser, {"person_classes": ["rely"], **wanted})
    if allowed:
        assert answer.status_code == 201
    else:
        assert (answer.status_code, slug(answer)) == (403, "grant-too-wide")
        assert town.execute("select count(*) from api_key") == [(0,)]


async def test_a_key_does_not_outlive_its_maker_s_term(town: Town) -> None:
    browser = await town.signed_in("wang", "commander", until=today() + timedelta(days=20))
    assert slug(await make(browser, {"role": "commander"}, days=90)) == "grant-too-wide"
    assert (await make(browser, {"role": "commander"}, days=19)).status_code == 201


async def test_a_key_loses_what_its_maker_loses(town: Town) -> None:
    grantor = await town.signed_in("qian", GRANTOR)
    browser = await town.signed_in("wang", "commander")
    made = await make(browser, {"role": "commander", "area": STREET})
    machine = town.machine(made.json()["key"])
    assert "person.read" in await rights(machine)
    (role,) = (await grantor.send("GET", "/accounts/wang/roles")).json()["items"]
    await grantor.send("DELETE", f"/accounts/wang/roles/{role['id']}")
    told = (await machine.get("/session")).json()
    assert (told["rights"], told["roles"]) == ([], [])
    assert slug(await machine.get("/locate?lon=0.5&lat=0.5")) == "not-allowed"


async def test_a_revoked_key_is_dead_at_once(town: Town) -> None:
    browser = await town.signed_in("wang", "commander")
    made = (await make(browser, {"role": "commander"})).json()
    machine = town.machine(made["key"])
    assert (await machine.get("/session")).status_code == 200
    assert (await browser.send("DELETE", f"/keys/{made['id']}")).status_code == 204
    assert (await machine.get("/session")).status_code == 401
    (listed,) = (await browser.send("GET", "/keys")).json()["items"]
    assert listed["state"] == "revoked"
    assert [entry[:3] for entry in town.audited("key.revoke")] == [
        ("account:wang", str(made["id"]), "ok")
    ]


async def test_a_key_that_is_revoked_elsewhere_dies_in_memory_too(town: Town) -> None:
    machine = town.machine(make_key(town.url, "commander"))
    assert (await machine.get("/session")).status_code == 200
    town.execute("update api_key set revoked_at = now()")
    await until(machine, 401)


async def test_one_sees_and_revokes_the_own_keys_and_who_grants_all(town: Town) -> None:
    mine, other = (
        await town.signed_in("wang", "commander"),
        await town.signed_in("zhao", "commander"),
    )
    grantor = await town.signed_in("qian", GRANTOR)
    ids = [(await make(each, {"role": "commander"})).json()["id"] for each in (mine, other)]
    make_key(town.url, "screen")

    async def seen(browser: Browser) -> list[str | None]:
        return [each["account"] for each in (await browser.send("GET", "/keys")).json()["items"]]

    assert await seen(mine) == ["wang"]
    assert await seen(grantor) == [None, "zhao", "wang"]
    assert slug(await mine.send("DELETE", f"/keys/{ids[1]}")) == "not-found"
    assert (await grantor.send("DELETE", f"/keys/{ids[1]}")).status_code == 204
    assert slug(await mine.send("DELETE", "/keys/999")) == "not-found"


async def test_a_key_of_the_command_line_sees_no_keys_but_nobody_s(town: Town) -> None:
    browser = await town.signed_in("wang", "commander")
    made = (await make(browser, {"role": "commander"})).json()
    machine = town.machine(make_key(town.url, "commander"))
    assert (await machine.get("/keys")).json()["items"] == []
    assert slug(await machine.delete(f"/keys/{made['id']}")) == "not-found"


async def test_a_key_makes_no_keys(town: Town) -> None:
    machine = town.machine(make_key(town.url, "commander"))
    answer = await machine.post("/keys", json={"name": "more", "roles": [{"role": "commander"}]})
    assert (answer.status_code, slug(answer)) == (403, "not-allowed")
    for method, path in (("DELETE", "/session"), ("PUT", "/session/totp")):
        body = {"code": "123456"} if method == "PUT" else None
        answer = await machine.request(method, path, json=body)
        assert slug(answer) == "not-allowed"


async def test_a_key_holds_no_two_roles_that_are_kept_apart(town: Town) -> None:
    town.account("wang")
    town.grant("wang", "commander", "system_administrator", GRANTOR)
    browser = town.browser()
    await browser.sign_in("wang")
    answer = await make(browser, {"role": "system_administrator"}, {"role": GRANTOR})
    assert (answer.status_code, slug(answer)) == (409, "roles-apart")


@pytest.mark.parametrize("role", ["analyst", "supervisor", "system_administrator", "auditor"])
async def test_others_make_no_keys(town: Town, role: str) -> None:
    browser = await town.signed_in("zhao", role)
    assert slug(await make(browser, {"role": role})) == "not-allowed"


@pytest.mark.parametrize(
    "shown", ["Bearer gg_made_up", "Bearer ", "Basic abc", "gg_x", "Bearer a b"]
)
async def test_a_key_that_is_made_up_is_refused(town: Town, shown: str) -> None:
    browser = await town.signed_in("wang", "commander")
    answer = await browser.client.get("/session", headers={"authorization": shown})
    assert (answer.status_code, slug(answer)) == (401, "sign-in-needed")


async def test_keys_page_the_newest_first(town: Town) -> None:
    browser = await town.signed_in("wang", "commander")
    made = [(await make(browser, {"role": "commander"})).json()["id"] for _ in range(3)]
    ids, path = [], "/keys?limit=2"
    while path:
        page = (await browser.send("GET", path)).json()
        ids += [each["id"] for each in page["items"]]
        path = page["next"]
    assert ids == made[::-1]


async def test_a_reset_of_the_password_revokes_the_keys(town: Town) -> None:
    manager = await town.signed_in("sun", "system_administrator")
    browser = await town.signed_in("wang", "commander")
    made = (await make(browser, {"role": "commander"})).json()
    machine = town.machine(made["key"])
    assert (await machine.get("/session")).status_code == 200
    theirs = town.machine(make_key(town.url, "screen"))
    await manager.send("PATCH", "/accounts/wang", {"change": "remove_second_factor"})
    assert (await machine.get("/session")).status_code == 200
    await manager.send("PATCH", "/accounts/wang", {"change": "reset_password"})
    assert (await machine.get("/session")).status_code == 401
    assert (await theirs.get("/session")).status_code == 200
    assert town.execute(
        "select detail from audit where action = 'account.reset_password' and number > %s",
        town.audited_before,
    ) == [({"keys_revoked": 1},)]


async def test_an_account_has_twenty_keys_at_most(town: Town) -> None:
    browser = await town.signed_in("wang", "commander")
    town.execute(
        "insert into api_key (name, token_hash, account_id, expires_at)"
        " select 'k', sha256(n::text::bytea), (select id from account), now() + interval '1 day'"
        " from generate_series(1, 18) as n"
    )
    answers = await asyncio.gather(*(make(browser, {"role": "commander"}) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert slug(refused) == "too-many-keys"
    made = next(answer for answer in answers if answer.status_code == 201)
    await browser.send("DELETE", f"/keys/{made.json()['id']}")
    assert (await make(browser, {"role": "commander"})).status_code == 201
    town.execute("update api_key set created_at = now() - interval '9 days', expires_at = now()")
    assert (await make(browser, {"role": "commander"})).status_code == 201
