"""Vector tiles over HTTP: what is in them, and how they are cached."""

import asyncio
import math
from collections import Counter
from itertools import product
from pathlib import Path

import h3
import httpx
import mapbox_vector_tile
import numpy as np
import psycopg
import pyogrio
import pytest

from gis_gov.tiles.layers import LAYERS
from tests.tiles.district import SOUTH, WEST, World

pytestmark = pytest.mark.anyio

EAST, NORTH = WEST + 0.03, SOUTH + 0.02


def tile_of(lon: float, lat: float, z: int) -> tuple[int, int]:
    n = 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * n), int(y * n)


def tiles_over(z: int) -> list[tuple[int, int, int]]:
    (x0, y1), (x1, y0) = tile_of(WEST, SOUTH, z), tile_of(EAST, NORTH, z)
    return [(z, x, y) for x, y in product(range(x0, x1 + 1), range(y0, y1 + 1))]


async def features(client: httpx.AsyncClient, layer: str, z: int, x: int, y: int) -> list[dict]:
    answer = await client.get(f"/tiles/{layer}/{z}/{x}/{y}.mvt")
    if answer.status_code == 204:
        return []
    assert answer.status_code == 200, answer.text
    return mapbox_vector_tile.decode(answer.content)[layer]["features"]


@pytest.mark.parametrize("layer", LAYERS)
async def test_every_tile_of_a_pyramid_decodes(
    world: World, client: httpx.AsyncClient, layer: str
) -> None:
    for z in (6, 8, 11, 12, 14, 16):
        found = [f for tile in tiles_over(z) for f in await features(client, layer, *tile)]
        assert bool(found) == (z >= LAYERS[layer].zoom_min), f"at zoom {z}"
        told = {name for feature in found for name in feature["properties"]}
        assert told <= set(LAYERS[layer].fields)


@pytest.mark.parametrize(
    ("layer", "z"),
    [("addresses", 10), ("addresses", 12), ("addresses", 14), ("events", 4), ("events", 11)],
)
async def test_gathered_counts_add_up_over_all_tiles(
    world: World, client: httpx.AsyncClient, layer: str, z: int
) -> None:
    found = [f for tile in tiles_over(z) for f in await features(client, layer, *tile)]
    assert sum(f["properties"]["count"] for f in found) == len(getattr(world, layer))


async def test_closed_events_are_gathered_and_open_ones_are_not(
    world: World, client: httpx.AsyncClient
) -> None:
    closed = range(3, len(world.events))
    with psycopg.connect(world.url) as conn:
        query = "update event set state = %s where code = any(%s)"
        conn.execute(query, ["closed", [f"E{n}" for n in closed]])
        conn.execute(query, ["rejected", ["E3"]])
        conn.execute("update event set cell = 0 where code = 'E4'")  # on no place of the globe
    for z, resolution in ((12, 9), (13, 9), (14, 10), (15, 11)):
        found = [f for tile in tiles_over(z) for f in await features(client, "events", *tile)]
        single = {f["properties"]["code"] for f in found if "code" in f["properties"]}
        assert single == {"E0", "E1", "E2", "E4"}
        told = Counter[tuple[str, str]]()
        for properties in (f["properties"] for f in found if "code" not in f["properties"]):
            told[properties["cell"], properties["state"]] += properties["count"]
        lonlats = [(n, *world.events[n]) for n in closed if n != 4]
        assert told == Counter(
            (
                h3.cell_to_parent(h3.latlng_to_cell(lat, lon, 12), resolution),
                "rejected" if n == 3 else "closed",
            )
            for n, lon, lat in lonlats
        )


@pytest.mark.parametrize(("layer", "z"), [("addresses", 16), ("events", 14)])
async def test_single_points_are_all_there_and_in_place(
    world: World, client: httpx.AsyncClient, layer: str, z: int
) -> None:
    placed: dict[str, tuple[float, float]] = {}
    for _, x, y in tiles_over(z):
        for feature in await features(client, layer, z, x, y):
            px, py = feature["geometry"]["coordinates"]
            lon = (x + px / 4096) / 2**z * 360 - 180
            row = y + 1 - py / 4096  # the decoder's y goes up
            lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / 2**z))))
            placed[feature["properties"]["code"]] = (lon, lat)
    expected = getattr(world, layer)
    assert len(placed) == len(expected)
    prefix = layer[0].upper()
    got = np.array([placed[f"{prefix}{n}"] for n in range(len(expected))])
    # Half a step of the tile's 4,096 is 0.3 m at zoom 14, 0.07 m at zoom 16.
    assert np.abs(got - expected).max() < 360 / 2**z / 4096


async def test_persons_are_counts_only(world: World, client: httpx.AsyncClient) -> None:
    found: dict[int, dict] = {}
    for tile in tiles_over(16):
        for feature in await features(client, "persons", *tile):
            found[feature["id"]] = feature["properties"]
    assert sum(properties["count"] for properties in found.values()) == 250
    assert all(set(properties) == {"count"} for properties in found.values())


async def test_a_house_is_its_footprint_with_its_dwellings(
    world: World, client: httpx.AsyncClient
) -> None:
    lon, lat = world.addresses[0]
    (house,) = await features(client, "houses", 17, *tile_of(lon, lat, 17))
    assert house["geometry"]["type"] == "Polygon"
    assert house["properties"]["count"] == 3


