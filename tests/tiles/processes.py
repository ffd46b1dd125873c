"""Servers of their own on a shared database, as processes are, each asked for tiles by a client."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx
import psycopg

from gis_gov.app import create_app
from gis_gov.geo.tile import Tile
from gis_gov.settings import Settings
from gis_gov.state import state_of
from tests.signed_in import bearer, client_of
from tests.tiles.district import World

Etags = dict[tuple[str, Tile], str]


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
