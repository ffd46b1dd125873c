"""From one community into the next: by whatever question, the neighbours' people stay unknown."""

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import mapbox_vector_tile
import orjson
import pytest
import shapely

from gis_gov.geo.tile import MAX_ZOOM, tile_at
from gis_gov.heatmaps.service import COARSEST, FINEST
from tests.accounts.people import Town, slug
from tests.attacks.attacking import (
    OWN_GRID,
    OWN_POINT,
    VICTIM,
    VICTIM_GRID,
    VICTIM_ID_NUMBER,
    VICTIM_NAME,
    VICTIM_PHONE,
    VICTIM_POINT,
    WHY,
    attacker,
    codes,
    commander,
    recorded,
    tells_of_victim,
)
from tests.registry.conftest import EAST, WEST

pytestmark = pytest.mark.anyio

DISTRICT = "440199000000"
OWN = ["P1", "P2"]


async def test_by_code(town: Town) -> None:
    client = attacker(town)
    answer, nobody = [await client.get(f"/persons/{code}") for code in (VICTIM, "nobody")]
    assert answer.status_code == nobody.status_code == 404
    assert answer.text == nobody.text
    assert recorded(town, "person.read") == [
        ("refused", VICTIM, "not-found", None),
        ("refused", "nobody", "not-found", None),
    ]


async def test_by_reveal(town: Town) -> None:
    body = {"fields": ["id_number", "phone", "name", "room", "class"], "reason": WHY}
    answer = await attacker(town).post(f"/persons/{VICTIM}/reveal", json=body)
    assert answer.status_code == 404
    assert not tells_of_victim(answer)
    assert recorded(town, "person.reveal") == [("refused", VICTIM, "not-found", None)]


@pytest.mark.parametrize(
    "body",
    [
        {"id_number": VICTIM_ID_NUMBER},
        {"phone": VICTIM_PHONE},
        {"phone": f"+86 {VICTIM_PHONE}"},
        {"id_number": VICTIM_ID_NUMBER, "phone": VICTIM_PHONE},
    ],
    ids=["id number", "phone", "phone otherwise written", "both"],
)
async def test_by_search(town: Town, body: dict[str, str]) -> None:
    assert codes(await commander(town).post("/persons/search", json=body)) == [VICTIM]
    assert codes(await attacker(town).post("/persons/search", json=body)) == []
    found, none = recorded(town, "person.search")
    assert (found[3]["codes"], none[0], none[3]["codes"]) == ([VICTIM], "ok", [])


@pytest.mark.parametrize(
    ("asked", "unknown"),
    [
        ({"within": WEST}, None),
        ({"within": VICTIM_GRID}, None),
        ({"address_code": "R2"}, {"address_code": "none"}),
        ({"name": VICTIM_NAME}, {"name": "none"}),
        ({"within": WEST, "name": VICTIM_NAME, "person_class": "other"}, None),
        ({"person_class": "other"}, None),
    ],
    ids=str,
)
async def test_by_filter(town: Town, asked: dict[str, str], unknown: dict[str, str] | None) -> None:
    client = attacker(town)
    assert VICTIM in codes(await commander(town).get("/persons", params=asked))
    answer = await client.get("/persons", params=asked)
    assert codes(answer) == []
    if unknown:
        assert answer.text == (await client.get("/persons", params=unknown)).text
    assert recorded(town, "person.list")[1][3]["codes"] == []


@pytest.mark.parametrize("sort", ["code", "name"])
async def test_by_sort_order(town: Town, sort: str) -> None:
    client, link, seen = attacker(town), f"/persons?limit=1&sort={sort}", list[str]()
    while link:
        answer = await client.get(link)
        seen += codes(answer)
        link = answer.json()["next"]
    assert sorted(seen) == OWN
    assert [entry[3]["codes"] for entry in recorded(town, "person.list")] == [[s] for s in seen]


