"""Heat maps of what a filter picks, pictures, tiles, hot spots: none is a way around the rights.

What counts people under the threshold is attacked in tests/counting; here it is others' people.
"""

from typing import Any

import h3
import httpx
import mapbox_vector_tile
import pytest

from gis_gov.geo.tile import tile_at
from tests.accounts.people import Town, slug
from tests.attacks.attacking import (
    OWN_POINT,
    VICTIM,
    VICTIM_NAME,
    VICTIM_POINT,
    attacker,
    commander,
    recorded,
)
from tests.attacks.injecting import PAYLOADS
from tests.registry.conftest import EAST, WEST
from tests.signed_in import make_key

pytestmark = pytest.mark.anyio

LON, LAT = VICTIM_POINT
MIDDLE = (113.15, 22.05)
PERSONS = {"layer": "persons"}
_PEOPLE = "select md5(string_agg(p::text, '' order by p.id)) from person as p"
ABOUT_VICTIM = (
    f"code = '{VICTIM}'",
    f"NOT (code <> '{VICTIM}')",
    f"name = '{VICTIM_NAME}'",
    "birth_year = 1880",
    f"area_code = '{WEST}'",
    "address LIKE '%西路9号%'",
    f"S_DWITHIN(geometry, POINT({LON} {LAT}), 10)",
)


def cell_at(point: tuple[float, float], resolution: int) -> str:
    lon, lat = point
    return h3.latlng_to_cell(lat, lon, resolution)


async def cells(client: httpx.AsyncClient, **asked: Any) -> dict[str, int | None]:
    answer = await client.get("/heatmap", params={**PERSONS, **asked, "f": "json"})
    assert answer.status_code == 200, answer.text
    found: dict[str, int | None] = answer.json()["cells"]
    return found


@pytest.mark.parametrize("text", ABOUT_VICTIM)
async def test_no_filter_finds_the_neighbour(town: Town, text: str) -> None:
    cell = cell_at(VICTIM_POINT, 12)
    assert await cells(commander(town), filter=text, resolution=12) == {cell: 1}
    for resolution in (0, 5, 12):
        assert await cells(attacker(town), filter=text, resolution=resolution) == {}
    for entry in recorded(town, "heatmap.read"):
        assert entry[0] == "ok"
        assert entry[3] == {"parameters": ["f", "filter", "layer", "resolution"]}


async def test_what_always_holds_finds_one_s_own_only(town: Town) -> None:
    own = cell_at(OWN_POINT, 12)
    for text in ("TRUE", f"code = '{VICTIM}' OR TRUE", "NOT FALSE"):
        assert await cells(attacker(town), filter=text, resolution=12) == {own: 2}


async def test_a_reader_of_a_class_counts_that_class(town: Town) -> None:
    key = make_key(town.url, "commander", area=EAST, classes=["service"])
    client = town.machine(key)
    own = cell_at(OWN_POINT, 12)
    assert await cells(client, filter="TRUE", resolution=12) == {own: 1}
    for text in ("code = 'P1'", "person_class = 'control'", f"code = '{VICTIM}'"):
        assert await cells(client, filter=text, resolution=12) == {}, text


async def test_a_masked_reader_is_told_the_middle_of_the_grid(town: Town) -> None:
    """The hexagon of a known person's home, along with the grid, would tell where they meet."""
    client = town.machine(make_key(town.url, "department_officer", area=EAST))
    for resolution in (5, 9, 12):
        middle = cell_at(MIDDLE, resolution)
        for text, count in (("code = 'P1'", 1), ("TRUE", 2)):
            found = await cells(client, filter=text, resolution=resolution)
            assert found == {middle: count}
    home = f"S_DWITHIN(geometry, POINT({OWN_POINT[0]} {OWN_POINT[1]}), 50)"
    assert await cells(client, filter=home, resolution=12) == {}
    near = (
        f"{OWN_POINT[0] - 1e-4},{OWN_POINT[1] - 1e-4},{OWN_POINT[0] + 1e-4},{OWN_POINT[1] + 1e-4}"
    )
    assert await cells(client, filter="TRUE", bbox=near, resolution=12) == {}
    # Without a filter they come in hexagons about as large as grids, as ever.
    answer = await client.get("/heatmap", params={**PERSONS, "resolution": 12, "f": "json"})
    assert answer.json()["resolution"] == 9


