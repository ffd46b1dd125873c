"""Filters in CQL2: whatever they say, they find nothing but what who asks may have, and know."""

import json

import httpx
import pytest

from tests.accounts.people import Town, slug
from tests.attacks.attacking import (
    VICTIM,
    VICTIM_ID_NUMBER,
    VICTIM_NAME,
    VICTIM_PHONE,
    attacker,
    codes,
    commander,
    recorded,
    refusals,
)
from tests.attacks.filtering import ITEMS, LAT, LON, MASKED, OWN_LAT, OWN_LON, found
from tests.registry.conftest import EAST, WEST
from tests.signed_in import make_key

pytestmark = pytest.mark.anyio

BOX = f"BBOX({LON - 0.01},{LAT - 0.01},{LON + 0.01},{LAT + 0.01})"
P3_BY = {"op": "=", "args": [{"property": "code"}, VICTIM]}


@pytest.mark.parametrize(
    "text",
    [
        f"code = '{VICTIM}'",
        f"NOT (code <> '{VICTIM}')",
        f"NOT NOT code IN ('{VICTIM}')",
        f"code LIKE '{VICTIM}%'",
        f"CASEI(code) = CASEI('{VICTIM.lower()}')",
        f"ACCENTI(code) = '{VICTIM}'",
        f"name = '{VICTIM_NAME}'",
        f"name LIKE '{VICTIM_NAME[0]}_' AND name BETWEEN '{VICTIM_NAME}' AND '{VICTIM_NAME}'",
        "address LIKE '%西路9号%'",
        "birth_year = 1880",
        "birth_year * 2 - 3760 = 0",
        f"area_code = '{WEST}'",
        f"area_code <> '{EAST}'",
        f"S_INTERSECTS(geometry, POINT({LON} {LAT}))",
        f"S_WITHIN(geometry, {BOX})",
        f"NOT S_DISJOINT(geometry, {BOX})",
        f"S_DWITHIN(geometry, POINT({LON} {LAT}), 1)",
        f"S_DWITHIN(POINT({LON} {LAT}), geometry, 1)",
    ],
)
async def test_no_filter_finds_the_neighbour(town: Town, text: str) -> None:
    assert VICTIM in await found(town.machine(make_key(town.url, "commander")), text)
    answer = await attacker(town).get(ITEMS, params={"filter": text})
    assert (answer.json()["features"], answer.json()["numberMatched"]) == ([], 0)


@pytest.mark.parametrize(
    "text", ["TRUE", f"code = '{VICTIM}' OR TRUE", "code IS NOT NULL", "NOT FALSE"]
)
async def test_what_always_holds_finds_one_s_own_only(town: Town, text: str) -> None:
    assert VICTIM in await found(commander(town), text)
    assert await found(attacker(town), text) == ["P1", "P2"]


async def test_neither_does_one_in_json(town: Town) -> None:
    for tree in (
        P3_BY,
        {"op": "or", "args": [P3_BY, False]},
        {"op": "not", "args": [{"op": "<>", "args": P3_BY["args"]}]},
    ):
        asked = {"filter": json.dumps(tree), "filter-lang": "cql2-json"}
        assert codes(await commander(town).get(ITEMS, params=asked)) == [VICTIM]
        assert codes(await attacker(town).get(ITEMS, params=asked)) == []


async def test_one_item_of_another_area_is_one_that_is_not_there(town: Town) -> None:
    client = attacker(town)
    answer, nobody = [await client.get(f"{ITEMS}/{code}") for code in (VICTIM, "nobody")]
    assert (answer.status_code, answer.text) == (404, nobody.text)
    assert recorded(town, "person.read")[0][:3] == ("refused", VICTIM, "not-found")


@pytest.mark.parametrize(
    ("collection", "theirs", "mine"),
    [
        ("addresses", "R2", ["B1", "R1"]),
        ("enterprises", "E2", ["E1"]),
        ("houses", None, ["H1", "H1-301"]),
    ],
)
async def test_no_collection_tells_of_another_area(
    town: Town, collection: str, theirs: str | None, mine: list[str]
) -> None:
    path = f"/collections/{collection}/items"
    assert codes(await attacker(town).get(path, params={"filter": "TRUE"})) == mine
    if theirs:
        asked = {"filter": f"code = '{theirs}'"}
        assert codes(await commander(town).get(path, params=asked)) == [theirs]
        assert codes(await attacker(town).get(path, params=asked)) == []
        assert codes(await attacker(town).get(path, params={"code": theirs})) == []


@pytest.mark.parametrize("name", MASKED)
async def test_a_masked_property_is_nothing_to_ask_by(town: Town, name: str) -> None:
    """It would be told by asking for each of its values."""
    text = MASKED[name]
    client = town.machine(make_key(town.url, "department_officer", area=EAST))
    whole = commander(town)
    if name == "birth_date":  # which goes with the ID number, and is nobody's as it is
        answer = await whole.get(ITEMS, params={"filter": text})
        assert (answer.status_code, slug(answer)) == (403, "not-allowed")
    else:
        assert await found(whole, text) == ["P1"]
    for asked in (
        {"filter": text},
        {"filter": f"NOT ({text})"},
        {"filter": f"{name} IS NULL"},
        {"sortby": name} if name != "tags" else {"filter": f"TRUE OR {text}"},
    ):
        answer = await client.get(ITEMS, params=asked)
        assert (answer.status_code, slug(answer)) == (403, "not-allowed"), asked
    assert len(refusals(town)) == 4 + (name == "birth_date")


