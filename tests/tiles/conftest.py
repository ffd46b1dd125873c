"""The small district of the tile tests, in a database of the test's own."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace

import httpx
import pytest

from gis_gov.app import create_app
from gis_gov.settings import Settings
from tests.conftest import TestServer
from tests.signed_in import client_of, every_point_has_its_cell, make_key, unhurried
from tests.tiles.district import World, write_world
from tests.tiles.processes import KEYS, Pair, started


@pytest.fixture(scope="session")
def written(postgis: TestServer) -> Iterator[World]:
    """The district, to be copied only."""
    with postgis.database() as url:
        yield write_world(url)


@pytest.fixture
def own_database_url(request: pytest.FixtureRequest, postgis: TestServer) -> Iterator[str]:
    """A database of the test's own: with the district in it where the test asks for a `world`."""
    asked = "world" in request.fixturenames
    written = request.getfixturevalue("written") if asked else None
    with postgis.database(written and written.url) as url:
        yield url


@pytest.fixture
def world(written: World, own_database_url: str) -> World:
    return replace(written, url=own_database_url)


@pytest.fixture
async def fresh_client(own_database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server that builds each tile anew: what was just written is in it."""
    settings = Settings(tile_memory_mb=0).with_database(own_database_url)
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        client_of(httpx.ASGITransport(app)) as opened,
    ):
        yield opened


@pytest.fixture
async def pair(world: World) -> AsyncIterator[Pair]:
    KEYS[world.url] = make_key(world.url, "commander")
    async with AsyncExitStack() as stack:
        keeping = await started(stack, world.url, unhurried())
        settings = unhurried().model_copy(update={"tile_memory_mb": 0})
        forgetful = await started(stack, world.url, settings)
        await every_point_has_its_cell(world.url)
        yield Pair(world, keeping, forgetful)
