"""A key for the time of a measurement."""

from collections.abc import Generator
from contextlib import contextmanager

import psycopg

from gis_gov.access.tokens import new_key_token, token_hash


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
