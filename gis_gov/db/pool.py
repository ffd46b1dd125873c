"""The pool of connections, and what a server must be before we use it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Final, Self

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from gis_gov.db.schema_state import state, wanted_state
from gis_gov.db.scope import Scope, bind
from gis_gov.settings import Settings

POSTGIS_MIN = (3, 3)

APP_ROLE: Final = "gis_gov_app"
"""The role that the server works under: it owns nothing, and row policies hold for it."""


class ScopedConnection(AsyncConnection[Any]):
    """A connection that knows for whom it was last bound."""

    scope: Scope | None = None


class UnfitDatabase(Exception):
    """The database cannot serve: the message says why and how to mend it, in one line."""


class Pool:
    """Connections under the application's role, each given out for somebody's scope.

    Connections autocommit: a reading request pays for no BEGIN and COMMIT, and whoever writes opens
    `conn.transaction()`. There is no way to get one that still sees what an earlier user could.
    """

    def __init__(self, url: str, settings: Settings) -> None:
        timeout_ms = str(int(settings.statement_timeout_s * 1000))

        async def configure(conn: AsyncConnection[Any]) -> None:
            await conn.execute(
                "select set_config('role', %s, false), set_config('statement_timeout', %s, false)",
                [APP_ROLE, timeout_ms],
            )

        self._pool: AsyncConnectionPool[ScopedConnection] = AsyncConnectionPool(
            url,
            connection_class=ScopedConnection,
            min_size=settings.pool_min,
            max_size=max(settings.pool_max, settings.pool_min),
            kwargs={"autocommit": True, "application_name": "gis_gov"},
            configure=configure,
            check=AsyncConnectionPool.check_connection,
            timeout=10,
            open=False,
            name="gis_gov",
        )

    async def __aenter__(self) -> Self:
        """Open the pool."""
        await self._pool.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Close the pool with its connections."""
        await self._pool.close()

    @asynccontextmanager
    async def connection(
        self, scope: Scope, timeout_s: float | None = None
    ) -> AsyncGenerator[AsyncConnection[Any]]:
        """Give a connection out that sees what `scope` reaches.

        Raises:
            PoolTimeout: all are taken for too long.

        """
        async with self._pool.connection(timeout_s) as conn:
            if conn.scope is not scope:
                conn.scope = None
                await bind(conn, scope)
                conn.scope = scope
            yield conn


def check_database(url: str) -> None:
    """Refuse a server that cannot serve.

    Raises:
        UnfitDatabase: it does not answer, has no PostGIS >= 3.3, or its schema is not the newest.

    """
    try:
        with psycopg.connect(url, connect_timeout=5) as conn:
            _check_postgis(conn)
            _check_schema(conn)
    except psycopg.OperationalError as error:
        first_line = str(error).strip().splitlines()[0]
        raise UnfitDatabase(f"the database does not answer: {first_line}") from None


def _check_postgis(conn: psycopg.Connection[Any]) -> None:
    row = conn.execute("select extversion from pg_extension where extname = 'postgis'").fetchone()
    wanted = ".".join(map(str, POSTGIS_MIN))
    if row is None:
        raise UnfitDatabase(
            f"the database has no PostGIS; install PostGIS {wanted} or newer,"
            " then run `gis-gov migrate`"
        )
    version = tuple(int(part) for part in str(row[0]).split(".")[:2])
    if version < POSTGIS_MIN:
        raise UnfitDatabase(f"the database has PostGIS {row[0]}; {wanted} or newer is needed")


def _check_schema(conn: psycopg.Connection[Any]) -> None:
    (found, found_tiles), (wanted, wanted_tiles) = state(conn), wanted_state()
    if found != wanted:
        raise UnfitDatabase(
            f"the schema is at {found or 'nothing'}, this program needs {wanted};"
            " run `gis-gov migrate`"
        )
    if found_tiles != wanted_tiles:
        raise UnfitDatabase("the tile functions are not this program's; run `gis-gov migrate`")
