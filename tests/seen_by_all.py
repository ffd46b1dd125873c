"""Tables of which each page is marked as seen by all, so that an index alone can be read."""

import time

import psycopg
from psycopg import sql

_SEEN = """
    select relallvisible >= relpages and relpages > 0
    from pg_class where oid = %s::regclass
"""


def vacuum(url: str, table: str, wait_s: float = 30.0) -> None:
    """Vacuum and analyze a table until all of its pages are marked.

    Not those in which something is not on disk yet, or may be unseen by a session that is about to
    begin, or that somebody is about to write to disk: so once may not be enough.
    """
    vacuumed = sql.SQL("vacuum analyze {}").format(sql.Identifier(table))
    last = time.monotonic() + wait_s
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(vacuumed)
        while conn.execute(_SEEN, [table]).fetchone() != (True,):
            assert time.monotonic() < last, f"not all of {table} is seen by all"
            time.sleep(0.1)
            conn.execute(vacuumed)
