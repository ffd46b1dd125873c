"""Here `client` gives clients of a server on the street of `outage.py`."""

from collections.abc import AsyncIterator, Iterator

import pytest
from fastapi import FastAPI

from gis_gov.app import create_app
from tests.affected.outage import write_outage
from tests.conftest import TestServer
from tests.signed_in import Client, clients_of, unhurried


@pytest.fixture(scope="module")
def outage_url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as url:
        write_outage(url)
        yield url


@pytest.fixture(scope="module")
async def app(outage_url: str) -> AsyncIterator[FastAPI]:
    app = create_app(unhurried().with_database(outage_url))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def client(app: FastAPI, outage_url: str) -> AsyncIterator[Client]:
    async with clients_of(app, outage_url) as give:
        yield give
