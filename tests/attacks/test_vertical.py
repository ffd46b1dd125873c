"""Upwards: more rights than one was given, by oneself, by a key, or by a role that is gone."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from gis_gov.days import today
from tests.accounts.people import Town, slug
from tests.attacks.attacking import WHY, refusals, tells_of_victim
from tests.registry.conftest import EAST, NUMBER, WEST
from tests.signed_in import make_key

pytestmark = pytest.mark.anyio

GRANTOR = "security_administrator"
APART = ("system_administrator", GRANTOR, "auditor")
_REMOVE = "delete from role_grant; delete from session; delete from api_key; delete from account"
GRANT_ROUTE, KEY_ROUTE = "POST /accounts/{name}/roles", "POST /keys"


@pytest.mark.parametrize("role", ["commander", GRANTOR, "supervisor", "grid_worker"])
async def test_a_grant_to_oneself(town: Town, role: str) -> None:
    grantor = await town.signed_in("mallory", GRANTOR)
    answer = await grantor.send("POST", "/accounts/mallory/roles", {"role": role})
    assert (answer.status_code, slug(answer)) == (403, "own-rights")
    assert refusals(town) == [("account:mallory", GRANT_ROUTE, "own-rights")]
    assert town.execute("select count(*) from role_grant") == [(1,)]


async def test_a_grant_to_oneself_by_one_s_own_key(town: Town) -> None:
    grantor = await town.signed_in("mallory", GRANTOR)
    made = await grantor.send("POST", "/keys", {"name": "me", "roles": [{"role": GRANTOR}]})
    machine = town.machine(made.json()["key"])
    answer = await machine.post("/accounts/mallory/roles", json={"role": "commander"})
    assert slug(answer) == "own-rights"
    ((actor, action, reason),) = refusals(town)
    assert (action, reason) == (GRANT_ROUTE, "own-rights")
    assert actor.startswith("key:")


OWN = {"area": EAST, "person_classes": ["rely"], "valid_to": str(today() + timedelta(days=9))}


@pytest.mark.parametrize(
    "change",
    [
        {"area": WEST},
        {"area": "440199000000"},
        {"area": None},
        {"area": None, "grid": f"{WEST}101"},
        {"person_classes": None},
        {"person_classes": ["rely", "control"]},
        {"valid_to": None},
        {"valid_to": str(today() + timedelta(days=11))},
        {"role": "supervisor"},
        {"role": "commander"},
        {"role": GRANTOR},
    ],
    ids=str,
)
async def test_a_grant_beyond_one_s_own(town: Town, change: dict[str, Any]) -> None:
    supervisor = await town.signed_in(
        "zhou", "supervisor", area=EAST, classes=["rely"], until=today() + timedelta(days=10)
    )
    town.account("accomplice")
    body = {"role": "grid_worker", **OWN, **change}
    answer = await supervisor.send("POST", "/accounts/accomplice/roles", body)
    assert (answer.status_code, slug(answer)) == (403, "grant-too-wide")
    assert town.audited(GRANT_ROUTE) == [
        ("account:zhou", "accomplice", "refused", "grant-too-wide")
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"area": WEST},
        {"area": None},
        {"person_classes": None},
        {"role": "supervisor"},
        {"role": GRANTOR},
        {"role": "auditor"},
    ],
    ids=str,
)
async def test_a_key_above_its_maker(town: Town, change: dict[str, Any]) -> None:
    maker = await town.signed_in("wang", "commander", area=EAST, classes=["rely"])
    role = {"role": "commander", "area": EAST, "person_classes": ["rely"], **change}
    answer = await maker.send("POST", "/keys", {"name": "wide", "roles": [role]})
    assert (answer.status_code, slug(answer)) == (403, "grant-too-wide")
    assert refusals(town) == [("account:wang", KEY_ROUTE, "grant-too-wide")]
    assert town.execute("select count(*) from api_key") == [(0,)]


async def until_refused(client: httpx.AsyncClient, status: int) -> httpx.Response:
    """Ask until the announcement of what another process did has come."""
    answer = await client.get("/persons/P1")
    for _ in range(200):
        if answer.status_code == status:
            break
        await asyncio.sleep(0.02)
        answer = await client.get("/persons/P1")
    assert answer.status_code == status
    return answer


@pytest.mark.parametrize(
    ("end", "status", "reason"),
    [
        ("delete from role_grant where account_id is not null", 403, "not-allowed"),
        (
            "update role_grant set valid_from = '2020-01-01', valid_to = '2020-12-31'",
            403,
            "not-allowed",
        ),
        ("update account set disabled_at = now()", 401, "sign-in-needed"),
        (_REMOVE, 401, "sign-in-needed"),
    ],
    ids=["role removed", "term over", "account disabled", "account removed"],
)
async def test_what_is_gone_counts_no_more(town: Town, end: str, status: int, reason: str) -> None:
    maker = await town.signed_in("wang", "commander", area=EAST)
    made = await maker.send(
        "POST", "/keys", {"name": "mine", "roles": [{"role": "commander", "area": EAST}]}
    )
    machine = town.machine(made.json()["key"])
    for client in (maker.client, machine):
        assert (await client.get("/persons/P1")).status_code == 200
    town.execute(end)
    for client in (maker.client, machine):
        assert slug(await until_refused(client, status)) == reason
    assert {each[1:] for each in refusals(town)} == {("GET /persons/{code}", reason)}


SQUARE = {"type": "Polygon", "coordinates": [[[113, 22], [114, 22], [114, 23], [113, 22]]]}
PERSONAL: list[tuple[str, str, Any]] = [
    ("GET", "/persons", None),
    ("GET", "/persons?f=csv", None),
    ("GET", "/persons/P1", None),
    ("POST", "/persons/search", {"id_number": NUMBER}),
    ("POST", "/persons/P1/reveal", {"fields": ["phone"], "reason": WHY}),
    ("GET", "/houses", None),
    ("GET", "/enterprises", None),
    ("GET", "/tiles/persons/3/6/3.mvt", None),
    ("GET", "/tiles/grids,persons/3/6/3.mvt", None),
    ("GET", "/tiles/workers/3/6/3.mvt", None),
    ("GET", "/nearby?lon=113.15&lat=22.05&kinds=worker", None),
    ("GET", "/heatmap?layer=persons", None),
    ("GET", "/heatmap/hotspots?layer=persons", None),
    ("GET", "/heatmap/density.png?layer=persons", None),
    ("GET", "/heatmap/3/6/3.mvt?layer=persons", None),
    ("GET", "/statistics?measures=persons", None),
    ("GET", "/statistics/categories?measure=persons&by=sex", None),
    ("GET", "/statistics/series", None),
    ("GET", "/statistics/autocorrelation?measure=persons", None),
    ("POST", "/statistics/polygon?measures=persons", SQUARE),
]


@pytest.mark.parametrize("role", APART)
async def test_who_runs_grants_or_watches_reads_nobody(town: Town, role: str) -> None:
    client = town.machine(make_key(town.url, role))
    for method, path, body in PERSONAL:
        answer = await client.request(method, path, json=body)
        assert (answer.status_code, slug(answer)) == (403, "not-allowed"), path
        assert not tells_of_victim(answer)
    assert len(refusals(town)) == len(PERSONAL)


@pytest.mark.parametrize("role", ["commander", "supervisor", "department_officer", "analyst"])
async def test_who_works_with_people_does_not_read_who_watched(town: Town, role: str) -> None:
    client = town.machine(make_key(town.url, role))
    for path in ("/audit", "/audit?f=csv", "/metrics", "/accounts"):
        assert slug(await client.get(path)) == "not-allowed", path
    assert len(refusals(town)) == 4


async def test_a_masked_reader_does_not_take_the_mask_off(town: Town) -> None:
    client = town.machine(make_key(town.url, "department_officer"))
    asked: list[tuple[str, str, Any]] = [
        ("GET", "/persons?f=csv", None),
        ("GET", "/persons?sort=name", None),
        ("GET", "/persons?name=王五", None),
        ("GET", "/persons?person_class=control", None),
        ("POST", "/persons/search", {"id_number": NUMBER}),
        ("POST", "/persons/P1/reveal", {"fields": ["id_number"], "reason": WHY}),
    ]
    for method, path, body in asked:
        answer = await client.request(method, path, json=body)
        assert (answer.status_code, slug(answer)) == (403, "not-allowed"), path
    assert len(refusals(town)) == len(asked)