async def test_where_homes_are_plain_here_they_are_not_there(town: Town) -> None:
    key = make_key(town.url, "department_officer", area=EAST)
    town.execute(
        "insert into role_grant (key_id, role, area_id) select max(k.id), 'supervisor', 3"
        " from api_key as k"
    )
    wanted = {cell_at(MIDDLE, 11): 2, cell_at(VICTIM_POINT, 11): 1}
    assert await cells(town.machine(key), filter="TRUE", resolution=11) == wanted
    box = "113.0,22.0,113.04,22.04"
    found = await cells(town.machine(key), filter="TRUE", resolution=11, bbox=box)
    assert found == {cell_at(VICTIM_POINT, 11): 1}


@pytest.mark.parametrize("text", ["name = '欧阳修远'", "person_class = 'control'", "name IS NULL"])
async def test_a_masked_property_is_nothing_to_ask_by(town: Town, text: str) -> None:
    client = town.machine(make_key(town.url, "department_officer", area=EAST))
    answer = await client.get("/heatmap", params={**PERSONS, "filter": text})
    assert (answer.status_code, slug(answer)) == (403, "not-allowed")


FORMS = (
    "/heatmap",
    "/heatmap/hotspots",
    "/heatmap/density.png",
    f"/heatmap/density/9/{tile_at(LON, LAT, 9).x}/{tile_at(LON, LAT, 9).y}.png",
    f"/heatmap/9/{tile_at(LON, LAT, 9).x}/{tile_at(LON, LAT, 9).y}.mvt",
)


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("role", ["screen", "weather_officer", "analyst"])
async def test_who_may_only_count_filters_and_weighs_nobody(
    town: Town, role: str, path: str
) -> None:
    client = town.machine(make_key(town.url, role))
    more = {"maximum_km2": "10"} if "/density/" in path else {}
    for asked in (
        {"layer": "persons", "filter": "TRUE"},
        {"layer": "houses", "filter": "TRUE"},
        {"layer": "dwellings", "weight": "floors"},
    ):
        answer = await client.get(path, params={**asked, **more})
        assert (answer.status_code, slug(answer)) == (403, "not-allowed"), asked
        assert (await commander(town).get(path, params={**asked, **more})).status_code in {200, 204}


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("asked", [{}, {"filter": "TRUE"}], ids=["all", "filtered"])
async def test_no_form_tells_of_the_neighbour(town: Town, path: str, asked: dict[str, str]) -> None:
    """Where only the victim lives, the attacker's answer is that of an empty place."""
    lon, lat = VICTIM_POINT
    parameters: dict[str, Any] = {**PERSONS, **asked}
    if path in FORMS[:3]:
        parameters["bbox"] = f"{lon - 0.01},{lat - 0.01},{lon + 0.01},{lat + 0.01}"
    if "/density/" in path:
        parameters |= {"maximum_km2": 0.01, "bandwidth_m": 100}
    told = await attacker(town).get(path, params=parameters)
    whole = await commander(town).get(path, params=parameters)
    assert whole.status_code == 200, whole.text
    assert told.status_code in {200, 204}, told.text
    if path.endswith(".png"):
        empty = {**parameters, "filter": "FALSE"}
        nothing = await attacker(town).get(path, params=empty)
        if "bbox" in parameters:
            assert told.content == nothing.content
        assert told.content != whole.content
    elif path.endswith(".mvt"):
        seen, all_of_them = (counted(answer) for answer in (told, whole))
        assert (seen, all_of_them) == (2, 3)
    else:
        counts = [each["properties"]["count"] for each in told.json()["features"]]
        assert sum(counts) == 0
        assert sum(each["properties"]["count"] for each in whole.json()["features"]) == 1
    assert {entry[0] for entry in recorded(town, "heatmap.read")} == {"ok"}


def counted(tile: httpx.Response) -> int:
    """Add up the counts of a tile's hexagons."""
    (layer,) = mapbox_vector_tile.decode(tile.content).values()
    return sum(each["properties"]["count"] for each in layer["features"])


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_sql_is_a_text_that_nothing_has(town: Town, payload: str) -> None:
    before = town.execute(_PEOPLE)
    quoted = payload.replace("'", "''")
    for asked in (
        {"filter": payload},
        {"filter": f"code = '{quoted}'"},
        {"weight": payload},
        {"layer": "events", "weekdays": payload},
        {"layer": "events", "hours": payload},
        {"layer": "events", "datetime": "2026-01-01", "before": payload},
    ):
        path = "/heatmap/change" if "before" in asked else "/heatmap"
        answer = await attacker(town).get(path, params={**PERSONS, **asked, "resolution": 5})
        assert answer.status_code in {200, 400}, answer.text
        assert answer.status_code == 400 or answer.json()["features"] == []
    assert (
        town.execute("select md5(string_agg(p::text, '' order by p.id)) from person as p") == before
    )
