"""Beside several who write positions at once no tile stays behind, in no process."""

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import numpy as np
import psycopg
import pytest
from psycopg import errors

from gis_gov.app import create_app
from gis_gov.geo.tile import Tile, tile_at
from gis_gov.state import state_of
from tests.signed_in import client_of, make_key, unhurried
from tests.tiles.district import SOUTH, WEST, World
from tests.tiles.moving import Process, Two, etags, two

__all__ = ["two"]

pytestmark = pytest.mark.anyio

WORKERS = """
    insert into worker (id, code, name, area_id)
    select n, 'W' || n, '某', 3 from generate_series(2, 6) as n;
    select setval(pg_get_serial_sequence('worker', 'id'), 6);
"""
PUT = """
    insert into position (device, time, worker_id, geom)
    select 'V' || %(n)s %% 5, %(time)s + n * interval '7 s', 2 + %(n)s %% 5,
        st_point(%(lon)s + n * 0.0008, %(lat)s, 4490)
    from generate_series(1, 3) as n
    on conflict do nothing
"""
WRITES = (
    *[PUT] * 6,
    "delete from position where worker_id = 2 + %(n)s %% 5 and id %% 5 = %(n)s %% 5",
    "update position set geom = st_translate(geom, 0.004, 0) where id %% 7 = %(n)s %% 7",
    "update position set rejected_for = nullif('jump', rejected_for) where id %% 6 = %(n)s %% 6",
    "insert into off_shift (worker_id) values (2 + %(n)s %% 5) on conflict do nothing",
    "delete from off_shift where worker_id = 2 + %(n)s %% 5",
    "update worker set name = '员' || %(n)s where id = 2 + %(n)s %% 5",
    "select keep_track_lines(20)",
)


def writing(world: World, begin: datetime, seed: int, steps: int) -> Callable[[], None]:
    """Make what writes at random, a few statements a transaction."""

    def write() -> None:
        chance = np.random.default_rng(seed)
        with psycopg.connect(world.url) as conn:
            for _ in range(steps):
                for _ in range(int(chance.integers(1, 3))):
                    lon, lat = chance.uniform((WEST, SOUTH), (WEST + 0.05, SOUTH + 0.02))
                    told = {
                        "n": int(chance.integers(1000)),
                        "time": begin + timedelta(seconds=float(chance.uniform(0, 7200))),
                        "lon": lon,
                        "lat": lat,
                    }
                    statement = WRITES[chance.integers(len(WRITES))]
                    try:
                        with conn.transaction():
                            conn.execute(statement, told)  # type: ignore[arg-type]
                    except errors.DeadlockDetected:
                        pass  # whoever writes the same in another order begins anew
                conn.commit()

    return write


async def test_no_tile_stays_behind(world: World, two: Two) -> None:
    key = make_key(world.url, "commander")
    with psycopg.connect(world.url) as conn:
        conn.execute(WORKERS)
    begin = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=3)
    end = begin + timedelta(hours=2)
    asked = {"datetime": f"{begin:%Y-%m-%dT%H:%M:%SZ}/{end:%Y-%m-%dT%H:%M:%SZ}"}
    tiles = [
        tile_at(WEST + 0.006 * n, SOUTH + 0.01, zoom) for zoom in (12, 14, 15, 16) for n in range(8)
    ]
    app = create_app(unhurried().model_copy(update={"tile_memory_mb": 0}).with_database(world.url))
    async with app.router.lifespan_context(app), client_of(httpx.ASGITransport(app)) as client:
        await state_of(app).changes.cursor(10)
        forgetful = Process(state_of(app), client)

        async def all_of(process: Process) -> dict[tuple[str, Tile], str]:
            workers = await etags(process, "workers", tiles, key)
            tracks = await etags(process, "tracks", tiles, key, **asked)
            told = (("workers", workers), ("tracks", tracks))
            return {(layer, tile): etag for layer, found in told for tile, etag in found.items()}

        seen = list[dict[tuple[str, Tile], str]]()
        for round_ in range(4):
            writers = [
                threading.Thread(target=writing(world, begin, 10 * round_ + n, 12))
                for n in range(3)
            ]
            for writer in writers:
                writer.start()
            while any(writer.is_alive() for writer in writers):
                await asyncio.gather(*(all_of(process) for process in two))
            await asyncio.sleep(1)
            wanted = await all_of(forgetful)
            for process in two:
                assert await all_of(process) == wanted
            seen.append(wanted)
        assert len({tuple(each.values()) for each in seen}) == 4
