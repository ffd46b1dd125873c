"""The small district of the tile tests, in a database of the test's own."""

from collections.abc import AsyncIterator

import httpx
import pytest

from gis_gov.app import create_app
from gis_gov.settings import Settings
from tests.signed_in import client_of
from tests.tiles.district import World, write_world


@pytest.fixture
def world(own_database_url: str) -> World:
    return write_world(own_database_url)


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
