"""The PostGIS of a home, made cold: restarted, and its files forgotten by the system."""

import time
from dataclasses import dataclass
from typing import Final

import psycopg

from gis_gov.bench.disk_cache import Kept, forget, kept
from gis_gov.db.cluster import Cluster
from gis_gov.db.run import sql_file

STAYS_MAX: Final = 0.05
"""What may stay in memory: a server that runs writes a little, and reads it."""
_MB: Final = 1_000_000
_ENDS_S: Final = 5.0
_FORGETS_S: Final = 2.0
"""A server that starts, or autovacuum, may read some just now."""
_POLL_S: Final = 0.02


class NotCold(Exception):
    """The files of the database stay in memory; the message says how much of them."""


class Occupied(Exception):
    """Others use the database, and it is not taken away from them; the message says who."""


@dataclass(frozen=True, slots=True)
class ColdHome:
    """A running PostGIS that may be restarted, and the URL that its servers are given."""

    cluster: Cluster
    url: str

    def restart(self) -> None:
        """Restart PostgreSQL with nothing of its files in memory.

        Raises:
            NotCold: the files stay there.
            Occupied: somebody is connected.

        """
        self._refuse_company()
        self.cluster.stop()
        self.forget()
        self.cluster.start()
        if self.cluster.url() != self.url:
            raise Occupied("the database's port was taken while it was restarted")

    def forget(self) -> Kept:
        """Let the system forget the files, and return what it keeps of them all the same.

        Raises:
            NotCold: it is too much to be called cold.

        """
        deadline = time.monotonic() + _FORGETS_S
        while True:
            forget(self.cluster.data)
            found = kept(self.cluster.data)
            if found.share <= STAYS_MAX:
                return found
            if time.monotonic() >= deadline:
                raise NotCold(
                    f"{found.in_memory / _MB:,.0f} of {found.size / _MB:,.0f} MB of"
                    f" {self.cluster.data} stay in memory, so nothing there is cold;"
                    " is that a file system in memory?"
                )
            time.sleep(_POLL_S)

    def _refuse_company(self) -> None:
        """Wait for the ends of connections of servers that have been stopped; no other is ended."""
        deadline = time.monotonic() + _ENDS_S
        with psycopg.connect(self.url, autocommit=True) as conn:
            while others := conn.execute(sql_file(__package__, "connected")).fetchall():
                if time.monotonic() >= deadline:
                    named = ", ".join(sorted({name for (name,) in others}))
                    raise Occupied(f"others use the database, so it is not restarted: {named}")
                time.sleep(_POLL_S)
