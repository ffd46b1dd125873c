"""Who may read some classes of persons, or a department's events, has clusters as in heat maps."""

from typing import Any

import h3
import httpx
import mapbox_vector_tile
import psycopg
import pytest

from gis_gov.geo.tile import tile_at
from tests.signed_in import bearer, make_key
from tests.tiles.district import World

pytestmark = pytest.mark.anyio

CORNERS = ((113.299, 22.939), (113.331, 22.961))
CLASSES = (
    "update person set person_class = (array['service', 'control', 'rely', 'other'])[1 + id % 4]"
)
DEPARTMENTS = "update event set department = case id % 3 when 0 then 'D1' when 1 then 'D2' end"
GRID = "4401990010011003"
COUNT = """
    select count(*) from person
    where grid_id is not null
    and (%(classes)s::text[] is null or person_class = any(%(classes)s))
"""
ONE_GRID = """
    delete from person where grid_id is distinct from (select id from grid where code = %s)
"""
TWO_HOMES = """
    update person set address_id = case when id % 2 = 0 then 1 else 2 end
"""
MOVE = """
    update address as a set geom = st_point(h.lon, h.lat, 4490), cell = h.cell
    from unnest(%s::int[], %s::float[], %s::float[], %s::bigint[]) as h (id, lon, lat, cell)
    where a.id = h.id
"""
MIDDLE = "select st_x(st_centroid(geom)), st_y(st_centroid(geom)) from grid where code = %s"


@pytest.fixture
def sorted_world(world: World) -> World:
    with psycopg.connect(world.url) as conn:
        conn.execute(CLASSES)
        conn.execute(DEPARTMENTS)
    return world


async def features(
    client: httpx.AsyncClient, key: str, layer: str, zoom: int
) -> list[dict[str, Any]]:
    """All features of a zoom, each with its tile."""
    first, last = tile_at(*CORNERS[0], zoom), tile_at(*CORNERS[1], zoom)
    found: list[dict[str, Any]] = []
    for x in range(first.x, last.x + 1):
        for y in range(last.y, first.y + 1):
            answer = await client.get(f"/tiles/{layer}/{zoom}/{x}/{y}.mvt", headers=bearer(key))
            if answer.status_code == 200:
                found += mapbox_vector_tile.decode(answer.content)[layer]["features"]
    return found


async def cells(client: httpx.AsyncClient, key: str, layer: str, resolution: int) -> dict[str, int]:
    asked = {"layer": layer, "resolution": resolution, "f": "json"}
    answer = await client.get("/heatmap", params=asked, headers=bearer(key))
    assert answer.status_code == 200, answer.text
    return answer.json()["cells"]


