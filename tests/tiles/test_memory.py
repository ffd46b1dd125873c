"""A tile follows a write, whoever wrote it: in every process, at once, and no tile but those."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import mapbox_vector_tile
import numpy as np
import psycopg
import pytest
import shapely
from psycopg import sql

from gis_gov.geo.tile import Tile, tile_at
from gis_gov.tiles.layers import LAYERS
from tests.signed_in import bearer, every_point_has_its_cell, make_key, unhurried
from tests.tiles.district import SOUTH, WEST, World
from tests.tiles.processes import KEYS, Process, started, write

pytestmark = pytest.mark.anyio

AT_ONCE_S = 1.0
EAST, NORTH = WEST + 0.03, SOUTH + 0.02
KEPT = [name for name, layer in LAYERS.items() if layer.shows]
PLACES = [(WEST + 0.003, SOUTH + 0.004), (WEST + 0.017, SOUTH + 0.013)]


def tiles_over(zoom: int) -> list[Tile]:
    first, last = tile_at(WEST, NORTH, zoom), tile_at(EAST, SOUTH, zoom)
    return [
        Tile(zoom, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)
    ]


@pytest.fixture
async def two(world: World) -> AsyncIterator[tuple[Process, Process]]:
    """Two processes on one database, asked by one key; and every point has its cell."""
    KEYS[world.url] = make_key(world.url, "commander")
    async with AsyncExitStack() as stack:
        both = [await started(stack, world.url, unhurried()) for _ in range(2)]
        await every_point_has_its_cell(world.url)
        await asyncio.sleep(0.3)  # until what gave the cells has been heard of
        yield both[0], both[1]


async def until_changed(process: Process, layer: str, tile: Tile, before: str) -> float:
    """Wait until a process answers another tile, and return how long that took."""
    began = time.monotonic()
    while time.monotonic() - began < 5:
        if (await process.tile(layer, tile)).headers.get("etag", "") != before:
            return time.monotonic() - began
        await asyncio.sleep(0.01)
    raise AssertionError(f"{layer} {tile} is the old one")


async def test_the_same_tile_has_one_etag_everywhere(two: tuple[Process, Process]) -> None:
    tile = tile_at(*PLACES[0], 12)
    for layer in KEPT:
        answers = await asyncio.gather(*(two[n % 2].tile(layer, tile) for n in range(20)))
        assert len({answer.headers["etag"] for answer in answers}) == 1, layer
        assert len({answer.content for answer in answers}) == 1


def built(world: World, layer: str = "grids") -> int:
    """Return how many tiles of a layer the database was asked for."""
    with psycopg.connect(world.url) as conn:
        row = conn.execute(
            "select coalesce(sum(calls), 0) from pg_stat_user_functions where funcname = %s",
            [f"tile_{layer}"],
        ).fetchone()
    assert row
    return int(row[0])


def count_tiles(world: World) -> None:
    with psycopg.connect(world.url, autocommit=True) as conn:
        name = conn.info.dbname
        conn.execute(
            sql.SQL("alter database {} set track_functions = 'all'").format(sql.Identifier(name))
        )


async def test_an_unchanged_tile_is_not_built_again(world: World) -> None:
    count_tiles(world)
    KEYS[world.url] = make_key(world.url, "commander")
    tile = tile_at(*PLACES[0], 14)
    async with AsyncExitStack() as stack:
        process = await started(stack, world.url, unhurried())
        etag = (await process.tile("grids", tile)).headers["etag"]
        for _ in range(20):
            answer = await process.tile("grids", tile, **{"if-none-match": etag})
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer.headers["etag"] == etag
        together = await asyncio.gather(
            *(process.tile("grids", tile_at(*PLACES[1], 15)) for _ in range(20))
        )
        assert len({answer.content for answer in together}) == 1
    await asyncio.sleep(0.2)
    # PostgreSQL counts what a connection did when that ends.
    assert built(world) == 2


async def test_who_asks_together_shares_a_tile_that_nobody_keeps(world: World) -> None:
    count_tiles(world)
    KEYS[world.url] = make_key(world.url, "commander")
    tile = tile_at(*PLACES[0], 14)
    async with AsyncExitStack() as stack:
        settings = unhurried().model_copy(update={"tile_memory_mb": 0})
        process = await started(stack, world.url, settings)
        together = await asyncio.gather(*(process.tile("grids", tile) for _ in range(20)))
        later = await process.tile("grids", tile)
        assert {answer.content for answer in together} == {later.content}
    await asyncio.sleep(0.2)
    assert built(world) == 2


ADDED: dict[str, str] = {
    "centres": """
        insert into resource (code, kind, name, cell, geom)
        values ('N', 'centre', '新', 0, st_point(%s, %s, 4490))
    """,
    "events": """
        insert into event (code, title, reported_at, cell, geom)
        values ('N', '新', now(), 0, st_point(%s, %s, 4490))
    """,
    "addresses": """
        insert into address (code, full_text, level, cell, geom)
        values ('N', '新路1号', 43, 0, st_point(%s, %s, 4490))
    """,
}
MOVED: dict[str, str] = {
    "centres": "update resource set geom = st_point(%s, %s, 4490), cell = 0 where code = 'N'",
    "events": "update event set geom = st_point(%s, %s, 4490), cell = 0 where code = 'N'",
    "addresses": "update address set geom = st_point(%s, %s, 4490), cell = 0 where code = 'N'",
}


def holds(tile: Tile, point: tuple[float, float]) -> bool:
    """Say whether a tile draws a point: one of its edge is drawn by the next one, too."""
    west, south, east, north = shapely.box(
        *(getattr(tile.bounds(), side) for side in ("west", "south", "east", "north"))
    ).bounds
    margin = (east - west) / 64
    return (
        west - margin <= point[0] <= east + margin and south - margin <= point[1] <= north + margin
    )


@pytest.mark.parametrize("layer", MOVED)
async def test_exactly_the_tiles_of_the_old_and_the_new_place_change(
    world: World, two: tuple[Process, Process], layer: str
) -> None:
    zooms = [zoom for zoom in (15, 16) if zoom >= LAYERS[layer].single_zoom]
    tiles = [tile for zoom in zooms for tile in tiles_over(zoom)]
    layers = [layer, "grids", "pois"]
    for statement, touched in ((ADDED[layer], PLACES[:1]), (MOVED[layer], PLACES)):
        before = [await process.etags(layers, tiles) for process in two]
        write(world, statement, *touched[-1])
        for process, old in zip(two, before, strict=True):
            first = tile_at(*touched[-1], 16)
            assert await until_changed(process, layer, first, old[layer, first]) < AT_ONCE_S
            new = await process.etags(layers, tiles)
            changed = {key for key in old if old[key] != new[key]}
            expected = {
                (layer, tile) for tile in tiles if any(holds(tile, point) for point in touched)
            }
            assert changed == expected


EDGE_MOVES = """
    update grid set geom = st_multi(st_makeenvelope(%s, %s, %s, %s, 4490))
    where code = '4401990010011003'
