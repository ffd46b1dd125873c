"""Who writes, and what."""

from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection

from gis_gov.access.actor import Actor
from gis_gov.access.sealing import Sealer
from gis_gov.collection import Collection
from gis_gov.ogc.single import Single, read_single
from gis_gov.ogc.writable import Writable


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes to which collection, on which connection; `client` is where he comes from."""

    conn: AsyncConnection[Any]
    collection: Collection
    writable: Writable
    actor: Actor
    sealer: Sealer
    client: str | None

    async def read(self, code: str) -> Single | None:
        """Return a thing as who writes may see it."""
        return await read_single(self.conn, self.collection, self.actor, self.sealer, code)
