"""Two processes that draw where workers are and went, and whoever moves these.

`two`      the processes, on one database
`builds`   the tiles that were built, by whichever process
`minute`   the minute that goes on
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import mapbox_vector_tile
import psycopg
import pytest

from gis_gov.app import create_app
from gis_gov.db.scope import SYSTEM
from gis_gov.geo.tile import Tile
from gis_gov.ogc import tile_serving
from gis_gov.state import State, state_of
from tests.signed_in import bearer, client_of, unhurried
from tests.tiles.district import World
from tests.tiles.test_memory import PLACES

HERE, THERE = PLACES
GRID = "4401990010011003"
PUT = """
    insert into position (device, time, worker_id, geom)
    values (%s, %s, %s, st_point(%s, %s, 4490))
"""
GIVEN = """
    insert into grid_worker (grid_id, worker_id)
    select g.id, 1 from grid as g where g.code = '4401990010011003'
"""


@dataclass(frozen=True)
class Process:
    """A server of its own on the shared database, and a client of it with some key."""

    state: State
    client: httpx.AsyncClient

    async def get(
        self, layer: str, at: Tile, key: str, known: str = "", **asked: str
    ) -> httpx.Response:
        path = f"/tiles/{layer}/{at.z}/{at.x}/{at.y}.mvt"
        headers = {**bearer(key), "if-none-match": known}
        answer = await self.client.get(path, params=asked, headers=headers)
        assert answer.status_code in {200, 204, 304}, answer.text
        return answer

    async def codes(self, layer: str, at: Tile, key: str, **asked: str) -> list[str]:
        answer = await self.get(layer, at, key, **asked)
        drawn = mapbox_vector_tile.decode(answer.content) if answer.content else {}
        features = drawn[layer]["features"] if layer in drawn else []
        return sorted({each["properties"]["code"] for each in features})


Two = tuple[Process, Process]


@pytest.fixture
async def two(world: World) -> AsyncIterator[Two]:
    """Two processes on one database, whose shifts are looked at often."""
    async with AsyncExitStack() as stack:
        both = list[Process]()
        for _ in range(2):
            app = create_app(unhurried().with_database(world.url))
            await stack.enter_async_context(app.router.lifespan_context(app))
            client = client_of(httpx.ASGITransport(app))
            await stack.enter_async_context(client)
            await state_of(app).changes.cursor(10)
            both.append(Process(state_of(app), client))
        write(world, "select keep_track_lines(500)")
        await asyncio.sleep(0.3)  # until what is written as they begin has been heard of
        yield both[0], both[1]


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[Tile]:
    """The tiles that were built, by whichever process."""
    made: list[Tile] = []
    for name, place in (("read_tile", 2), ("read_drawn", 3)):
        read: Callable[..., Any] = getattr(tile_serving, name)

        async def counted(*asked: Any, read: Any = read, place: int = place) -> bytes:
            made.append(asked[place])
            return await read(*asked)

        monkeypatch.setattr(tile_serving, name, counted)
    return made


@pytest.fixture
def minute(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The minute that goes on, as long as nobody writes another one here."""
    now = [datetime.now(UTC).replace(second=0, microsecond=0)]
    monkeypatch.setattr(tile_serving, "this_minute", lambda: now[0])
    return now


def write(world: World, statement: str, *values: object) -> None:
    with psycopg.connect(world.url, autocommit=True) as conn:
        conn.execute(statement, values or None)  # type: ignore[arg-type]


def put(
    world: World, at: tuple[float, float], time: datetime, worker: int = 1, device: str = "D1"
) -> None:
    write(world, PUT, device, time, worker, *at)


def later(seconds: float = 0) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


async def until_drawn(
    two: Two, codes: list[str], layer: str, at: Tile, key: str, **asked: str
) -> None:
    """Wait until every process draws these workers in a tile."""
    for process in two:
        for _ in range(1500):
            if await process.codes(layer, at, key, **asked) == codes:
                break
            await asyncio.sleep(0.01)
        else:
            answer = await process.get(layer, at, key, **asked)
            told = answer.status_code, answer.headers.get("etag"), await _positions(process)
            raise AssertionError(f"not {codes} in {layer}: {told}")


async def _positions(process: Process) -> list[tuple[object, ...]]:
    """What there is to draw, as a process sees it: fixes, lines that are kept, and what is due."""
    rows: list[tuple[object, ...]] = []
    async with process.state.pool.connection(SYSTEM) as conn:
        for query in (
            "select device, time, worker_id, rejected_for from position order by time limit 9",
            "select device, hour_at, worker_id, st_npoints(geom) from track_line limit 9",
            "select device, hour_at, since, worker_id from track_due limit 9",
            "select worker_id from off_shift",
        ):
            rows += await (await conn.execute(query)).fetchall()
    return rows


async def etags(
    process: Process, layer: str, tiles: list[Tile], key: str, **asked: str
) -> dict[Tile, str]:
    return {
        tile: (await process.get(layer, tile, key, **asked)).headers.get("etag", "")
        for tile in tiles
    }
