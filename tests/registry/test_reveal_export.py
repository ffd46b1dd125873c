"""Masked fields are given for a reason, tables to who may take them out; both are recorded."""

import csv
import io
from typing import Any, LiteralString

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from gis_gov.registry.export import PIECE_ROWS
from gis_gov.state import state_of
from tests.pausing import Pausing
from tests.registry.conftest import EAST, NUMBER, PHONE, WEST, entries
from tests.signed_in import Client, bearer, client_of, make_key

pytestmark = pytest.mark.anyio

WHY = "核查流动人口登记"
# Those of whom there are a few in every test, and of whom there are enough for three pieces.
CROWD = ["P1", "P2", "P3", "P4", *(f"Q{number:04}" for number in range(2500))]
# What an export has in its first piece.
HEADER = 1


async def reveal(client: httpx.AsyncClient, code: str, *fields: str, reason: str = WHY) -> Any:
    return await client.post(f"/persons/{code}/reveal", json={"fields": fields, "reason": reason})


async def test_fields_are_revealed_as_they_are(signed_in: Client, people_url: str) -> None:
    client = await signed_in("supervisor", area=EAST)
    answer = await reveal(client, "P1", "id_number", "phone", "name", "room", "class")
    assert answer.json() == {
        "code": "P1",
        "id_number": NUMBER,
        "phone": PHONE,
        "name": "欧阳修远",
        "room": "东路1号2幢301室",
        "class": "control",
    }
    assert answer.headers["cache-control"] == "private, no-store"
    assert (await reveal(client, "P2", "id_number")).json() == {"code": "P2", "id_number": None}
    told = entries(people_url, "person.reveal")
    assert told == [
        ("ok", "P1", WHY, {"fields": ["id_number", "phone", "name", "room", "class"]}),
        ("ok", "P2", WHY, {"fields": ["id_number"]}),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"fields": ["phone"]},
        {"fields": ["phone"], "reason": "x"},
        {"fields": [], "reason": WHY},
        {"fields": ["tags"], "reason": WHY},
        {"fields": ["phone"], "reason": WHY, "as": "root"},
    ],
)
async def test_a_reveal_says_what_and_why(
    signed_in: Client, people_url: str, body: dict[str, Any]
) -> None:
    client = await signed_in("commander")
    assert (await client.post("/persons/P1/reveal", json=body)).status_code == 400
    assert entries(people_url, "person.reveal") == []


async def test_a_reveal_takes_its_right(signed_in: Client) -> None:
    client = await signed_in("department_officer")
    assert (await reveal(client, "P1", "phone")).status_code == 403


async def test_a_reveal_takes_its_right_there(signed_in: Client, people_url: str) -> None:
    client = await signed_in("department_officer")
    token = make_key(people_url, "department_officer")
    with psycopg.connect(people_url) as conn:
        conn.execute(
            "insert into role_grant (key_id, role, grid_id)"
            " select max(k.id), 'grid_worker', (select id from grid where code = %s)"
            " from api_key as k",
            [f"{EAST}101"],
        )
    client.headers.update(bearer(token))
    assert (await reveal(client, "P1", "phone")).json()["phone"] == PHONE
    assert (await client.get("/persons/P3")).json()["properties"]["name"] == "王*"
    assert (await reveal(client, "P3", "phone")).status_code == 403


async def test_an_export_is_masked_and_marked(signed_in: Client, people_url: str) -> None:
    client = await signed_in("supervisor", area=EAST)
    answer = await client.get("/persons", params={"f": "csv", "limit": 1})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert [row["code"] for row in rows] == ["P1", "P2"]
    assert rows[0]["name"] == "欧阳修远"
    assert rows[0]["id_number"] == "110****002X"
    marks = {row["exported"] for row in rows}
    assert len(marks) == 1
    assert marks.pop().startswith("key:1:test 20")
    ((result, _, _, detail),) = entries(people_url, "person.export")
    assert (result, detail["mark"]) == ("ok", rows[0]["exported"])


async def test_only_who_may_take_out_does(signed_in: Client, people_url: str) -> None:
    client = await signed_in("grid_worker", grid=f"{EAST}101")
    assert (await client.get("/persons", params={"f": "csv"})).status_code == 403
    assert entries(people_url, "person.export") == []