async def test_what_is_masked_in_places_is_null_there(town: Town) -> None:
    """Who sees names in the west only can't ask for names of the east, nor sort by them."""
    key = make_key(town.url, "department_officer", area=EAST)
    town.execute(
        "insert into role_grant (key_id, role, area_id) select max(k.id), 'supervisor', 3"
        " from api_key as k"
    )
    client = town.machine(key)
    assert await found(client, "TRUE") == ["P1", "P2", VICTIM]
    assert await found(client, f"name = '{VICTIM_NAME}'") == [VICTIM]
    for text in ("name = '欧阳修远'", "name LIKE '欧%'", "name <> '李四'", "NOT name = 'x'"):
        assert set(await found(client, text)) <= {VICTIM}, text
    assert await found(client, "name IS NULL") == ["P1", "P2"]
    for way in ("name", "-name"):
        assert codes(await client.get(ITEMS, params={"sortby": way})) == [VICTIM, "P1", "P2"]


@pytest.mark.parametrize("name", ["id_number", "phone", "id_number_digest", "phone_sealed", "id"])
async def test_numbers_and_hidden_columns_have_no_name(town: Town, name: str) -> None:
    for value in (VICTIM_ID_NUMBER, VICTIM_PHONE):
        answer = await commander(town).get(ITEMS, params={"filter": f"{name} = '{value}'"})
        assert (answer.status_code, slug(answer)) == (400, "invalid-filter")
        assert value not in answer.text
        answer = await commander(town).get(ITEMS, params={name: value})
        assert (answer.status_code, slug(answer)) == (400, "unknown-parameter")


async def test_a_masked_place_is_the_middle_of_the_grid(town: Town) -> None:
    client = town.machine(make_key(town.url, "department_officer", area=EAST))
    home = f"S_DWITHIN(geometry, POINT({OWN_LON} {OWN_LAT}), 50)"
    around = f"S_WITHIN(geometry, BBOX({OWN_LON}, {OWN_LAT}, {OWN_LON + 0.001}, {OWN_LAT + 0.001}))"
    middle = "S_DWITHIN(geometry, POINT(113.15 22.05), 50)"
    assert await found(commander(town), home) == ["P1", "P2"]
    assert await found(client, home) == []
    assert await found(client, around) == []
    assert await found(client, middle) == ["P1", "P2"]
    box = f"{OWN_LON - 0.0001},{OWN_LAT - 0.0001},{OWN_LON + 0.0001},{OWN_LAT + 0.0001}"
    assert codes(await client.get(ITEMS, params={"bbox": box})) == []


async def test_a_masked_room_is_not_found_by_its_address(town: Town) -> None:
    client = town.machine(make_key(town.url, "department_officer", area=EAST))
    for text in ("address LIKE '%301%'", "address_code = 'R1'", "house_code = 'H1-301'"):
        assert await found(commander(town), text) == ["P1"], text
        assert await found(client, text) == [], text
    for text in ("full_text LIKE '%301%'", "code = 'R1'"):
        path = "/collections/addresses/items"
        assert codes(await client.get(path, params={"filter": text})) == [], text


async def test_not_finds_nobody_who_is_nowhere(town: Town) -> None:
    masked = town.machine(make_key(town.url, "department_officer"))
    for client in (commander(town), masked):
        for inner in (
            "S_INTERSECTS(geometry, BBOX(10,10,11,11))",
            "(TRUE AND S_INTERSECTS(geometry, BBOX(10,10,11,11)))",
            "S_DWITHIN(geometry, POINT(10 10), 5)",
        ):
            found_there = await found(client, f"NOT {inner}")
            assert found_there == ["P1", "P2", VICTIM], inner


async def test_another_s_page_is_none(town: Town) -> None:
    asked = {"limit": "1", "filter": "TRUE"}
    page = (await commander(town).get(ITEMS, params=asked)).json()
    (link,) = [each["href"] for each in page["links"] if each["rel"] == "next"]
    assert codes(await commander(town).get(link)) == ["P2"]
    answer = await attacker(town).get(link)
    assert (answer.status_code, slug(answer)) == (400, "bad-page-token")
    moved = httpx.URL(link).copy_set_param("filter", f"code = '{VICTIM}'")
    assert slug(await commander(town).get(moved)) == "bad-page-token"


async def test_the_audit_knows_who_was_told_and_no_value(town: Town) -> None:
    client = attacker(town)
    assert await found(client, f"name = '李四' AND code <> '{VICTIM}'") == ["P2"]
    assert await client.get("/collections/workers/items")
    ((_, _, _, detail),) = recorded(town, "person.list")
    assert detail == {"collection": "persons", "parameters": ["filter"], "codes": ["P2"]}