def by_cell(found: list[dict[str, Any]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for feature in found:
        told = feature["properties"]
        counts[told["cell"]] = counts.get(told["cell"], 0) + told["count"]
    return counts


@pytest.mark.parametrize(
    ("layer", "limits", "zooms"),
    [
        ("persons", [{"classes": ["control"]}], (8, 12, 13)),
        ("persons", [{"classes": ["control", "rely"], "area": "440199001001"}], (12, 13)),
        ("persons", [{"classes": ["other"], "grid": GRID}], (12, 13)),
        ("persons", [{"classes": ["service"]}, {"grid": GRID}], (8, 12, 13)),
        ("events", [{"department": "D1"}], (8, 11)),
        ("events", [{"department": "D1"}, {"department": "D2", "grid": GRID}], (11,)),
        ("events", [{"department": "D1"}, {"grid": GRID}], (8, 11)),
        ("persons", [{}], (8, 13)),
        ("events", [{}], (8, 11)),
    ],
)
async def test_clusters_are_those_of_the_heat_map(
    sorted_world: World,
    fresh_client: httpx.AsyncClient,
    layer: str,
    limits: list[dict[str, Any]],
    zooms: tuple[int, ...],
) -> None:
    key = key_of(sorted_world.url, "commander", limits)
    for zoom in zooms:
        told = by_cell(await features(fresh_client, key, layer, zoom))
        resolution = round(8 + (zoom - 10) * 0.7124)
        counted = await cells(fresh_client, key, layer, resolution)
        assert told == counted
        assert sum(told.values()) > 0


def key_of(url: str, role: str, limits: list[dict[str, Any]]) -> str:
    """A key with a role once for each of some limits."""
    key, *others = (make_key(url, role, **each) for each in limits)
    with psycopg.connect(url) as conn:
        conn.execute(
            "update role_grant set key_id = (select min(k.id) from api_key as k"
            " where k.id > (select max(id) from api_key) - %s)"
            " where key_id > (select max(id) from api_key) - %s",
            [len(limits), len(limits)],
        )
    assert len(others) == len(limits) - 1
    return key


@pytest.mark.parametrize("limits", [{"classes": ["control"]}, {}, {"classes": ["rely", "other"]}])
async def test_who_may_not_know_homes_has_them_at_the_middles_of_grids(
    sorted_world: World, fresh_client: httpx.AsyncClient, limits: dict[str, Any]
) -> None:
    key = make_key(sorted_world.url, "department_officer", **limits)
    with psycopg.connect(sorted_world.url) as conn:
        row = conn.execute(COUNT, {"classes": limits.get("classes")}).fetchone()
    assert row
    for zoom in (8, 12, 13):
        found = await features(fresh_client, key, "persons", zoom)
        assert sum(feature["properties"]["count"] for feature in found) == row[0]
    with psycopg.connect(sorted_world.url) as conn:
        conn.execute(ONE_GRID, [GRID])
        middle = conn.execute(MIDDLE, [GRID]).fetchone()
    assert middle
    lon, lat = middle
    tile, part = tile_at(lon, lat, 13), tile_at(lon, lat, 18)
    answer = await fresh_client.get(f"/tiles/persons/13/{tile.x}/{tile.y}.mvt", headers=bearer(key))
    for feature in mapbox_vector_tile.decode(answer.content)["persons"]["features"]:
        x, y = feature["geometry"]["coordinates"]
        assert (x // 128, (4096 - y) // 128) == (part.x - tile.x * 32, part.y - tile.y * 32)


def move_homes(url: str, *points: tuple[float, float]) -> None:
    lon, lat = ([point[axis] for point in points] for axis in (0, 1))
    cells = [h3.str_to_int(h3.latlng_to_cell(y, x, 12)) for x, y in points]
    with psycopg.connect(url) as conn:
        conn.execute(MOVE, [list(range(1, len(points) + 1)), lon, lat, cells])


@pytest.mark.parametrize("limits", [{}, {"classes": ["control", "service"]}])
async def test_where_in_its_grid_a_home_lies_is_in_no_cluster(
    sorted_world: World, fresh_client: httpx.AsyncClient, limits: dict[str, Any]
) -> None:
    """The grid has the area of ten hexagons; neither their names nor their number are told."""
    url = sorted_world.url
    commander = make_key(url, "commander", **limits)
    officer = make_key(url, "department_officer", **limits)
    with psycopg.connect(url) as conn:
        conn.execute(TWO_HOMES)
    told: list[list[dict[str, Any]]] = []
    homes: list[set[str]] = []
    for points in (
        ((113.301, 22.941), (113.309, 22.949)),
        ((113.309, 22.941), (113.309, 22.9411)),
    ):
        move_homes(url, *points)
        homes.append(set(by_cell(await features(fresh_client, commander, "persons", 13))))
        told.append(
            [
                f
                for zoom in (8, 12, 13)
                for f in await features(fresh_client, officer, "persons", zoom)
            ]
        )
    assert not homes[0] & homes[1], "the homes have moved to other hexagons"
    assert told[0] == told[1]
    assert [set(feature["properties"]) for feature in told[0]] == [{"count"}] * 3


async def test_a_person_of_another_class_is_counted_elsewhere(
    sorted_world: World, fresh_client: httpx.AsyncClient
) -> None:
    """Kept counts follow the class, whoever writes it."""
    key = make_key(sorted_world.url, "commander", classes=["control"])
    before = sum(by_cell(await features(fresh_client, key, "persons", 12)).values())
    with psycopg.connect(sorted_world.url) as conn:
        changed = conn.execute(
            "update person set person_class = 'control' where person_class = 'rely' and id < 40"
        ).rowcount
    after = sum(by_cell(await features(fresh_client, key, "persons", 12)).values())
    assert after == before + changed > before