def grant_more(url: str, role: str, classes: list[str] | None = None) -> None:
    """Give the newest key one more role, everywhere."""
    with psycopg.connect(url) as conn:
        conn.execute(
            "insert into role_grant (key_id, role, person_classes)"
            " select max(k.id), %s, %s from api_key as k",
            [role, classes],
        )


async def exported_codes(client: httpx.AsyncClient, **asked: str) -> list[str]:
    answer = await client.get("/persons", params={"f": "csv", **asked})
    assert answer.status_code == 200
    rows = csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")))
    return [row["code"] for row in rows]


async def test_who_may_take_out_some_classes_takes_out_no_other(
    signed_in: Client, people_url: str
) -> None:
    client = await signed_in("supervisor", classes=["service"])
    grant_more(people_url, "department_officer")
    listed = (await client.get("/persons")).json()["features"]
    assert [feature["id"] for feature in listed] == ["P1", "P2", "P3", "P4"]
    assert await exported_codes(client) == ["P2"]
    assert await exported_codes(client, within=WEST) == []


async def test_what_several_grants_let_take_out_is_joined(
    signed_in: Client, people_url: str
) -> None:
    client = await signed_in("supervisor", area=EAST, classes=["service"])
    grant_more(people_url, "commander", ["other"])
    grant_more(people_url, "department_officer")
    assert await exported_codes(client) == ["P2", "P3", "P4"]


async def test_an_analyst_s_right_to_take_out_is_limited_alike(
    signed_in: Client, people_url: str
) -> None:
    client = await signed_in("analyst", classes=["control"])
    grant_more(people_url, "department_officer")
    assert await exported_codes(client) == ["P1"]


async def test_no_cell_is_a_formula(signed_in: Client, people_url: str) -> None:
    with psycopg.connect(people_url) as conn:
        conn.execute("update person set name = '=1+1', tags = '{@x}' where code = 'P2'")
    client = await signed_in("commander")
    answer = await client.get("/persons", params={"f": "csv", "name": "=1+1"})
    (row,) = csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")))
    assert (row["name"], row["tags"]) == ("'=1+1", "'@x")


def write_crowd(url: str) -> None:
    """Add persons, so that an export of all has three pieces."""
    with psycopg.connect(url) as conn:
        conn.execute(
            "insert into person (code, name) select code, '某' || n %% 7"
            " from unnest(%s::text[]) with ordinality as crowd (code, n)",
            [CROWD[4:]],
        )


async def test_an_export_has_every_page(signed_in: Client, people_url: str) -> None:
    write_crowd(people_url)
    client = await signed_in("commander")
    for sort in ("code", "name"):
        answer = await client.get("/persons", params={"f": "csv", "sort": sort})
        rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
        assert len({row["code"] for row in rows}) == len(rows) == 2504


@pytest.mark.parametrize(
    "change",
    [
        "update api_key set revoked_at = now()",
        "update role_grant set role = 'supervisor'",
        "update role_grant set grid_id = (select min(id) from grid)",
        "delete from role_grant",
    ],
)
async def test_an_export_ends_when_rights_change(
    running: FastAPI, people_url: str, change: LiteralString
) -> None:
    write_crowd(people_url)

    async def alter(piece: int) -> None:
        if piece == HEADER + 2:
            with psycopg.connect(people_url) as conn:
                conn.execute(change)
            await state_of(running).actors.forget("")

    key = bearer(make_key(people_url, "commander"))
    async with client_of(httpx.ASGITransport(Pausing(running, alter)), key) as client:
        answer = await client.get("/persons", params={"f": "csv"})
    codes = [line.partition(",")[0] for line in answer.text.splitlines()[1:]]
    assert codes[: 2 * PIECE_ROWS] == CROWD[: 2 * PIECE_ROWS]
    assert codes[2 * PIECE_ROWS :] == ["broken off: the right to this table is gone"]
    (_, refused) = entries(people_url, "person.export")
    assert (refused[0], refused[3]["after"]) == ("refused", CROWD[2 * PIECE_ROWS - 1])
