"""How much of a body is taken into memory before anybody has looked who sends it."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request

from gis_gov.app import create_app
from gis_gov.body import received
from gis_gov.guards.bodies import SESSION_MAX_BYTES, LimitBodies
from gis_gov.guards.leaving import KEPT_MAX_BYTES
from gis_gov.settings import Settings
from tests.contracts.requests import REQUESTS
from tests.signed_in import client_of

pytestmark = pytest.mark.anyio

PIECE = b"x" * 1000
JSON_MAX, FILE_MAX = 100_000, 300_000
SETTINGS = Settings(json_max_mb=JSON_MAX / 1e6, body_max_mb=FILE_MAX / 1e6)


class Endless:
    """A body of no declared length, which counts how much of it was taken."""

    def __init__(self) -> None:
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self.taken < 2 * FILE_MAX:
            self.taken += len(PIECE)
            yield PIECE


async def taken(client: httpx.AsyncClient, method: str, path: str, media_type: str) -> int:
    """Return how much of an endless body the server took."""
    body = Endless()
    headers = {"content-type": media_type}
    answer = await client.request(method, path, content=aiter(body), headers=headers)
    assert answer.status_code >= 400
    return body.taken


@pytest.mark.parametrize("media_type", ["text/csv", "application/json"])
async def test_nobody_fills_the_memory_by_any_route(own_database_url: str, media_type: str) -> None:
    app = create_app(SETTINGS.with_database(own_database_url))
    async with app.router.lifespan_context(app), client_of(httpx.ASGITransport(app)) as client:
        for method, path in REQUESTS:
            if method == "GET":
                continue
            most = KEPT_MAX_BYTES if path.startswith("/session") else JSON_MAX
            came = await taken(client, method, path, media_type)
            assert came <= most + len(PIECE), (method, path)


@pytest.mark.parametrize(
    ("path", "actor", "size", "status"),
    [
        ("/file", "somebody", FILE_MAX, 200),
        ("/file", None, JSON_MAX, 200),
        ("/file", None, JSON_MAX + 1, 413),
        ("/plain", "somebody", JSON_MAX + 1, 413),
        ("/session", "somebody", SESSION_MAX_BYTES, 200),
        ("/session", "somebody", SESSION_MAX_BYTES + 1, 413),
    ],
)
async def test_only_a_file_of_somebody_known_may_be_large(
    path: str, actor: str | None, size: int, status: int
) -> None:
    app = FastAPI()
    app.add_middleware(LimitBodies, SETTINGS)

    @app.post("/file")
    async def file(request: Request) -> None:
        request.state.actor = actor
        async with received(request, FILE_MAX):
            pass

    @app.post("/session")
    @app.post("/plain")
    async def plain(request: Request) -> None:
        request.state.actor = actor
        await request.body()

    async with client_of(httpx.ASGITransport(app)) as client:
        answer = await client.post(path, content=b"x" * size)
    assert answer.status_code == status
