"""Another tile server draws the same, with the rights that docs/operations.md tells to give it."""

import math
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Final

import httpx
import mapbox_vector_tile
import psycopg
import pytest

from gis_gov.app import create_app
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.tile import Tile
from gis_gov.tiles.layers import LAYERS
from tests.conftest import TestServer
from tests.signed_in import bearer, client_of, every_point_has_its_cell, make_key, unhurried
from tests.tiles.another_server import (
    GRID,
    NOTHING_PICKED,
    SPAN,
    TILES,
    Ground,
    Reader,
    grid_id,
    ground_of,
)

pytestmark = pytest.mark.anyio

PLACED: Final = """
    select code, st_x(geom), st_y(geom) from resource where kind = %s and class = %s
"""
OF_CLASSES: Final = [("pois", "few"), ("pois", "many"), ("centres", "few")]
SINGLE: Final = {"pois": 13, "centres": 12}
PICKED: Final = [
    ("cameras", {"class": "bullet"}, {}),
    ("cameras", {"class": "few"}, {}),
    ("cameras", {"class": "many"}, {}),
    ("pois", {"class": "few"}, {}),
    ("pois", {"class": "many"}, {}),
    ("centres", {"class": "few"}, {}),
    ("enterprises", {"risk_class": "high"}, {}),
    ("enterprises", {"category": "C", "risk_class": "low"}, {}),
    ("events", {"state": "closed"}, {}),
    ("events", {"state": "pending", "level": "street"}, {}),
    ("events", {"class_code": "0401"}, {}),
    ("events", {"class_code": "none"}, {}),
    (
        "events",
        {"datetime": "2026-03-20T00:00:00+08:00/2026-05-01T00:00:00+08:00"},
        {"since": "2026-03-20T00:00:00+08:00", "until": "2026-05-01T00:00:00+08:00"},
    ),
]
"""What our routes and the functions are asked, the same where nothing else is told."""


@pytest.fixture(scope="module")
def ground(postgis: TestServer) -> Iterator[Ground]:
    with ground_of(postgis) as made:
        yield made


@pytest.fixture(scope="module")
async def site(ground: Ground) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(unhurried().with_database(ground.url))
    async with app.router.lifespan_context(app), client_of(httpx.ASGITransport(app)) as opened:
        await every_point_has_its_cell(ground.url)
        yield opened


async def served(
    site: httpx.AsyncClient,
    key: dict[str, str],
    layer: str,
    tile: AnyTile,
    picked: Mapping[str, str] = NOTHING_PICKED,
) -> bytes:
    asked = {"collections": layer, **picked}
    if layer == "tracks":
        asked["datetime"] = f"{SPAN['since']}/{SPAN['until']}"
    path = f"/tiles/{tile.matrix_set}/{tile.z}/{tile.y}/{tile.x}"
    answer = await site.get(path, params=asked, headers=key)
    assert answer.status_code in {200, 204}, answer.text
    return answer.content


async def compare(reader: Reader, site: httpx.AsyncClient, key: dict[str, str]) -> dict[str, int]:
    """Compare all tiles of all layers; return how many of each layer are drawn."""
    filled = dict.fromkeys(LAYERS, 0)
    for layer in LAYERS:
        for tile in TILES:
            ours = await served(site, key, layer, tile)
            assert reader.drawn(layer, tile) == ours, (layer, tile)
            filled[layer] += bool(ours)
    return filled


async def test_it_draws_the_same_bytes(ground: Ground, site: httpx.AsyncClient) -> None:
    with ground.reader() as reader:
        filled = await compare(reader, site, bearer(make_key(ground.url, "commander")))
    assert all(filled.values()), filled


