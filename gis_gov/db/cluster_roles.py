"""The roles of a database, and the passwords of a home's.

The command line works as the owner of the data. The server logs in as a role that owns nothing and
by itself may do nothing; all that it can take on is the application's role.
"""

import secrets
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import Connection, sql
from psycopg.conninfo import conninfo_to_dict

from gis_gov.db.scope import APP_ROLE

PASSWORD: Final = "password"  # noqa: S105 - the name of the owner's file
SERVER_USER: Final = "gis_gov_server"
SERVER_PASSWORD: Final = "server_password"  # noqa: S105 - the name of its file

_MAKE: Final = "create role {} login noinherit nosuperuser nobypassrls nocreatedb nocreaterole"
_SET_PASSWORD: Final = "alter role {} password {}"  # noqa: S105
_FOUND: Final = "select from pg_roles where rolname = %s"
_LET_TAKE_ON: Final = "grant {} to {}"


def write_password(path: Path) -> None:
    """Put a random password into a file that only its owner can read."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(secrets.token_urlsafe(24), encoding="utf-8")


def read_password(path: Path) -> str:
    """Return the password that a file holds."""
    return path.read_text(encoding="utf-8")


def make_server_role(connection: Connection[Any], name: str, password: str) -> None:
    """Make the server's login role, or give it a new password; the application's must be there."""
    role = sql.Identifier(name)
    with connection.transaction():
        if not connection.execute(_FOUND, [name]).rowcount:
            connection.execute(sql.SQL(_MAKE).format(role))
        connection.execute(
            sql.SQL(_SET_PASSWORD).format(role, _verifier(connection, name, password))
        )
        connection.execute(sql.SQL(_LET_TAKE_ON).format(sql.Identifier(APP_ROLE), role))


def _verifier(connection: Connection[Any], name: str, password: str) -> sql.Literal:
    """Return what the server checks a password by, from which it can't be told.

    The statement that sets it may be logged, and stands in pg_stat_statements.
    """
    if not password:
        return sql.Literal(None)
    made = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256")
    return sql.Literal(made.decode())


def make_missing_server_role(url: str, server_url: str) -> bool:
    """Make the login role of `server_url` as the owner at `url`; one that is there stays as it is.

    Returns whether it was made.

    Raises:
        psycopg.errors.InsufficientPrivilege: the owner may make no roles.

    """
    wanted = conninfo_to_dict(server_url)
    name, password = wanted.get("user"), wanted.get("password")
    with psycopg.connect(url, autocommit=True) as connection:
        if not name or connection.execute(_FOUND, [name]).rowcount:
            return False
        make_server_role(connection, str(name), str(password or ""))
    return True
