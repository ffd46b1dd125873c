"""A database for the time of a measurement, and the keys of its sealed data."""

from collections.abc import Generator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from gis_gov.access.keyring import text_of_keys
from gis_gov.access.sealing import new_key

DATABASE = "gis_gov_bench"
KEYS = text_of_keys([new_key()])


@contextmanager
def scratch_database(url: str) -> Generator[str]:
    """Make an empty database beside that of `url`; it is dropped in the end.

    Another measurement beside the same database waits until then.
    """
    name = sql.Identifier(DATABASE)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(hashtext(%s))", [DATABASE])
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(name))
        connection.execute(sql.SQL("create database {}").format(name))
        try:
            yield make_url(url).set(database=DATABASE).render_as_string(hide_password=False)
        finally:
            connection.execute(sql.SQL("drop database {} with (force)").format(name))
