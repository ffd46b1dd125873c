"""A server over a database of the test's module, and what its answers must be like."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from gis_gov.app import create_app
from gis_gov.resources.schemas import Nearby
from gis_gov.settings import Settings
from tests.conftest import TestServer
from tests.resources.shapes import write_shapes
from tests.signed_in import Client, client_of, clients_of, every_right, unhurried


@asynccontextmanager
async def serving(url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Run the application over a database."""
    app = create_app(Settings().with_database(url))
    async with (
        app.router.lifespan_context(app),
        client_of(httpx.ASGITransport(app), every_right(url)) as client,
    ):
        yield client


async def ask_nearby(client: httpx.AsyncClient, lon: float, lat: float, **more: Any) -> Any:
    """Ask, of workers for all, check the answer's form, and that its counts and rings add up."""
    asked = {"lon": lon, "lat": lat, "on_shift": False, **more}
    answer = await client.get("/nearby", params=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    Nearby.model_validate_json(answer.content, strict=True)
    body = answer.json()
    for kind, count in body["counts"].items():
        assert sum(ring["counts"][kind] for ring in body["rings"]) == count
    assert body["rings"][0]["from_m"] == 0
    assert body["rings"][-1]["to_m"] == more.get("radius", 1000)
    return body


@pytest.fixture(scope="session")
def shapes_url(postgis: TestServer) -> Iterator[str]:
    """A database for questions around shapes."""
    with postgis.database() as url:
        write_shapes(url)
        yield url


@pytest.fixture(scope="session")
async def shapes_app(shapes_url: str) -> AsyncIterator[FastAPI]:
    app = create_app(unhurried().with_database(shapes_url))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def client(shapes_app: FastAPI, shapes_url: str) -> AsyncIterator[Client]:
    """Give clients of the server for shapes: `await client("supervisor", area=…)`."""
    async with clients_of(shapes_app, shapes_url) as give:
        yield give
