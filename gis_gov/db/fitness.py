"""What a database, and the server's role in it, must be before we use them."""

from collections.abc import Callable
from typing import Any, Final, LiteralString, TypeVar

import psycopg
from psycopg import errors

from gis_gov.db.schema_state import state, wanted_state
from gis_gov.db.scope import APP_ROLE

POSTGIS_MIN = (3, 3)

Found = TypeVar("Found")

_SET_ROLE: Final = "select set_config('role', %s, false)"
_PASSES_BY: Final[LiteralString] = """
    select
        rolname::text,
        rolsuper,
        rolbypassrls,
        (
            select string_agg(distinct pg_get_userbyid(relowner)::text, ', ')
            from pg_class
            where
                relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')
                and pg_has_role(current_user, relowner, 'member')
        ) as owners
    from pg_roles where rolname = current_user
"""


class UnfitDatabase(Exception):
    """The database cannot serve: the message says why and how to mend it, in one line."""


def check_database(url: str) -> None:
    """Refuse a database that cannot serve.

    Raises:
        UnfitDatabase: it does not answer, has no PostGIS >= 3.3, or its schema is not the newest.

    """

    def look(conn: psycopg.Connection[Any]) -> None:
        _check_postgis(conn)
        _check_schema(conn)

    _connected(url, look)


def check_server_role(url: str) -> str | None:
    """Refuse a role that row policies would not hold for, as the server works under it.

    Returns:
        A warning, in one line, where the login role itself could pass them by.

    Raises:
        UnfitDatabase: it does not answer, or APP_ROLE can't be taken on, is a superuser, passes by
            row policies or owns tables.

    """
    return _connected(url, check_role)


def check_role(conn: psycopg.Connection[Any]) -> str | None:
    """Refuse the role of a connection as `check_server_role` does; leaves it under APP_ROLE.

    Raises:
        UnfitDatabase: see there.

    """
    login, ways = _ways_past_policies(conn)
    try:
        with conn.transaction():
            conn.execute(_SET_ROLE, [APP_ROLE])
    except (errors.InsufficientPrivilege, errors.InvalidParameterValue):
        raise UnfitDatabase(
            f"the role {login} may not work as {APP_ROLE}; let an administrator run"
            f' `grant {APP_ROLE} to "{login}"`'
        ) from None
    name, ways_of_app = _ways_past_policies(conn)
    if ways_of_app:
        raise UnfitDatabase(
            f"row policies do not hold for the role {name}, which {ways_of_app}; let an"
            f" administrator run `alter role {name} nosuperuser nobypassrls` and revoke from it the"
            " roles that own tables"
        )
    if ways:
        return (
            f"the server logs in as {login}, which {ways}; give it a login role of its own by"
            " GIS_GOV_SERVER_DATABASE_URL, see docs/operations.md"
        )
    return None


def _connected(url: str, look: Callable[[psycopg.Connection[Any]], Found]) -> Found:
    try:
        with psycopg.connect(url, connect_timeout=5) as conn:
            return look(conn)
    except psycopg.OperationalError as error:
        first_line = str(error).strip().splitlines()[0]
        raise UnfitDatabase(f"the database does not answer: {first_line}") from None


def _ways_past_policies(conn: psycopg.Connection[Any]) -> tuple[str, str]:
    """Return the name of the current role, and in words how it passes by row policies, if so."""
    row = conn.execute(_PASSES_BY).fetchone()
    if row is None:  # a role is always there while it is the current one
        raise UnfitDatabase("the database does not know its own role")
    name, is_superuser, bypasses, owners = row
    ways = [
        way
        for way, holds in (
            ("is a superuser", is_superuser),
            ("has BYPASSRLS", bypasses),
            (f"may act as {owners}, the owner of tables", owners and not is_superuser),
        )
        if holds
    ]
    return name, " and ".join(ways)


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
    (found, found_tiles), (wanted, wanted_tiles) = _state(conn), wanted_state()
    if found != wanted:
        raise UnfitDatabase(
            f"the schema is at {found or 'nothing'}, this program needs {wanted};"
            " run `gis-gov migrate`"
        )
    if found_tiles != wanted_tiles:
        raise UnfitDatabase("the tile functions are not this program's; run `gis-gov migrate`")


def _state(conn: psycopg.Connection[Any]) -> tuple[str | None, str | None]:
    try:
        with conn.transaction():
            return state(conn)
    except errors.InsufficientPrivilege:
        # The server's own login role may do nothing until it works as the application's.
        with conn.transaction():
            conn.execute(_SET_ROLE, [APP_ROLE])
            return state(conn)
