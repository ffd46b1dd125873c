"""Here `client` asks the server on a random tiling."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pandas as pd
import pytest

from gis_gov.app import create_app
from gis_gov.settings import Settings
from tests.conftest import TestServer
from tests.signed_in import client_of
from tests.statistics.told_apart import write_told_apart


@pytest.fixture(scope="session")
def client(world_client: httpx.AsyncClient) -> httpx.AsyncClient:
    return world_client


@pytest.fixture(scope="module")
def tables(postgis: TestServer) -> Iterator[tuple[str, dict[str, pd.DataFrame]]]:
    """A village of which all that can be told apart is, and its tables with codes of places."""
    with postgis.database() as url:
        yield url, write_told_apart(url)


@pytest.fixture(scope="module")
async def told_apart(
    tables: tuple[str, dict[str, pd.DataFrame]],
) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings().with_database(tables[0]))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), client_of(transport) as opened:
        yield opened