async def test_retired_grids_are_gone(world: World, client: httpx.AsyncClient) -> None:
    tile = (12, *tile_of(WEST + 0.01, SOUTH + 0.01, 12))
    before = {f["properties"]["code"] for f in await features(client, "grids", *tile)}
    with psycopg.connect(world.url) as conn:
        conn.execute("update grid set valid_to = '2026-01-01' where code like '%1001'")
    after = before
    for _ in range(500):  # what psql wrote is heard of within milliseconds, on a machine at rest
        after = {f["properties"]["code"] for f in await features(client, "grids", *tile)}
        if after != before:
            break
        await asyncio.sleep(0.02)
    assert before - after == {"4401990010011001"}


async def test_one_etag_for_the_same_data_and_another_after_a_write(
    world: World, client: httpx.AsyncClient
) -> None:
    path = "/tiles/grids,events/13/{}/{}.mvt".format(*tile_of(WEST + 0.01, SOUTH + 0.01, 13))
    answers = [await client.get(path) for _ in range(20)]
    assert len({a.headers["etag"] for a in answers}) == 1
    etag = answers[0].headers["etag"]
    again = await client.get(path, headers={"if-none-match": f'"other", W/{etag}'})
    assert (again.status_code, again.content) == (304, b"")
    with psycopg.connect(world.url) as conn:
        conn.execute("update grid set name = '新名' where code like '%1002'")
    changed = await client.get(path, headers={"if-none-match": etag})
    for _ in range(500):  # as above
        if changed.status_code == 200:
            break
        await asyncio.sleep(0.02)
        changed = await client.get(path, headers={"if-none-match": etag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != etag


async def test_several_layers_in_one_tile(world: World, client: httpx.AsyncClient) -> None:
    x, y = tile_of(WEST + 0.01, SOUTH + 0.01, 13)
    answer = await client.get(f"/tiles/grids,areas,events,grids/13/{x}/{y}.mvt")
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    decoded = mapbox_vector_tile.decode(answer.content)
    assert list(decoded) == ["grids", "areas", "events"]


async def test_nothing_there_is_204(world: World, client: httpx.AsyncClient) -> None:
    answer = await client.get("/tiles/grids/14/0/0.mvt")
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(
    ("path", "status", "slug"),
    [
        ("/tiles/people/1/0/0.mvt", 404, "unknown-layer"),
        ("/tiles/grids,/1/0/0.mvt", 404, "unknown-layer"),
        ("/tiles/grids/1/2/0.mvt", 400, "no-such-tile"),
        ("/tiles/grids/1/0/-1.mvt", 400, "no-such-tile"),
        ("/tiles/grids/23/0/0.mvt", 400, "no-such-tile"),
        ("/tiles/grids/a/0/0.mvt", 400, "invalid-request"),
        ("/tiles/people.json", 404, "unknown-layer"),
        ("/tiles/grids/1/0/0.mvt?zoom=3", 400, "unknown-parameter"),
    ],
)
async def test_bad_tiles_are_problems(
    client: httpx.AsyncClient, path: str, status: int, slug: str
) -> None:
    answer = await client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:gis-gov:problem:{slug}"


async def test_tilejson_tells_where_and_what(world: World, client: httpx.AsyncClient) -> None:
    told = (await client.get("/tiles/grids,events.json")).json()
    assert told["tilejson"] == "3.0.0"
    assert told["tiles"] == ["http://test/tiles/grids,events/{z}/{x}/{y}.mvt"]
    assert [layer["id"] for layer in told["vector_layers"]] == ["grids", "events"]
    assert told["bounds"] == pytest.approx([WEST, SOUTH, WEST + 0.02, SOUTH + 0.02])


async def test_tilejson_of_an_empty_database_has_no_bounds(client: httpx.AsyncClient) -> None:
    told = (await client.get("/tiles/grids.json")).json()
    assert "bounds" not in told


async def test_gdal_reads_a_tile(world: World, client: httpx.AsyncClient, tmp_path: Path) -> None:
    x, y = tile_of(WEST + 0.01, SOUTH + 0.01, 12)
    file = tmp_path / "12" / str(x) / f"{y}.mvt"
    file.parent.mkdir(parents=True)
    file.write_bytes((await client.get(f"/tiles/grids/12/{x}/{y}.mvt")).content)
    frame = pyogrio.read_dataframe(f"MVT:{file}", layer="grids", X=x, Y=y, Z=12)
    assert set(frame["code"]) == {f"44019900100110{n:02}" for n in (1, 2, 3, 4)}
    west, south, east, north = frame.to_crs(4326).total_bounds
    assert (west, south, east, north) == pytest.approx(
        (WEST, SOUTH, WEST + 0.02, SOUTH + 0.02), abs=360 / 2**12 / 4096
    )


@pytest.mark.parametrize(("layer", "of"), [("grid_labels", "grids"), ("area_labels", "areas")])
async def test_each_name_stands_once_inside_its_own(
    world: World, client: httpx.AsyncClient, layer: str, of: str
) -> None:
    z = 16  # a grid reaches over several tiles
    names = [f["id"] for tile in tiles_over(z) for f in await features(client, layer, *tile)]
    drawn = [f["id"] for tile in tiles_over(z) for f in await features(client, of, *tile)]
    assert sorted(names) == sorted(set(drawn))
    assert len(drawn) > len(names)
