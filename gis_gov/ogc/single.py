"""One feature as who asks may see it, and the ETag of its state."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

import orjson
from psycopg import AsyncConnection
from sqlalchemy import DateTime, literal, null
from sqlalchemy.sql import cast

from gis_gov.access.actor import Actor
from gis_gov.access.sealing import Sealer
from gis_gov.collection import Collection, Feature
from gis_gov.cql.kinds import Expression
from gis_gov.ogc import queries
from gis_gov.preconditions import STATE_END

_AT: Final = "row_updated_at"


@dataclass(frozen=True, slots=True)
class Single:
    """A feature in CRS84, and the ETag of its state."""

    feature: Feature
    etag: str


async def read_single(
    conn: AsyncConnection[Any], collection: Collection, actor: Actor, sealer: Sealer, code: str
) -> Single | None:
    """Return the feature with a code, None if who asks has none such."""
    wanted = [collection.key == literal(code)]
    if collection.current is not None and collection.times is None:
        wanted.append(collection.current)
    rows = collection.rows(actor).add_columns(_updated_at(collection).label(_AT))
    sought = queries.Sought(rows, collection.key, wanted)
    found = await queries.read_items(conn, sought, (), 1)
    if not found:
        return None
    row = dict(found[0].row)
    at: datetime | None = row.pop(_AT)
    feature = collection.feature(actor, sealer, row)
    return Single(feature, _etag(collection, feature, at))


def _updated_at(collection: Collection) -> Expression:
    table = getattr(collection.key, "table", None)
    if table is None or "updated_at" not in table.c:
        return cast(null(), DateTime(timezone=True))
    return table.c.updated_at


def _etag(collection: Collection, feature: Feature, at: datetime | None) -> str:
    """Make the ETag of what is told, and of when the row was written: not all of it is told.

    What changes by itself has a part of its own: nobody who writes loses it.
    """
    if not collection.passing:
        return f'"{_digest([feature, at])}"'
    told: dict[str, Any] = feature["properties"]
    kept = {name: value for name, value in told.items() if name not in collection.passing}
    passed = [feature["geometry"], *(told[name] for name in collection.passing)]
    return f'"{_digest([kept, at])}{STATE_END}{_digest(passed)}"'


def _digest(told: Any) -> str:
    return blake2b(orjson.dumps(told), digest_size=16).hexdigest()
