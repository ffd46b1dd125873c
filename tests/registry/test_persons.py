"""Who sees which persons, and how much of each."""

from typing import Any

import httpx
import pytest

from tests.registry.conftest import EAST, NUMBER, PHONE, WEST, entries
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

MASKED = {
    "code": "P1",
    "name": "欧阳**",
    "sex": "unknown",
    "birth_year": 1949,
    "birth_date": None,
    "id_number": "110****002X",
    "phone": "138****8000",
    "person_class": None,
    "tags": None,
    "address": "东路1号2幢",
    "address_code": None,
    "house_code": None,
    "grid_code": f"{EAST}101",
    "area_code": EAST,
}
EVERYTHING = {
    "name",
    "birth_date",
    "id_number",
    "phone",
    "person_class",
    "tags",
    "address",
    "address_code",
    "house_code",
    "geometry",
}


async def codes(client: httpx.AsyncClient, **asked: Any) -> list[str]:
    answer = await client.get("/persons", params=asked)
    assert answer.status_code == 200, answer.text
    return [feature["id"] for feature in answer.json()["features"]]


async def test_a_masked_reader_sees_masks_and_the_middle_of_the_grid(signed_in: Client) -> None:
    client = await signed_in("department_officer")
    answer = await client.get("/persons/P1")
    feature = answer.json()
    masked = feature["properties"].pop("masked")
    assert feature["properties"] == MASKED
    assert set(masked) == EVERYTHING
    assert feature["geometry"] == {"type": "Point", "coordinates": [113.15, 22.05]}
    assert answer.headers["cache-control"] == "private, no-store"
    listed = (await client.get("/persons")).json()["features"][0]
    assert {**listed["properties"], "masked": masked} == {**MASKED, "masked": masked}


async def test_a_worker_sees_more_of_the_own_grid(signed_in: Client) -> None:
    client = await signed_in("grid_worker", grid=f"{EAST}101")
    assert await codes(client) == ["P1", "P2"]
    feature = (await client.get("/persons/P1")).json()
    told = feature["properties"]
    assert told["masked"] == ["birth_date", "id_number"]
    assert (told["name"], told["phone"]) == ("欧阳修远", PHONE)
    assert (told["person_class"], told["tags"]) == ("control", ["涉毒"])
    assert (told["address"], told["house_code"]) == ("东路1号2幢301室", "H1-301")
    assert told["id_number"] == "110****002X"
    assert feature["geometry"]["coordinates"] == [113.1512345, 22.0554321]


@pytest.mark.parametrize("code", ["P3", "nobody"])
async def test_anothers_person_is_as_unknown_as_nobody(signed_in: Client, code: str) -> None:
    client = await signed_in("supervisor", area=EAST)
    answer = await client.get(f"/persons/{code}")
    refused = await client.post(
        f"/persons/{code}/reveal", json={"fields": ["phone"], "reason": "核查登记"}
    )
    for each in (answer, refused):
        assert each.status_code == 404
        assert each.json()["detail"] == "There is no such person, or it is not yours to see."


async def test_lists_hold_only_the_own_rows_whatever_is_asked(signed_in: Client) -> None:
    client = await signed_in("supervisor", area=EAST)
    assert await codes(client) == ["P1", "P2"]
    assert await codes(client, within=WEST) == []
    assert await codes(client, within="440199000000") == ["P1", "P2"]
    assert await codes(client, within=f"{EAST}101") == ["P1", "P2"]
    assert await codes(client, address_code="R2") == []
    assert await codes(client, name="王五") == []
    assert await codes(client, sort="name") == ["P2", "P1"]
    commander = await signed_in("commander")
    assert await codes(commander) == ["P1", "P2", "P3", "P4"]
    assert await codes(commander, within=WEST) == ["P3"]
    assert await codes(commander, address_code="R2") == ["P3"]
    assert await codes(commander, house_code="H1") == ["P1", "P2"]
    assert await codes(commander, house_code="H1-301") == ["P1"]
    assert await codes(commander, person_class="control") == ["P1"]
    assert await codes(commander, name="王五") == ["P3"]


async def test_classes_of_persons_limit_rows(signed_in: Client) -> None:
    client = await signed_in("supervisor", classes=["service"])
    assert await codes(client) == ["P2"]
    assert (await client.get("/persons/P1")).status_code == 404


