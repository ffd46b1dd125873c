"""The district of traps, and a server over it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

from gis_gov.app import create_app
from gis_gov.settings import Settings
from gis_gov.state import state_of
from tests.areas.trap_district import write_trap_district
from tests.conftest import TestServer
from tests.signed_in import client_of, every_right


@pytest.fixture(scope="module")
def traps_url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as url:
        write_trap_district(url)
        yield url


@asynccontextmanager
async def serving(url: str, **settings: float) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
    """Run the application over a database until its places are in memory."""
    app = create_app(Settings(**settings).with_database(url))  # type: ignore[arg-type]
    async with (
        app.router.lifespan_context(app),
        client_of(httpx.ASGITransport(app), every_right(url)) as client,
    ):
        await state_of(app).places.wait(30)
        yield app, client


@pytest.fixture(scope="module")
async def site(traps_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(traps_url) as (_, client):
        yield client
