"""Pruning beside other tests: their transactions are under way in the same server, and count."""

import psycopg

from tests.waiting import wait_until

_ALL_SAW = """
    select pg_snapshot_xmin(pg_current_snapshot()) > c.xact
    from change as c where c.xact < pg_snapshot_xmax(pg_current_snapshot())
    order by c.xact desc limit 1
"""


def wait_until_all_saw(url: str) -> None:
    """Wait until no transaction is under way that is older than what is in the log."""
    with psycopg.connect(url, autocommit=True) as conn:
        wait_until(lambda: conn.execute(_ALL_SAW).fetchone() == (True,), within_s=240)
