"""The pool of connections, and what a server must be before we use it."""

from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from gis_gov.db.schema_state import state, wanted_state
from gis_gov.settings import Settings

POSTGIS_MIN = (3, 3)

Pool = AsyncConnectionPool[AsyncConnection[Any]]


class UnfitDatabase(Exception):
    """The database cannot serve: the message says why and how to mend it, in one line."""


def make_pool(url: str, settings: Settings) -> Pool:
    """Make the pool, still closed.

    Connections autocommit: a reading request pays for no BEGIN and COMMIT, and whoever writes opens
    `conn.transaction()`.
    """
    timeout_ms = str(int(settings.statement_timeout_s * 1000))

    async def configure(conn: AsyncConnection[Any]) -> None:
        await conn.execute("select set_config('statement_timeout', %s, false)", [timeout_ms])

    return AsyncConnectionPool(
        url,
        min_size=settings.pool_min,
        max_size=max(settings.pool_max, settings.pool_min),
        kwargs={"autocommit": True, "application_name": "gis_gov"},
        configure=configure,
        check=AsyncConnectionPool.check_connection,
        timeout=10,
        open=False,
        name="gis_gov",
    )


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
