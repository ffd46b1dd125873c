"""Roles are granted within one's own, never to oneself, and some are kept apart."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from gis_gov.days import today
from tests.accounts.people import Browser, Town, slug

pytestmark = pytest.mark.anyio

GRANTOR = "security_administrator"
STREET, OTHER, COMMUNITY = "990101001000", "990101002000", "990101001001"


async def grant(browser: Browser, name: str, role: str, **limits: Any) -> tuple[int, str]:
    answer = await browser.send("POST", f"/accounts/{name}/roles", {"role": role, **limits})
    return answer.status_code, "" if answer.status_code == 201 else slug(answer)


async def test_a_role_that_is_granted_counts_at_once_and_so_does_its_end(town: Town) -> None:
    grantor = await town.signed_in("qian", GRANTOR)
    officer = await town.signed_in("wang")
    assert slug(await officer.send("GET", "/keys")) == "not-allowed"
    answer = await grantor.send("POST", "/accounts/wang/roles", {"role": "指挥长", "area": STREET})
    assert answer.status_code == 201
    assert (await officer.send("GET", "/keys")).status_code == 200
    listed = (await grantor.send("GET", "/accounts/wang/roles")).json()["items"]
    (held,) = listed
    assert held == {
        "id": answer.json()["id"],
        "role": "commander",
        "area": {"code": STREET, "name": "汀屿街道"},
        "grid": None,
        "department": None,
        "person_classes": None,
        "valid_from": today().isoformat(),
        "valid_to": None,
        "granted_by": "qian",
    }
    answer = await grantor.send("DELETE", f"/accounts/wang/roles/{held['id']}")
    assert answer.status_code == 204
    assert slug(await officer.send("GET", "/keys")) == "not-allowed"
    assert [entry[:3] for entry in town.audited("role.grant")] == [("account:qian", "wang", "ok")]
    assert [entry[:3] for entry in town.audited("role.revoke")] == [("account:qian", "wang", "ok")]


@pytest.mark.parametrize("role", ["commander", GRANTOR, "grid_worker"])
async def test_nobody_grants_to_themselves(town: Town, role: str) -> None:
    grantor = await town.signed_in("qian", GRANTOR, "supervisor")
    assert await grant(grantor, "qian", role) == (403, "own-rights")
    ((role_id,),) = town.execute("select min(id) from role_grant")
    answer = await grantor.send("DELETE", f"/accounts/qian/roles/{role_id}")
    assert slug(answer) == "own-rights"


async def test_a_key_is_no_way_around_that(town: Town) -> None:
    grantor = await town.signed_in("qian", GRANTOR)
    answer = await grantor.send("POST", "/keys", {"name": "me", "roles": [{"role": GRANTOR}]})
    machine = town.machine(answer.json()["key"])
    answer = await machine.post("/accounts/qian/roles", json={"role": "commander"})
    assert slug(answer) == "own-rights"


@pytest.mark.parametrize(
    "role", ["commander", "analyst", "screen", "auditor", "system_administrator"]
)
async def test_who_may_not_grant_does_not(town: Town, role: str) -> None:
    browser = await town.signed_in("zhao", role)
    town.account("wang")
    assert await grant(browser, "wang", "grid_worker") == (403, "not-allowed")


@pytest.mark.parametrize(
    ("limits", "allowed"),
    [
        ({"area": COMMUNITY}, True),
        ({"grid": "G1"}, True),
        ({"area": STREET, "person_classes": ["service"]}, True),
        ({"area": OTHER}, False),
        ({"area": "990101000000"}, False),
        ({}, False),
    ],
)
async def test_a_supervisor_grants_within_the_own_street(
    town: Town, limits: dict[str, Any], allowed: bool
) -> None:
    supervisor = await town.signed_in("zhou", "supervisor", area=STREET)
    town.account("wang")
    answer = await grant(supervisor, "wang", "grid_worker", **limits)
    assert answer == ((201, "") if allowed else (403, "grant-too-wide"))


@pytest.mark.parametrize("role", ["supervisor", "commander", "auditor", GRANTOR])
async def test_a_supervisor_makes_grid_workers_only(town: Town, role: str) -> None:
    supervisor = await town.signed_in("zhou", "supervisor")
    town.account("wang")
    assert await grant(supervisor, "wang", role) == (403, "grant-too-wide")


async def test_classes_of_persons_and_terms_are_never_wider_than_the_own(town: Town) -> None:
    ends = today() + timedelta(days=30)
    supervisor = await town.signed_in(
        "zhou", "supervisor", area=STREET, classes=["service", "rely"], until=ends
    )
    town.account("wang")
    good = {"area": STREET, "person_classes": ["rely"], "valid_to": ends.isoformat()}
    assert await grant(supervisor, "wang", "grid_worker", **good) == (201, "")
    for change in (
        {"person_classes": None},
        {"person_classes": ["rely", "control"]},
        {"valid_to": None},
        {"valid_to": (ends + timedelta(days=1)).isoformat()},
    ):
        answer = await grant(supervisor, "wang", "grid_worker", **{**good, **change})
        assert answer == (403, "grant-too-wide")


async def test_a_grantor_s_rights_end_with_the_term(town: Town) -> None:
    supervisor = await town.signed_in("zhou", "supervisor", area=STREET)
    town.account("wang")
    town.execute("update role_grant set valid_from = '2020-01-01', valid_to = '2020-12-31'")
    answer = (0, "")
    for _ in range(100):
        answer = await grant(supervisor, "wang", "grid_worker", area=STREET)
        if answer == (403, "not-allowed"):
            break
        await asyncio.sleep(0.02)
    assert answer == (403, "not-allowed")


async def test_a_supervisor_sees_and_takes_the_roles_of_the_own_street_only(town: Town) -> None:
    supervisor = await town.signed_in("zhou", "supervisor", area=STREET)
    town.account("wang")
    town.grant("wang", "grid_worker", grid="G1")
    town.grant("wang", "grid_worker", area=OTHER)
    town.grant("wang", "analyst", area=STREET)
    listed = (await supervisor.send("GET", "/accounts/wang/roles")).json()["items"]
    assert [(each["role"], each["area"] and each["area"]["code"]) for each in listed] == [
        ("grid_worker", None),
        ("analyst", STREET),
    ]
    ids = [
        role_id
        for (role_id,) in town.execute(
            "select g.id from role_grant as g inner join account as a on a.id = g.account_id"
            " where a.name = 'wang' order by g.id"
        )
    ]
    answers = [await supervisor.send("DELETE", f"/accounts/wang/roles/{each}") for each in ids]
    assert [answer.status_code for answer in answers] == [204, 403, 403]


async def test_two_roles_that_are_kept_apart_are_not_held_at_once(town: Town) -> None:
    grantor = await town.signed_in("qian", GRANTOR)
    town.account("wang")
    assert await grant(grantor, "wang", "auditor", area=STREET) == (201, "")
    assert await grant(grantor, "wang", "auditor", area=OTHER) == (201, "")
    assert await grant(grantor, "wang", "commander") == (201, "")
    for role in ("system_administrator", GRANTOR):
        assert await grant(grantor, "wang", role) == (409, "roles-apart")


async def test_not_even_when_both_are_granted_at_the_same_moment(town: Town) -> None:
    grantor = await town.signed_in("qian", GRANTOR)
    town.account("wang")
    answers = await asyncio.gather(
        *(grant(grantor, "wang", role) for role in ("auditor", "system_administrator", GRANTOR))
    )
    assert sorted(answers) == [(201, ""), (409, "roles-apart"), (409, "roles-apart")]


async def test_one_after_the_other_they_may_be_held(town: Town) -> None:
    grantor = await town.signed_in("qian", GRANTOR)
    town.account("wang")
    first = {"valid_to": (today() + timedelta(days=9)).isoformat()}
    later = {"valid_from": (today() + timedelta(days=10)).isoformat()}
    too_soon = {"valid_from": (today() + timedelta(days=9)).isoformat()}
    assert await grant(grantor, "wang", "auditor", **first) == (201, "")
    assert await grant(grantor, "wang", GRANTOR, **too_soon) == (409, "roles-apart")
    assert await grant(grantor, "wang", GRANTOR, **later) == (201, "")


async def test_the_last_role_that_may_grant_is_not_taken(town: Town) -> None:
    grantor = await town.signed_in("qian", GRANTOR)
    other = await town.signed_in("zhao", GRANTOR)
    ids = dict(
        town.execute(
            "select a.name, g.id from role_grant as g inner join account as a"
            " on a.id = g.account_id"
        )
    )
    answers = await asyncio.gather(
        grantor.send("DELETE", f"/accounts/zhao/roles/{ids['zhao']}"),
        other.send("DELETE", f"/accounts/qian/roles/{ids['qian']}"),
    )
    assert sorted(answer.status_code for answer in answers) in ([204, 409], [204, 403])
    assert town.execute("select count(*) from role_grant") == [(1,)]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"role": "king"}, "'king' is no role"),
        ({"role": "analyst", "area": "999"}, "no area '999'"),
        ({"role": "analyst", "grid": "G9"}, "no grid 'G9'"),
        ({"role": "analyst", "area": STREET, "grid": "G1"}, "not in both"),
        ({"role": "analyst", "valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "valid_to"),
        ({"role": "analyst", "person_classes": ["foe"]}, "person_classes"),
        ({"role": "analyst", "person_classes": []}, "person_classes"),
        ({"role": "analyst", "everything": True}, "everything"),
    ],
)
async def test_what_is_not_there_is_told(town: Town, body: dict[str, Any], word: str) -> None:
    grantor = await town.signed_in("qian", GRANTOR)
    town.account("wang")
    answer = await grantor.send("POST", "/accounts/wang/roles", body)
    assert (answer.status_code, slug(answer)) == (400, "invalid-request")
    assert word in answer.json()["detail"]


async def test_a_retired_area_is_none_of_today(town: Town) -> None:
    town.execute("update area set valid_to = %s where code = %s", date(2026, 1, 1), OTHER)
    grantor = await town.signed_in("qian", GRANTOR)
    town.account("wang")
    assert await grant(grantor, "wang", "analyst", area=OTHER) == (400, "invalid-request")


async def test_roles_of_nobody_are_not_found(town: Town) -> None:
    grantor = await town.signed_in("qian", GRANTOR)
    town.account("wang")
    assert await grant(grantor, "nobody", "analyst") == (404, "not-found")
    assert slug(await grantor.send("GET", "/accounts/nobody/roles")) == "not-found"
    assert slug(await grantor.send("DELETE", "/accounts/wang/roles/999")) == "not-found"
    assert (await grantor.send("DELETE", f"/accounts/wang/roles/{2**63}")).status_code == 400