async def test_it_draws_the_same_of_a_grid(ground: Ground, site: httpx.AsyncClient) -> None:
    key = bearer(make_key(ground.url, "commander", grid=GRID))
    with ground.reader() as reader:
        whole = reader.drawn("addresses", TILES[3])
    with ground.reader(f'{{"grids": [{grid_id(ground)}]}}') as reader:
        filled = await compare(reader, site, key)
        assert b"" != reader.drawn("addresses", TILES[3]) != whole
    assert filled["addresses"]


@pytest.mark.parametrize("reach", ["all", "grid"])
@pytest.mark.parametrize(("layer", "asked", "told"), PICKED)
async def test_it_picks_the_same(
    ground: Ground,
    site: httpx.AsyncClient,
    layer: str,
    asked: dict[str, str],
    told: dict[str, str],
    reach: str,
) -> None:
    key, reached = bearer(make_key(ground.url, "commander")), None
    if reach == "grid":
        key = bearer(make_key(ground.url, "commander", grid=GRID))
        reached = f'{{"grids": [{grid_id(ground)}]}}'
    filled = 0
    with ground.reader(reached) as reader:
        for tile in TILES:
            ours = await served(site, key, layer, tile, asked)
            # Numbers are as wide as the column here, and double there.
            theirs = mapbox_vector_tile.decode(reader.drawn(layer, tile, told or asked))
            assert theirs == mapbox_vector_tile.decode(ours), tile
            filled += bool(ours)
    assert bool(filled) == ("none" not in asked.values())


@pytest.mark.parametrize("zoom", [8, 11, 12, 13, 14, 16])
@pytest.mark.parametrize(("layer", "of_class"), OF_CLASSES)
def test_a_class_is_what_the_rows_say(ground: Ground, layer: str, of_class: str, zoom: int) -> None:
    """Counted from the rows themselves, each in the tile that the formula of Web Mercator has."""
    with psycopg.connect(ground.url) as conn:
        rows = conn.execute(PLACED, [layer.removesuffix("s"), of_class]).fetchall()
    wanted = Counter(mercator(lon, lat, zoom) for _, lon, lat in rows)
    codes = {(code, mercator(lon, lat, zoom)) for code, lon, lat in rows}
    found, seen = Counter[tuple[int, int]](), set[tuple[str, tuple[int, int]]]()
    with ground.reader() as reader:
        for x, y in {(x + i, y + j) for x, y in wanted for i in (-1, 0, 1) for j in (-1, 0, 1)}:
            body = reader.drawn(layer, Tile(zoom, x, y), {"class": of_class})
            for each in mapbox_vector_tile.decode(body).get(layer, {"features": []})["features"]:
                told, (u, v) = each["properties"], each["geometry"]["coordinates"]
                if not (0 <= u < 4096 and 0 < v <= 4096) and "code" in told:
                    continue  # in the margin, and told by the next tile
                found[x, y] += told["count"]
                if "code" in told:
                    seen.add((told["code"], (x, y)))
                    assert told["class"] == of_class
    assert rows
    assert found == wanted
    assert seen in (set(), codes)
    assert bool(seen) == (zoom >= SINGLE[layer] and len(rows) < 2000)


def mercator(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    turns = math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / math.tau
    return math.floor((lon / 360 + 0.5) * 2**zoom), math.floor((0.5 - turns) * 2**zoom)


async def test_without_a_reach_it_sees_the_map_alone(ground: Ground) -> None:
    with ground.reader("") as reader:
        seen = {layer for layer in LAYERS for tile in TILES if reader.drawn(layer, tile)}
    assert seen == {"areas", "grids", "area_labels", "grid_labels"}


@pytest.mark.parametrize(
    "statement",
    [
        "select name from person",
        "select * from worker",
        "select 1 from account",
        "select 1 from api_key",
        "select 1 from audit",
        "delete from event",
        "update resource set name = ''",
        "insert into event (code, reported_at) values ('X', now())",
    ],
)
def test_it_has_no_other_rights(ground: Ground, statement: str) -> None:
    with (
        psycopg.connect(ground.foreign_url) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        conn.execute(statement)  # type: ignore[arg-type]
