"""Random tilings and a village that tests of counts only read, each with a server on it."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from gis_gov.app import create_app
from gis_gov.settings import Settings
from tests.conftest import TestServer
from tests.counting.tiling import World, write_world
from tests.counting.village import Village, write_village
from tests.signed_in import client_of, every_right


@pytest.fixture(scope="session", params=[1, 2], ids="tiling{}".format)
def world(request: pytest.FixtureRequest, postgis: TestServer) -> Iterator[World]:
    with postgis.database() as url:
        yield write_world(url, request.param)


@pytest.fixture(scope="session")
async def world_client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings().with_database(world.url))
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        client_of(transport, every_right(world.url)) as opened,
    ):
        yield opened


@pytest.fixture(scope="session")
def village(postgis: TestServer) -> Iterator[Village]:
    with postgis.database() as url:
        yield write_village(url, 7)


@pytest.fixture(scope="session")
async def asking(village: Village) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server on the village, of whom nothing is known yet."""
    app = create_app(Settings().with_database(village.url))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), client_of(transport) as opened:
        yield opened
