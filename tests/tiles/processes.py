"""Servers of their own on a shared database, as processes are, each asked for tiles by a client."""

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import httpx
import psycopg
import shapely

from gis_gov.app import create_app
from gis_gov.geo.tile import Tile, tile_at
from gis_gov.settings import Settings
from gis_gov.state import state_of
from tests.signed_in import bearer, client_of, every_point_has_its_cell
from tests.tiles.district import World

Etags = dict[tuple[str, Tile], str]
Drawn = dict[Tile, tuple[str, bytes]]
EDGE = 64 / 4096
"""So much of its side a tile draws beyond it."""
BEACON = "update enterprise set category = %s where code = 'F1'"
"""Told by one tile far from all others that are asked for: it says that a write was heard of."""


@dataclass(frozen=True)
class Process:
    """A server of its own on the shared database, and a client of it."""

    client: httpx.AsyncClient

    async def tile(self, layer: str, tile: Tile, **headers: str) -> httpx.Response:
        path = f"/tiles/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt"
        answer = await self.client.get(path, headers=headers)
        assert answer.status_code in {200, 204, 304}, answer.text
        return answer

    async def etags(self, layers: list[str], tiles: list[Tile]) -> Etags:
        return {
            (layer, tile): (await self.tile(layer, tile)).headers.get("etag", "")
            for layer in layers
            for tile in tiles
        }


async def started(stack: AsyncExitStack, url: str, settings: Settings) -> Process:
    app = create_app(settings.with_database(url))
    await stack.enter_async_context(app.router.lifespan_context(app))
    await state_of(app).changes.cursor(10)  # from now on it hears of what is written
    client = client_of(httpx.ASGITransport(app), bearer(KEYS[url]))
    return Process(await stack.enter_async_context(client))


KEYS: dict[str, str] = {}


def write(world: World, statement: str, *values: object) -> None:
    with psycopg.connect(world.url, autocommit=True) as conn:
        conn.execute(statement, values)  # type: ignore[arg-type]


@dataclass
class Pair:
    """A process that keeps tiles and one that keeps none, and what both drew last."""

    world: World
    keeping: Process
    forgetful: Process
    turns: int = 0
    before: Drawn = field(default_factory=dict[Tile, tuple[str, bytes]])

    def beacon(self) -> Tile:
        lon, lat = self.world.addresses[4].tolist()
        return tile_at(lon, lat, 16)

    async def drawn(self, process: Process, layer: str, tiles: Iterable[Tile]) -> Drawn:
        answers = {tile: await process.tile(layer, tile) for tile in tiles}
        return {
            tile: (answer.headers.get("etag", ""), answer.content)
            for tile, answer in answers.items()
        }

    async def look(self, layer: str, tiles: Iterable[Tile]) -> None:
        """Have the tiles kept as they are now."""
        self.before = await self.drawn(self.keeping, layer, tiles)

    async def changed_by(self, layer: str, statement: str, **told: object) -> set[Tile]:
        """Write, and return which of the tiles that were looked at are others now.

        What moves within its cell is without one for a moment; that it has one again is heard of
        before the beacon, too.
        """
        beacon = self.beacon()
        shown = await self.drawn(self.keeping, "enterprises", [beacon])
        self.turns += 1
        with psycopg.connect(self.world.url, autocommit=True) as conn:
            conn.execute(statement.encode(), told)
            await every_point_has_its_cell(self.world.url)
            conn.execute(BEACON, [str(self.turns)])
        for _ in range(2000):
            if await self.drawn(self.keeping, "enterprises", [beacon]) != shown:
                break
            await asyncio.sleep(0.01)
        else:
            raise AssertionError("the write is not heard of")
        before, self.before = self.before, await self.drawn(self.keeping, layer, self.before)
        assert self.before == await self.drawn(self.forgetful, layer, self.before)
        for tile, (etag, body) in self.before.items():
            was_etag, was_body = before[tile]
            assert (etag == was_etag) == (body == was_body)
        return {tile for tile in before if before[tile] != self.before[tile]}


def around(tiles: Iterable[Tile]) -> list[Tile]:
    """Return tiles and those beside them."""
    return sorted(
        {
            Tile(tile.z, tile.x + east, tile.y + south)
            for tile in tiles
            for east in (-1, 0, 1)
            for south in (-1, 0, 1)
        },
        key=str,
    )


def widened(tile: Tile, part: float) -> shapely.Polygon:
    box = tile.bounds()
    margin = (box.east - box.west) * part
    return shapely.box(box.west - margin, box.south - margin, box.east + margin, box.north + margin)
