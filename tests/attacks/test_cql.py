"""Filters in CQL2: whatever they say, they find nothing but what who asks may have, and know."""

import json
import time
from typing import Any

import httpx
import pytest

from gis_gov.geo.tile import tile_at
from tests.accounts.people import Town, slug
from tests.attacks.attacking import (
    OWN_POINT,
    VICTIM,
    VICTIM_ID_NUMBER,
    VICTIM_NAME,
    VICTIM_PHONE,
    VICTIM_POINT,
    attacker,
    codes,
    commander,
    recorded,
    refusals,
)
from tests.attacks.test_injection import PAYLOADS, SIGNS, nobody_sees_more
from tests.registry.conftest import EAST, WEST
from tests.signed_in import make_key

pytestmark = pytest.mark.anyio

ITEMS = "/collections/persons/items"
LON, LAT = VICTIM_POINT
OWN_LON, OWN_LAT = OWN_POINT
BOX = f"BBOX({LON - 0.01},{LAT - 0.01},{LON + 0.01},{LAT + 0.01})"
P3_BY = {"op": "=", "args": [{"property": "code"}, VICTIM]}

_PEOPLE = "select md5(string_agg(p::text, '' order by p.id)) from person as p"


async def found(client: httpx.AsyncClient, text: str, **more: str) -> list[str]:
    return codes(await client.get(ITEMS, params={"filter": text, **more}))


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


MASKED = {
    "name": "name = '欧阳修远'",
    "birth_date": "birth_date = DATE('1949-12-31')",
    "person_class": "person_class = 'control'",
    "tags": "A_CONTAINS(tags, ('涉毒'))",
}


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


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_sql_in_a_filter_is_a_text_or_no_filter(town: Town, payload: str) -> None:
    town.account("wang")
    client = attacker(town)
    before = town.execute(_PEOPLE)
    quoted = payload.replace("'", "''")
    named = payload.replace('"', "")
    for text in (
        payload,
        f"code = '{payload}'",
        f"code = '{quoted}'",
        f"code LIKE '{quoted}'",
        f'"{named}" = 1',
        f"{payload}(code) = 1",
        f"birth_date = DATE('{quoted}')",
        f"T_AFTER(birth_date, TIMESTAMP('{quoted}'))",
        f"S_INTERSECTS(geometry, POINT({payload}))",
        f"code IN ('{quoted}', '{quoted}')",
    ):
        await harmless(town, client, {"filter": text})
    for tree in (
        payload,
        {"op": payload, "args": [1, 1]},
        {"op": "=", "args": [{"property": payload}, 1]},
        {"op": "=", "args": [{"property": "code"}, payload]},
        {"op": "like", "args": [{"property": "code"}, payload]},
        {"op": "a_contains", "args": [{"property": "tags"}, [payload]]},
        {"op": "t_after", "args": [{"property": "birth_date"}, {"date": payload}]},
        {"op": "s_intersects", "args": [{"property": "geometry"}, {"type": payload}]},
    ):
        await harmless(town, client, {"filter": json.dumps(tree), "filter-lang": "cql2-json"})
    for name in ("sortby", "properties", "code", "filter-crs", "crs", "bbox", "datetime"):
        await harmless(town, client, {name: payload})
    assert town.execute(_PEOPLE) == before
    await nobody_sees_more(town)


async def harmless(town: Town, client: httpx.AsyncClient, asked: dict[str, str]) -> None:
    answer = await client.get(ITEMS, params=asked)
    assert answer.status_code in {200, 400, 403}, (asked, answer.text)
    if answer.status_code == 200:
        # A pattern may fit what is one's own.
        assert set(codes(answer)) <= {"P1", "P2"}, asked
        return
    assert not any(sign in answer.json()["type"] for sign in ("internal-error",)), asked
    told = answer.text.lower()
    assert not any(sign in told for sign in SIGNS if sign not in str(asked).lower()), asked


TOO_MUCH: dict[str, str] = {
    "text": "code = '" + "x" * 8_000 + "'",
    "open parentheses": "(" * 4_000,
    "closed parentheses": "(" * 2_000 + "code = 'x'" + ")" * 2_000,
    "broken inside": "(" * 2_000 + "=" + ")" * 2_000,
    "not": "NOT " * 1_900 + "TRUE",
    "minus": "-" * 4_000 + "birth_year = 1",
    "spelling": "CASEI(" * 600 + "code" + ")" * 600 + " = 'x'",
    "parts": " OR ".join(["TRUE"] * 1_100),
    "list": "birth_year IN (" + ",".join(["1"] * 1_100) + ")",
    "number": "birth_year = " + "9" * 4_000,
    "power": "birth_year = 1e9999",
    "digits": "birth_year = " + "9" * 5_000,
    "between": "(" * 12 + "birth_year" + " BETWEEN 1 AND 2)" * 12,
    "in": "(" * 6 + "TRUE" + f" IN ({','.join(['TRUE'] * 9)}))" * 6,
    "lists": "A_EQUALS((" + "(" * 14 + "1,2" + ",3)" * 14 + "), tags)",
}


@pytest.mark.parametrize(
    "text",
    [
        "birth_year" + " % 3" * 14 + " >= 0",
        "CASEI(" * 14 + "code" + ")" * 14 + " = 'p1'",
        "CASEI(ACCENTI(" * 7 + "code" + "))" * 7 + " = 'p1'",
        "code LIKE '" + "%a" * 400 + "'",
    ],
)
async def test_what_is_deep_and_allowed_is_answered_at_once(town: Town, text: str) -> None:
    began = time.process_time()
    answer = await attacker(town).get(ITEMS, params={"filter": text})
    assert answer.status_code == 200, answer.text
    assert time.process_time() - began < 2