async def test_by_another_s_page_token(town: Town) -> None:
    link = (await commander(town).get("/persons?limit=2")).json()["next"]
    assert codes(await commander(town).get(link)) == [VICTIM, "P4"]
    answer = await attacker(town).get(link)
    assert (answer.status_code, slug(answer)) == (400, "bad-page-token")
    assert recorded(town, "GET /persons") == [("refused", None, "bad-page-token", None)]


async def test_by_a_page_token_of_one_s_own_making(town: Town) -> None:
    client = attacker(town)
    link = httpx.URL((await client.get("/persons?limit=1")).json()["next"])
    raw = base64.urlsafe_b64decode(link.params["after"] + "==")
    forged = base64.urlsafe_b64encode(raw.replace(b"P1", b"P2")).decode()
    answer = await client.get(link.copy_set_param("after", forged))
    assert answer.status_code == 400 or codes(answer) == []
    whole = orjson.dumps([raw.decode("latin-1"), "P2"])
    answer = await client.get("/persons", params={"after": base64.urlsafe_b64encode(whole)})
    assert slug(answer) == "bad-page-token"
    assert ("refused", None, "bad-page-token", None) in recorded(town, "GET /persons")


async def counted(client: httpx.AsyncClient, layer: str, zoom: int) -> int:
    """Count the things of the layer in the tile over the victim's home."""
    tile = tile_at(*VICTIM_POINT, zoom)
    answer = await client.get(f"/tiles/{layer}/{zoom}/{tile.x}/{tile.y}.mvt")
    assert answer.status_code in {200, 204}, answer.text
    decoded = mapbox_vector_tile.decode(answer.content) if answer.content else {}
    return sum(
        feature["properties"].get("count", 1)
        for each in decoded.values()
        for feature in each["features"]
    )


@pytest.mark.parametrize(("layer", "own"), [("persons", 2), ("addresses", 2), ("enterprises", 1)])
async def test_by_tile(town: Town, layer: str, own: int) -> None:
    client, seeing = attacker(town), commander(town)
    for zoom in range(MAX_ZOOM + 1):
        together = tile_at(*VICTIM_POINT, zoom) == tile_at(*OWN_POINT, zoom)
        assert await counted(client, layer, zoom) == (own if together else 0), zoom
        assert await counted(seeing, layer, zoom) > (own if together else 0), zoom
    if layer == "persons":
        assert {entry[0] for entry in recorded(town, "tile.read")} == {"ok"}


@pytest.mark.parametrize("resolution", range(COARSEST, FINEST + 1))
async def test_by_heat_map_cell(town: Town, resolution: int) -> None:
    lon, lat = VICTIM_POINT
    asked: dict[str, Any] = {"layer": "persons", "resolution": resolution}
    around = {**asked, "bbox": f"{lon - 0.02},{lat - 0.02},{lon + 0.02},{lat + 0.02}"}
    client = attacker(town)

    async def total(asking: httpx.AsyncClient, params: dict[str, Any]) -> int:
        answer = await asking.get("/heatmap", params=params)
        assert answer.status_code == 200, answer.text
        return sum(each["properties"]["count"] for each in answer.json()["features"])

    assert await total(commander(town), around) == 1
    assert await total(client, around) == 0
    assert await total(client, asked) == 2
    assert recorded(town, "heatmap.read")[-1][0] == "ok"


