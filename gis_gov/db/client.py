"""Tell PostgreSQL's client programs which database they are to work on."""

import os

from psycopg import conninfo

_VARIABLES = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslrootcert": "PGSSLROOTCERT",
    "options": "PGOPTIONS",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
}


class ClientError(Exception):
    """A client program can't do its work; the message is one line that says why."""


def client_environment(url: str) -> dict[str, str]:
    """Return the environment that tells PostgreSQL's programs the database at `url`.

    On a command line the password could be read by every user of the machine.
    """
    given = conninfo.conninfo_to_dict(url)
    told = {_VARIABLES[name]: str(value) for name, value in given.items() if name in _VARIABLES}
    return {name: value for name, value in os.environ.items() if name[:2] != "PG"} | told
