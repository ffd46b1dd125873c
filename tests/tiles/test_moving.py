"""Tiles of where workers are and went follow what is told of it, and are built for nothing else."""

import asyncio
from datetime import datetime

import httpx
import mapbox_vector_tile
import pytest

from gis_gov.app import create_app
from gis_gov.geo.tile import Tile, tile_at
from gis_gov.patrols.shifts import keeper
from gis_gov.state import state_of
from tests.signed_in import bearer, client_of, make_key, unhurried
from tests.tiles.district import SOUTH, WEST, World
from tests.tiles.moving import (
    GIVEN,
    GRID,
    HERE,
    THERE,
    Process,
    Two,
    builds,
    etags,
    later,
    minute,
    put,
    two,
    until_drawn,
    write,
)
from tests.tiles.test_memory import PLACES, holds, tiles_over
from tests.waiting import until

__all__ = ["builds", "minute", "two"]

pytestmark = pytest.mark.anyio

FAR = (WEST + 1.0, SOUTH + 1.0)
NEVER = """
    insert into shift (worker_id, kind, weekdays, begins, ends, valid_from)
    values (1, 'leave', '{1,2,3,4,5,6,7}', '00:00', '00:00', '2026-01-01')
"""


@pytest.mark.parametrize("layer", ["workers", "tracks", "workers,tracks", "grids,workers"])
async def test_an_unchanged_one_is_not_built_again(
    world: World, two: Two, builds: list[Tile], minute: list[datetime], layer: str
) -> None:
    key, tile = make_key(world.url, "commander"), tile_at(113.31, 22.95, 14)
    told = {(await each.get(layer, tile, key)).headers["etag"] for each in two}
    (etag,) = told
    assert builds == [tile, tile]
    for process in two:
        for _ in range(20):
            answer = await process.get(layer, tile, key, etag)
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer.headers["etag"] == etag
    assert builds == [tile, tile]


async def test_exactly_the_tiles_where_he_was_and_is_change(
    world: World, two: Two, builds: list[Tile]
) -> None:
    key = make_key(world.url, "commander")
    tiles = [tile for zoom in (12, 15, 16) for tile in tiles_over(zoom)]
    far = tile_at(*FAR, 14)
    put(world, HERE, later())
    await until_drawn(two, ["W1"], "workers", tile_at(*HERE, 16), key)
    for seconds, place, touched in ((10, THERE, PLACES), (20, THERE, [THERE])):
        before = [await etags(process, "workers", [*tiles, far], key) for process in two]
        builds.clear()
        put(world, place, later(seconds))
        expected = {tile for tile in tiles if any(holds(tile, point) for point in touched)}
        for process, old in zip(two, before, strict=True):
            await changed_to(process, tile_at(*place, 16), old, key)
            new = await etags(process, "workers", [*tiles, far], key)
            assert {tile for tile in old if old[tile] != new[tile]} == expected
        assert far not in builds
        after = [await etags(process, "workers", tiles, key) for process in two]
        assert after[0] == after[1]


async def changed_to(process: Process, tile: Tile, old: dict[Tile, str], key: str) -> None:
    for _ in range(100):
        if (await process.get("workers", tile, key)).headers.get("etag", "") != old[tile]:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the tile is the old one after a second")


async def test_one_who_is_never_heard_of_again_needs_no_tile_built(
    world: World, builds: list[Tile]
) -> None:
    """Idle and offline hang on the time that his tile tells: it stays the same as he becomes so."""
    settings = unhurried().model_copy(update={"worker_idle_s": 1, "worker_offline_s": 1})
    app = create_app(settings.with_database(world.url))
    async with app.router.lifespan_context(app), client_of(httpx.ASGITransport(app)) as client:
        await state_of(app).changes.cursor(10)
        process = Process(state_of(app), client)
        key, tile = make_key(world.url, "commander"), tile_at(*HERE, 16)
        seen_at = later()
        put(world, HERE, seen_at)
        await until_drawn((process, process), ["W1"], "workers", tile, key)
        first = await process.get("workers", tile, key)
        assert first.content
        builds.clear()
        (drawn,) = mapbox_vector_tile.decode(first.content)["workers"]["features"]

        async def is_offline() -> bool:
            answer = await client.get("/workers", headers=bearer(key))
            return [each["standing"] for each in answer.json()["workers"]] == ["offline"]

        for _ in range(100):
            if await is_offline():
                break
            await asyncio.sleep(0.1)
        assert await is_offline()
        assert drawn["properties"]["time"] == pytest.approx(seen_at.timestamp(), abs=0.5)
        again = await process.get("workers", tile, key, first.headers["etag"])
        assert again.status_code == 304
        assert builds == []