@pytest.mark.parametrize("level", ["grid", "community", "district"])
async def test_by_statistics_and_their_subtraction(town: Town, level: str) -> None:
    """What a whole has more than its parts is the neighbours'; for the threshold, see analysis."""
    client = attacker(town)

    async def total(within: str, asked: str) -> int:
        params = {"measures": "persons", "level": asked, "within": within}
        answer = await client.get("/statistics", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()["total"]["persons"]

    lowest = level if level != "district" else "grid"
    assert await total(DISTRICT, level) - await total(EAST, lowest) == 0
    assert await total(WEST, lowest) == 0
    assert await total(OWN_GRID, "grid") == 2
    assert {entry[0] for entry in recorded(town, "statistics.read")} == {"ok"}


async def test_by_categories_and_their_subtraction(town: Town) -> None:
    client = attacker(town)

    async def total(asking: httpx.AsyncClient, **more: str) -> int:
        asked = {"measure": "persons", "by": "sex,age_band,person_class", **more}
        answer = await asking.get("/statistics/categories", params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()["total"]

    assert await total(commander(town), within=WEST) > 0
    assert await total(client) - await total(client, within=EAST) == 0
    for within in (WEST, VICTIM_GRID):
        assert await total(client, within=within) == 0
    assert {entry[0] for entry in recorded(town, "statistics.read")} == {"ok"}


@pytest.fixture
def reported(town: Town) -> Iterator[None]:
    """An event in the west, and one in the east."""
    for code, point in (("S1", VICTIM_POINT), ("S2", OWN_POINT)):
        town.execute(
            "insert into event (code, reported_at, geom)"
            " values (%s, now(), st_point(%s, %s, 4490))",
            code,
            *point,
        )
    yield
    town.execute("delete from event where code in ('S1', 'S2')")


async def test_by_time_series(town: Town, reported: None) -> None:
    async def total(asking: httpx.AsyncClient, **more: str) -> int:
        asked = {"every": "month", "datetime": "2020-01-01/..", **more}
        answer = await asking.get("/statistics/series", params=asked)
        assert answer.status_code == 200, answer.text
        return sum(row["count"] or 0 for row in answer.json()["rows"])

    client = attacker(town)
    assert (await total(commander(town)), await total(client)) == (2, 1)
    assert await total(client, within=EAST) == 1
    assert await total(client, within=WEST) == 0


async def test_by_drawing_around_a_home(town: Town) -> None:
    lon, lat = VICTIM_POINT
    home = shapely.to_geojson(shapely.box(lon - 1e-4, lat - 1e-4, lon + 1e-4, lat + 1e-4))
    town_wide = shapely.to_geojson(shapely.box(112, 21, 114, 23))

    async def counted(asking: httpx.AsyncClient, drawn: str) -> int:
        asked = {"measures": "persons"}
        answer = await asking.post("/statistics/polygon", params=asked, content=drawn)
        assert answer.status_code == 200, answer.text
        return answer.json()["figures"][0]["count"]

    assert await counted(commander(town), home) == 1
    assert await counted(attacker(town), home) == 0
    assert await counted(attacker(town), town_wide) == 2
    assert recorded(town, "statistics.read")[-1][0] == "ok"


async def test_by_circles_around_a_home(town: Town) -> None:
    town.execute("update person set person_class = 'service' where code = %s", VICTIM)
    lon, lat = VICTIM_POINT
    try:
        for radius_m, everybody in ((0, 1), (10, 1), (2000, 1)):
            asked = {"lon": lon, "lat": lat, "radius": radius_m, "vulnerable": True}
            whole = await commander(town).get("/nearby", params=asked)
            told = await attacker(town).get("/nearby", params=asked)
            assert whole.json()["vulnerable_persons"]["count"] == everybody
            assert told.json()["vulnerable_persons"]["count"] == 0
    finally:
        town.execute("update person set person_class = 'other' where code = %s", VICTIM)
    assert {entry[0] for entry in recorded(town, "nearby.read")} == {"ok"}


@pytest.mark.parametrize("asked", [{}, {"within": WEST}, {"address_code": "R2"}, {"sort": "name"}])
async def test_by_export(town: Town, asked: dict[str, str]) -> None:
    answer = await attacker(town).get("/persons", params={"f": "csv", **asked})
    assert answer.status_code == 200
    assert not tells_of_victim(answer)
    (entry,) = recorded(town, "person.export")
    assert entry[0] == "ok"
    assert entry[3]["mark"].startswith("key:")


async def test_by_the_firm_at_the_same_address(town: Town) -> None:
    client = attacker(town)
    assert (await commander(town).get("/enterprises/E2")).status_code == 200
    assert (await client.get("/enterprises/E2")).status_code == 404
    assert "E2" not in (await client.get("/enterprises", params={"limit": 1000})).text
    assert ("refused", "E2", "not-found") in [e[:3] for e in recorded(town, "enterprise.read")]