async def test_a_masked_reader_finds_nothing_out_by_asking(signed_in: Client) -> None:
    client = await signed_in("department_officer")
    for asked in ({"name": "李四"}, {"person_class": "control"}, {"sort": "name"}):
        assert (await client.get("/persons", params=asked)).status_code == 403
    assert await codes(client, address_code="R1") == []
    assert await codes(client, address_code="R2") == []
    assert await codes(client, address_code="B1") == ["P2"]
    assert await codes(client, house_code="H1-301") == []
    assert await codes(client, house_code="H1") == ["P1", "P2"]
    for body in ({"id_number": NUMBER}, {"phone": PHONE}):
        assert (await client.post("/persons/search", json=body)).status_code == 403


async def test_people_are_found_by_their_numbers_however_written(
    signed_in: Client, people_url: str
) -> None:
    client = await signed_in("supervisor", area=EAST)

    async def found(**body: str) -> list[str]:
        answer = await client.post("/persons/search", json=body)
        assert answer.headers["cache-control"] == "private, no-store"
        return [feature["id"] for feature in answer.json()["features"]]

    assert await found(id_number=NUMBER) == ["P1"]
    assert await found(id_number=f" {NUMBER.lower()}") == ["P1"]
    assert await found(phone="+86 138-0013-8000") == ["P1"]
    assert await found(phone="02084691234") == ["P2"]
    assert await found(phone=PHONE, id_number=NUMBER) == ["P1"]
    assert await found(phone="02084691234", id_number=NUMBER) == []
    assert await found(id_number="440524188001010014") == []
    assert (await client.post("/persons/search", json={})).status_code == 400
    told = entries(people_url, "person.search")
    assert told[0] == ("ok", None, None, {"by": ["id_number"], "codes": ["P1"]})
    assert NUMBER not in str(told)


async def test_pages_go_on_where_the_last_one_ended(signed_in: Client) -> None:
    client = await signed_in("commander")
    for sort, order in (("code", ["P1", "P2", "P3", "P4"]), ("name", ["P2", "P1", "P3", "P4"])):
        seen: list[str] = []
        link: str | None = f"/persons?limit=1&sort={sort}"
        while link:
            page = (await client.get(link)).json()
            seen += [feature["id"] for feature in page["features"]]
            link = page["next"]
        assert seen == order
    assert await codes(client, limit=100_000) == ["P1", "P2", "P3", "P4"]


async def test_a_token_is_good_for_its_list_and_actor_only(signed_in: Client) -> None:
    client = await signed_in("commander")
    link = (await client.get("/persons", params={"limit": 1})).json()["next"]
    token = httpx.URL(link).params["after"]
    assert (await client.get(link)).status_code == 200
    for asked in (
        {"after": token, "within": EAST},
        {"after": token, "sort": "name"},
        {"after": "x"},
        {"after": token[:-4]},
    ):
        answer = await client.get("/persons", params=asked)
        assert (answer.status_code, answer.json()["type"]) == (
            400,
            "urn:gis-gov:problem:bad-page-token",
        )
    other = await signed_in("supervisor", area=EAST)
    assert (await other.get(link)).status_code == 400


async def test_unknown_places_and_parameters_are_told(signed_in: Client) -> None:
    client = await signed_in("commander")
    assert (await client.get("/persons", params={"within": "nowhere"})).status_code == 404
    for asked in ({"sort": "phone"}, {"phone": PHONE}, {"limit": 0}, {"within": "a\0"}):
        assert (await client.get("/persons", params=asked)).status_code == 400


async def test_reading_is_audited(signed_in: Client, people_url: str) -> None:
    client = await signed_in("commander")
    await client.get("/persons", params={"name": "王五"})
    await client.get("/persons/P1")
    await client.get("/persons/nobody")
    assert entries(people_url, "person.list") == [
        ("ok", None, None, {"sort": "code", "name": "given", "codes": ["P3"]})
    ]
    assert entries(people_url, "person.read") == [
        ("ok", "P1", None, None),
        ("refused", "nobody", "not-found", None),
    ]


async def test_without_the_right_nobody_is_seen(signed_in: Client) -> None:
    client = await signed_in("analyst")
    for path in ("/persons", "/persons/P1", "/persons?f=csv"):
        assert (await client.get(path)).status_code == 403