@pytest.mark.parametrize("pattern", ["'P3\\'", "CASEI('p3\\')", "code", "'P' || '3'", "1"])
async def test_a_pattern_that_may_fail_on_a_row_is_none(town: Town, pattern: str) -> None:
    answer = await commander(town).get(ITEMS, params={"filter": f"code LIKE {pattern}"})
    assert (answer.status_code, slug(answer)) == (400, "invalid-filter")


async def test_a_filter_that_fails_ends_no_file_in_its_middle(town: Town) -> None:
    text = "2 ^ ((1949 - birth_year) * 100) > 0"
    for f in ("csv", "parquet", "gpkg"):
        answer = await commander(town).get(ITEMS, params={"filter": text, "f": f})
        assert (answer.status_code, slug(answer)) == (400, "invalid-filter")
    assert recorded(town, "person.export") == []


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


@pytest.mark.parametrize("what", TOO_MUCH)
async def test_a_filter_that_is_too_much_is_refused_at_once(town: Town, what: str) -> None:
    began = time.process_time()
    answer = await attacker(town).get(ITEMS, params={"filter": TOO_MUCH[what]})
    assert answer.status_code in {400, 414, 431}, answer.text[:200]
    assert time.process_time() - began < 2


async def test_so_is_one_in_json(town: Town) -> None:
    deep: Any = True
    for _ in range(60):
        deep = {"op": "not", "args": [deep]}
    nested = "[" * 600 + "]" * 600
    ring = [[113 + n * 1e-5, 22] for n in range(100)]
    for tree in (
        json.dumps(deep),
        nested,
        json.dumps(
            {
                "op": "s_intersects",
                "args": [{"property": "geometry"}, {"type": "Polygon", "coordinates": [ring]}],
            }
        ),
        '{"op": "=", "args": [{"property": "birth_year"}, NaN]}',
        '{"op": "=", "args": [{"property": "code"}, "\\ud800"]}',
        '{"op": "=", "args": [{"property": "code"}, "\\u0000"]}',
        '{"op": "a_equals", "args": [' + "[" * 300 + "]" * 300 + ', {"property": "tags"}]}',
    ):
        asked = {"filter": tree, "filter-lang": "cql2-json"}
        answer = await attacker(town).get(ITEMS, params=asked)
        assert (answer.status_code, slug(answer)) == (400, "invalid-filter"), tree[:80]


async def test_an_error_of_the_neighbour_s_row_tells_nothing(town: Town) -> None:
    """Calculated for P3 alone it has no value: that must not be told to whoever may not see P3."""
    text = "2 ^ ((1949 - birth_year) * 100) > 0"
    answer = await commander(town).get(ITEMS, params={"filter": text})
    assert (answer.status_code, slug(answer)) == (400, "invalid-filter")
    assert await found(attacker(town), text) == ["P1"]


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


@pytest.mark.parametrize(
    "text",
    [
        f"code = '{VICTIM}'",
        f"code <> '{VICTIM}' OR TRUE",
        f"name LIKE '{VICTIM_NAME[0]}%'",
        f"S_INTERSECTS(geometry, POINT({LON} {LAT}))",
        f"area_code = '{WEST}'",
    ],
)
async def test_no_filtered_tile_draws_the_neighbour(town: Town, text: str) -> None:
    for zoom in range(0, 23, 2):
        at = tile_at(*VICTIM_POINT, zoom)
        path = f"/tiles/persons/{zoom}/{at.x}/{at.y}.mvt"
        seen = await commander(town).get(path, params={"filter": text})
        assert seen.status_code == 200, seen.text
        answer = await attacker(town).get(path, params={"filter": text})
        if tile_at(*OWN_POINT, zoom) != at or "<>" not in text:
            assert (answer.status_code, answer.content) == (204, b""), zoom
    result, _, _, detail = recorded(town, "tile.read")[0]
    assert (result, detail) == ("ok", {"parameters": ["filter"]})


@pytest.mark.parametrize("name", MASKED)
async def test_a_masked_property_is_nothing_to_draw_by(town: Town, name: str) -> None:
    """Neither by a filter nor by its name, nor in the TileJSON that would send it along."""
    client = town.machine(make_key(town.url, "department_officer", area=EAST))
    at = tile_at(*OWN_POINT, 16)
    for path in (
        f"/tiles/persons/16/{at.x}/{at.y}.mvt",
        f"/tiles/WebMercatorQuad/16/{at.y}/{at.x}?collections=persons",
        f"/collections/persons/tiles/WebMercatorQuad/16/{at.y}/{at.x}",
        "/tiles/persons.json",
    ):
        for text in (MASKED[name], f"NOT ({MASKED[name]})", f"{name} IS NULL"):
            answer = await client.get(httpx.URL(path).copy_merge_params({"filter": text}))
            assert (answer.status_code, slug(answer)) == (403, "not-allowed"), path


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_a_payload_in_a_tile_s_parameters_is_a_value(town: Town, payload: str) -> None:
    at = tile_at(*OWN_POINT, 16)
    path = f"/tiles/persons/16/{at.x}/{at.y}.mvt"
    quoted = payload.replace("'", "''")
    for asked in ({"code": payload}, {"filter": f"code = '{quoted}'"}, {"filter": payload}):
        answer = await attacker(town).get(path, params=asked)
        assert answer.status_code in {204, 400}, answer.text
    answer = await attacker(town).get(path, params={payload or "x": "1"})
    assert answer.status_code == 400