"""


def widened(tile: Tile, part: float) -> shapely.Polygon:
    box = tile.bounds()
    margin = (box.east - box.west) * part
    return shapely.box(box.west - margin, box.south - margin, box.east + margin, box.north + margin)


async def test_exactly_the_tiles_by_an_edge_that_moves_change(
    world: World, two: tuple[Process, Process]
) -> None:
    """A tile has what lies a quarter of its side beyond it at most: see tile_cut."""
    tiles = [tile for zoom in (15, 16, 17) for tile in tiles_over(zoom)]
    grid = shapely.box(WEST, SOUTH, WEST + 0.01, SOUTH + 0.01)
    strip = shapely.box(WEST + 0.008, SOUTH, WEST + 0.01, SOUTH + 0.01)
    must = {("grids", tile) for tile in tiles if widened(tile, -0.01).intersects(strip)}
    may = {("grids", tile) for tile in tiles if widened(tile, 0.26).intersects(strip)}
    assert must < may < {("grids", tile) for tile in tiles if widened(tile, 0.26).intersects(grid)}
    middle = tile_at(WEST + 0.009, SOUTH + 0.005, 16)
    for east in (WEST + 0.008, WEST + 0.01):  # there, and back again
        before = [await process.etags(["grids", "pois"], tiles) for process in two]
        write(world, EDGE_MOVES, WEST, SOUTH, east, SOUTH + 0.01)
        for process, old in zip(two, before, strict=True):
            took = await until_changed(process, "grids", middle, old["grids", middle])
            assert took < AT_ONCE_S
            new = await process.etags(["grids", "pois"], tiles)
            changed = {key for key in old if old[key] != new[key]}
            assert must <= changed <= may


async def test_a_grid_that_is_cut_in_two_shows_at_once(
    world: World, two: tuple[Process, Process]
) -> None:
    tile = tile_at(WEST + 0.005, SOUTH + 0.005, 14)
    before = [(await process.tile("grids", tile)).headers["etag"] for process in two]
    write(
        world,
        "update grid set geom = st_multi(st_makeenvelope(%s, %s, %s, %s, 4490))"
        " where code = '4401990010011003'",
        WEST, SOUTH, WEST + 0.005, SOUTH + 0.01,
    )  # fmt: skip
    for process, etag in zip(two, before, strict=True):
        assert await until_changed(process, "grids", tile, etag) < AT_ONCE_S


async def test_what_a_transaction_does_shows_when_it_is_over(
    world: World, two: tuple[Process, Process]
) -> None:
    """Whoever asks meanwhile gets the old tile, and does not keep it beyond the end."""
    tile = tile_at(*PLACES[0], 15)
    before = (await two[0].tile("centres", tile)).headers.get("etag", "")
    with psycopg.connect(world.url) as conn:
        conn.execute(ADDED["centres"], PLACES[0])  # type: ignore[arg-type]
        write(world, "update resource set name = '别处' where code = 'O1'")
        for _ in range(5):
            await asyncio.sleep(0.03)
            assert (await two[0].tile("centres", tile)).headers.get("etag", "") == before
        conn.commit()
    for process in two:
        assert await until_changed(process, "centres", tile, before) < AT_ONCE_S
    write(world, "delete from resource where code = 'N'")
    for process in two:
        now = (await process.tile("centres", tile)).headers.get("etag", "")
        assert now == before or await until_changed(process, "centres", tile, now) < AT_ONCE_S


async def test_what_one_may_not_see_is_not_in_the_memory_of_another(
    world: World, two: tuple[Process, Process]
) -> None:
    tile = tile_at(WEST + 0.005, SOUTH + 0.005, 15)
    whole = (await two[0].tile("addresses", tile)).content
    assert mapbox_vector_tile.decode(whole)["addresses"]["features"]
    path = f"/tiles/addresses/{tile.z}/{tile.x}/{tile.y}.mvt"
    other = bearer(make_key(world.url, "commander", grid="4401990010011004"))
    answer = await two[0].client.get(path, headers=other)
    assert answer.content != whole
    screen = bearer(make_key(world.url, "screen"))
    assert (await two[0].client.get(path, headers=screen)).status_code == 403


# Each takes what it needs of a number, a longitude and a latitude.
WRITES = (
    """
    insert into event (code, title, reported_at, geom)
    values ('X' || %(n)s, 'x', now(), st_point(%(lon)s, %(lat)s, 4490))
    """,
    "update event set geom = st_point(%(lon)s, %(lat)s, 4490) where id = 1 + %(n)s %% 300",
    "update event set state = 'closed', closed_at = now() where id = 1 + %(n)s %% 300",
    "delete from event where id = 1 + %(n)s %% 300",
    "update address set geom = st_point(%(lon)s, %(lat)s, 4490) where id = 1 + %(n)s %% 400",
    "update address set full_text = '改' || %(n)s where id = 3",
    "update address set valid_to = '2026-01-01' where id = 1 + %(n)s %% 400",
    "insert into person (code, name, address_id) values ('X' || %(n)s, '某', 7)",
    "update person set address_id = 1 + %(n)s %% 100 where id = 9",
    "delete from person where id = 1 + %(n)s %% 250",
    "update house set floors = %(n)s %% 30 where code = 'H1'",
    "update house set address_id = 1 + %(n)s %% 100, geom = null where code = 'H1'",
    "update enterprise set address_id = 1 + %(n)s %% 100",
    "update resource set geom = st_point(%(lon)s, %(lat)s, 4490) where id = 1 + %(n)s %% 3",
    "update grid set name = '格' || %(n)s where id = 2",
    "update area set name = '区' || %(n)s where id = 3",
    "update event_class set name = '类' || %(n)s where code = '0401'",
    "update worker set name = '员' || %(n)s",
    """
    insert into position (device, time, worker_id, geom)
    values ('D' || %(n)s, now(), 1, st_point(%(lon)s, %(lat)s, 4490))
    """,
    """
    insert into position (device, time, worker_id, geom)
    values ('D1', now() - %(n)s %% 3600 * interval '1 s', 1, st_point(%(lon)s, %(lat)s, 4490))
    """,
    "delete from position where id %% 3 = %(n)s %% 3",
)


async def test_no_tile_is_ever_older_than_the_last_write(
    world: World, two: tuple[Process, Process]
) -> None:
    """Whatever is written, what is kept is what a process answers that keeps nothing."""
    chance = np.random.default_rng(20261126)
    tiles = [tile for zoom in (9, 12, 14, 15) for tile in tiles_over(zoom)][:10]
    async with AsyncExitStack() as stack:
        forgetful = await started(
            stack, world.url, unhurried().model_copy(update={"tile_memory_mb": 0})
        )
        for step in range(30):
            asked = [tiles[n] for n in chance.integers(len(tiles), size=2)]
            await asyncio.gather(*(process.etags(KEPT, asked) for process in two))
            lon, lat = chance.uniform((WEST, SOUTH), (EAST, NORTH))
            told = {"n": int(chance.integers(10_000)) * 100 + step, "lon": lon, "lat": lat}
            with psycopg.connect(world.url) as conn:
                conn.execute(WRITES[chance.integers(len(WRITES))], told)  # type: ignore[arg-type]
        await every_point_has_its_cell(world.url)
        await asyncio.sleep(AT_ONCE_S)
        for process in two:
            assert await process.etags(KEPT, tiles) == await forgetful.etags(KEPT, tiles)


async def test_no_more_is_kept_than_there_is_room_for(world: World) -> None:
    KEYS[world.url] = make_key(world.url, "commander")
    async with AsyncExitStack() as stack:
        settings = unhurried().model_copy(update={"tile_memory_mb": 0.02})
        process = await started(stack, world.url, settings)
        tiles = [tile for zoom in (14, 15, 16) for tile in tiles_over(zoom)]
        whole = await process.etags(["grids", "events"], tiles)
        assert await process.etags(["grids", "events"], tiles) == whole