async def test_off_shift_and_back(world: World, two: Two) -> None:
    key, tile = make_key(world.url, "commander"), tile_at(*HERE, 16)
    put(world, HERE, later())
    await until_drawn(two, ["W1"], "workers", tile, key)
    etag = (await two[0].get("workers", tile, key)).headers["etag"]
    write(world, NEVER)
    await until_drawn(two, [], "workers", tile, key)
    write(world, "delete from shift")
    await until_drawn(two, ["W1"], "workers", tile, key)
    assert {(await each.get("workers", tile, key)).headers["etag"] for each in two} == {etag}


async def test_a_shift_that_ends_takes_him_away(
    world: World, two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By time alone: nobody writes anything as it ends, but the server who is off shift."""
    monkeypatch.setattr(keeper, "EVERY_S", 0.1)
    key, tile = make_key(world.url, "commander"), tile_at(*HERE, 16)
    put(world, HERE, later())
    write(
        world,
        """
        insert into shift (worker_id, kind, day, begins, ends)
        select 1, 'duty', t.begins::date, t.begins::time, (t.now + interval '7 s')::time
        from (
            select
                now() at time zone 'Asia/Shanghai' as now,
                (now() - interval '1 hour') at time zone 'Asia/Shanghai' as begins
        ) as t
        """,
    )
    await until_drawn(two, ["W1"], "workers", tile, key)
    await until_drawn(two, [], "workers", tile, key)


async def test_who_may_know_of_him_is_whom_it_is_told(
    world: World, two: Two, builds: list[Tile]
) -> None:
    tile = tile_at(*HERE, 16)
    put(world, HERE, later())
    own = make_key(world.url, "supervisor", grid=GRID)
    whole = make_key(world.url, "commander")
    await until_drawn(two, ["W1"], "workers", tile, whole)
    await until_drawn(two, [], "workers", tile, own)
    for statement, codes in (
        (GIVEN, ["W1"]),
        ("delete from grid_worker", []),
        ("update worker set area_id = 3", []),
    ):
        write(world, statement)
        await until_drawn(two, codes, "workers", tile, own)
    write(world, "update worker set code = 'W9'")
    await until_drawn(two, ["W9"], "workers", tile, whole)
    write(world, "delete from role_grant where role = 'commander'")
    for process in two:

        async def is_refused(process: Process = process) -> bool:
            path = f"/tiles/workers/{tile.z}/{tile.x}/{tile.y}.mvt"
            return (await process.client.get(path, headers=bearer(whole))).status_code == 403

        for _ in range(100):
            if await is_refused():
                break
            await asyncio.sleep(0.01)
        assert await is_refused()


@pytest.mark.parametrize(
    "statement",
    [
        "update position set geom = st_point(113.9, 22.9, 4490)",
        "update position set rejected_for = 'jump'",
        "delete from last_position",
        "truncate last_position",
        "delete from position; delete from last_position; delete from worker",
    ],
)
async def test_whoever_takes_him_away(world: World, two: Two, statement: str) -> None:
    key, tile = make_key(world.url, "commander"), tile_at(*HERE, 16)
    put(world, HERE, later())
    await until_drawn(two, ["W1"], "workers", tile, key)
    write(world, statement)
    await until_drawn(two, [], "workers", tile, key)


async def test_some_of_them_follow_too(world: World, two: Two, builds: list[Tile]) -> None:
    """Of a filter, what is drawn hangs on the same."""
    key, tile = make_key(world.url, "commander"), tile_at(*HERE, 16)
    asked = {"filter": "code = 'W1'"}
    await until_drawn(two, [], "workers", tile, key, **asked)
    put(world, HERE, later())
    await until_drawn(two, ["W1"], "workers", tile, key, **asked)
    for process in two:
        etag = (await process.get("workers", tile, key, **asked)).headers["etag"]
        builds.clear()
        assert (await process.get("workers", tile, key, etag, **asked)).status_code == 304
        assert builds == []
    put(world, THERE, later(1))
    await until_drawn(two, [], "workers", tile, key, **asked)


async def test_while_nothing_is_heard_each_is_built(
    world: World, two: Two, builds: list[Tile]
) -> None:
    """What is kept may be old then, and is doubted when the connection is there again."""
    key, tile = make_key(world.url, "commander"), tile_at(*HERE, 16)
    await two[0].get("workers", tile, key)
    session = two[0].state.listener.session()
    write(
        world,
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where application_name = 'gis_gov listener' and datname = current_database()",
    )
    put(world, HERE, later())
    await until(lambda: two[0].state.listener.session() > session)
    await until_drawn(two, ["W1"], "workers", tile, key)
