"""The pool of connections, all of them under the application's role."""

import select
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Final, Self

from psycopg import AsyncConnection, errors
from psycopg_pool import AsyncConnectionPool

from gis_gov.db.scope import APP_ROLE, Scope, bind
from gis_gov.db.watched import watched
from gis_gov.settings import Settings

CLIENT_CHECK_MS: Final = "2000"
"""How often PostgreSQL looks whether the client of a running query is still there: a process that
was killed can't cancel its own."""

ASKED_AFTER_S: Final = 5.0
"""How long a connection may have been idle to be given out without being asked whether it lives."""

_PASSES_BY: Final = (
    "select from pg_roles where rolname = current_user and (rolsuper or rolbypassrls)"
)

# PostGIS looks a projection up at its first use in a session, which takes a tenth of a second.
_PROJECTS: Final = """
    select st_transform(st_setsrid(st_point(0, 0), t.given), t.wanted)
    from (values (3857, 4490), (4490, 3857)) as t (given, wanted)
"""


class ScopedConnection(AsyncConnection[Any]):
    """A connection that knows for whom it was last bound, and when it was last in use."""

    scope: Scope | None = None
    used_at: float = 0.0


class _HottestFirst(AsyncConnectionPool[ScopedConnection]):
    """A pool that gives out the connection that was in use last.

    By turns, each question would find a PostgreSQL process whose memory others have since driven
    out of the processor's cache (decision 83).
    """

    async def _get_ready_connection(
        self,
        timeout: float | None,  # noqa: ASYNC109 - as the pool declares it
    ) -> ScopedConnection | None:
        self._pool.rotate(1)
        return await super()._get_ready_connection(timeout)


class Pool:
    """Connections under the application's role, each given out for somebody's scope.

    Connections autocommit: a reading request pays for no BEGIN and COMMIT, and whoever writes opens
    `conn.transaction()`. There is no way to get one that still sees what an earlier user could.
    """

    def __init__(self, url: str, settings: Settings) -> None:
        timeout_ms = str(int(settings.statement_timeout_s * 1000))
        idle_ms = str(int(settings.idle_transaction_s * 1000))

        async def configure(conn: AsyncConnection[Any]) -> None:
            await conn.execute(
                "select set_config('role', %s, false), set_config('statement_timeout', %s, false),"
                " set_config('client_connection_check_interval', %s, false),"
                " set_config('idle_in_transaction_session_timeout', %s, false)",
                [APP_ROLE, timeout_ms, CLIENT_CHECK_MS, idle_ms],
            )
            # Looked at when the server starts, too; but roles can be altered while it runs.
            if (await conn.execute(_PASSES_BY)).rowcount:
                raise errors.InsufficientPrivilege(f"row policies do not hold for {APP_ROLE}")
            if settings.pool_warm:
                await conn.execute(_PROJECTS)

        self._pool = _HottestFirst(
            watched(url, "gis_gov"),
            connection_class=ScopedConnection,
            min_size=settings.pool_min,
            max_size=max(settings.pool_max, settings.pool_min),
            kwargs={"autocommit": True},
            configure=configure,
            check=_check,
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
            try:
                yield conn
            finally:
                conn.used_at = time.monotonic()


async def _check(conn: ScopedConnection) -> None:
    """See that PostgreSQL has not closed a connection; one that was idle for long is asked.

    To ask takes as long as many a query. Of a server that ends, or ends the connection, there is
    something to read; nothing comes of one that can't be reached any more.

    Raises:
        OperationalError: it is closed.

    """
    is_idle = time.monotonic() - conn.used_at >= ASKED_AFTER_S
    if is_idle or _has_something_to_read(conn.fileno()):
        await AsyncConnectionPool.check_connection(conn)


def _has_something_to_read(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
