"""Keys for tests: real ones, made in the test's database as the command line makes them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
from fastapi import FastAPI

from gis_gov.access.tokens import new_key_token, token_hash
from gis_gov.settings import Settings

Client = Callable[..., Awaitable[httpx.AsyncClient]]

NO_RATES = {
    "GIS_GOV_RATE_ACTOR_PER_S": "0",
    "GIS_GOV_RATE_ADDRESS_PER_S": "0",
    "GIS_GOV_RATE_ATTEMPTS_PER_MIN": "0",
}
"""For servers of which so much is asked that rates would refuse it before it is looked at."""

EVERY_RIGHT = (
    "commander",
    "editor",
    "registrar",
    "boundary_administrator",
    "system_administrator",
    "auditor",
    "gateway",
)


def make_key(
    url: str,
    *roles: str,
    area: str | None = None,
    grid: str | None = None,
    classes: Sequence[str] | None = None,
    department: str | None = None,
) -> str:
    """Make a key with the roles, in an area or grid by its code, and return it."""
    token = new_key_token()
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "insert into api_key (name, token_hash, expires_at) values (%s, %s, %s) returning id",
            ["test", token_hash(token), datetime.now(UTC) + timedelta(days=1)],
        ).fetchone()
        assert row
        for role in roles:
            connection.execute(
                "insert into role_grant"
                " (key_id, role, area_id, grid_id, person_classes, department)"
                " values (%s, %s, (select id from area where code = %s),"
                " (select id from grid where code = %s), %s, %s)",
                [row[0], role, area, grid, classes and list(classes), department],
            )
            placed = connection.execute(
                "select from role_grant where key_id = %s and num_nonnulls(area_id, grid_id) = %s",
                [row[0], int(area is not None or grid is not None)],
            ).rowcount
            assert placed, "there is no area or grid of that code"
    return token


def bearer(token: str) -> dict[str, str]:
    """Return the header that shows a key."""
    return {"authorization": f"Bearer {token}"}


def every_right(url: str) -> dict[str, str]:
    """Make a key that may do everything everywhere, and return the header that shows it."""
    return bearer(make_key(url, *EVERY_RIGHT))


def unhurried() -> Settings:
    """Return the settings of a server of which so much is asked that rates would refuse it.

    Live streams end soon: a client without a socket has an answer only as a whole.
    """
    return Settings(
        rate_actor_per_s=0, rate_address_per_s=0, rate_attempts_per_min=0, live_stream_s=0.2
    )


def client_of(
    transport: httpx.AsyncBaseTransport, headers: dict[str, str] | None = None
) -> httpx.AsyncClient:
    """Make a client of the application under test."""
    return httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers)


@asynccontextmanager
async def clients_of(app: FastAPI, url: str) -> AsyncIterator[Client]:
    """Give clients with keys of their own: `await client("supervisor", area=…)`."""
    async with AsyncExitStack() as stack:
        transport = httpx.ASGITransport(app)

        async def give(*roles: str, **limits: Any) -> httpx.AsyncClient:
            headers = bearer(make_key(url, *roles, **limits))
            return await stack.enter_async_context(client_of(transport, headers))

        yield give


async def every_point_has_its_cell(url: str) -> None:
    """Wait until a running server has given a cell to every point that has none."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as conn:
        for _ in range(600):
            found = await conn.execute(
                "select from address where cell is null and geom is not null"
                " union all select from resource where cell is null and geom is not null"
                " union all select from event where cell is null and geom is not null"
                " union all select from position where cell is null and geom is not null limit 1"
            )
            if found.rowcount == 0:
                return
            await asyncio.sleep(0.05)
    raise AssertionError("the server gives no cells")
