"""What the guards refuse is in the audit: with the reason, the client, and no word of its own."""

from collections.abc import AsyncIterator

import httpx
import psycopg
import pytest

from gis_gov.app import create_app
from gis_gov.settings import Settings
from tests.signed_in import client_of

pytestmark = pytest.mark.anyio

ENTRIES = "select action, result, reason, host(client) from audit where result = 'refused'"


@pytest.fixture
async def proxied(own_database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client behind a proxy of ours, with few attempts."""
    settings = Settings(
        trusted_proxies="127.0.0.1",  # type: ignore[arg-type]
        rate_attempts_per_min=0.001,
        rate_attempts_burst=1,
        body_max_mb=0.001,
    ).with_database(own_database_url)
    app = create_app(settings)
    said = {"x-forwarded-for": "192.0.2.1, 203.0.113.7"}
    async with (
        app.router.lifespan_context(app),
        client_of(httpx.ASGITransport(app), said) as client,
    ):
        yield client


async def test_refusals_are_recorded(proxied: httpx.AsyncClient, own_database_url: str) -> None:
    await proxied.get("/nearby?kinds=%00")
    await proxied.request("X-MADE-UP", "/healthz")
    await proxied.get("/healthz", headers={"host": "a@b"})
    await proxied.get("/nearby", params={"kinds": "x" * 9000})
    await proxied.post("/locate", content=b"x" * 2000)
    for _ in range(3):
        await proxied.post("/session", json={"name": "nobody", "password": "wrong"})
    with psycopg.connect(own_database_url) as connection:
        rows = connection.execute(ENTRIES).fetchall()
    assert {row[3] for row in rows} == {"203.0.113.7"}
    assert {(action, reason) for action, _, reason, _ in rows} >= {
        ("GET /nearby", "misshapen-request"),
        ("(no method) (no route)", "method-not-allowed"),
        ("GET /healthz", "misshapen-request"),
        ("GET /nearby", "url-too-long"),
        ("POST /locate", "too-large"),
        ("POST /session", "too-many-requests"),
    }
