"""Two communities with things in them, on one server for a module, and editors of the east.

`site`    the database, and clients with rights: `site.editor()` writes in the east, nowhere else,
          and so do `site.registrar()` people, and `site.surveyor()` boundaries
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from gis_gov.app import create_app
from gis_gov.db.scope import APP_ROLE, Scope, bind
from tests.conftest import TestServer
from tests.ogc.conftest import THINGS
from tests.registry.conftest import EAST, write_people
from tests.sealed import SEALER
from tests.signed_in import (
    bearer,
    client_of,
    every_point_has_its_cell,
    make_key,
    unhurried,
)

EASTERN, WESTERN = [113.16, 22.06], [113.05, 22.05]


@dataclass(frozen=True)
class Site:
    """A running application and its database."""

    url: str
    app: FastAPI

    def client(self, *roles: str, **limits: Any) -> httpx.AsyncClient:
        """Make a client with a key of its own."""
        key = make_key(self.url, *roles, **limits)
        return client_of(httpx.ASGITransport(self.app), bearer(key))

    def editor(self, *roles: str, **limits: Any) -> httpx.AsyncClient:
        """Make a client that may write in the east."""
        return self.client("editor", *roles, **{"area": EAST, **limits})

    def registrar(self, *roles: str, **limits: Any) -> httpx.AsyncClient:
        """Make a client that may write people in the east."""
        return self.client("registrar", *roles, **{"area": EAST, **limits})

    def surveyor(self, *roles: str, **limits: Any) -> httpx.AsyncClient:
        """Make a client that may draw boundaries in the east."""
        return self.client("boundary_administrator", *roles, **{"area": EAST, **limits})

    def execute(self, statement: Any, *values: object) -> list[tuple[Any, ...]]:
        """Run a statement as the owner, and return its rows."""
        with psycopg.connect(self.url) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    @asynccontextmanager
    async def reached(self, scope: Scope) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """Connect as the server does for a scope; what is written is rolled back."""
        async with await psycopg.AsyncConnection.connect(self.url) as conn:
            await conn.execute("select set_config('role', %s, false)", [APP_ROLE])
            await bind(conn, scope)
            yield conn
            await conn.rollback()

    def entries(self, action: str, code: str) -> list[tuple[Any, ...]]:
        """Return result, reason and detail of what the audit has of a thing."""
        return self.execute(
            "select result, reason, detail from audit where action = %s and object_code = %s"
            " order by number",
            action,
            code,
        )


@pytest.fixture(scope="module")
def written_url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as url:
        write_people(url)
        with psycopg.connect(url) as conn:
            conn.execute(THINGS)
            # Their ids were told.
            for table in ("area", "address", "house", "grid", "worker"):
                conn.execute("select setval(pg_get_serial_sequence(%s, 'id'), 1000)", [table])
        yield url


@pytest.fixture(scope="module")
async def site(written_url: str) -> AsyncIterator[Site]:
    app = create_app(unhurried().with_database(written_url))
    async with app.router.lifespan_context(app):
        await every_point_has_its_cell(written_url)
        yield Site(written_url, app)


def feature(point: list[float] | None, **properties: Any) -> dict[str, Any]:
    """Write a feature with a point."""
    geometry = None if point is None else {"type": "Point", "coordinates": point}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def seal(field: str, value: str) -> bytes:
    """Seal a value as the loader does."""
    return SEALER.seal(value, field)
