"""A key for the time of a measurement."""

from collections.abc import Generator
from contextlib import contextmanager

import psycopg

from gis_gov.access.tokens import new_key_token, new_session_token, token_hash

_SESSION = """
    with a as (
        insert into account (name) values ('bench') returning id
    ), r as (
        insert into role_grant (account_id, role) select id, 'commander' from a
    )
    insert into session (token_hash, account_id, ends_at)
    select %s, id, now() + interval '1 day' from a
"""


@contextmanager
def bench_key(url: str, *more_roles: str) -> Generator[str]:
    """Make a key that may see everything, and take it back at the end; it may have more roles.

    No connection stays open meanwhile.
    """
    token = new_key_token()
    with psycopg.connect(url) as conn:
        row = conn.execute(
            "insert into api_key (name, token_hash, expires_at)"
            " values ('bench', %s, now() + interval '1 day') returning id",
            [token_hash(token)],
        ).fetchone()
        key_id = row[0] if row else None
        conn.execute(
            "insert into role_grant (key_id, role) select %s, unnest(%s::text[])",
            [key_id, ["commander", *more_roles]],
        )
    try:
        yield token
    finally:
        with psycopg.connect(url) as conn:
            conn.execute("delete from role_grant where key_id = %s", [key_id])
            conn.execute("delete from api_key where id = %s", [key_id])


def bench_session(url: str) -> str:
    """Sign somebody in who may see everything, in a database that is made for a measurement."""
    token = new_session_token()
    with psycopg.connect(url) as conn:
        conn.execute(_SESSION, [token_hash(token)])
    return token
