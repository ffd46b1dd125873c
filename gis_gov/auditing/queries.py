"""Every query of the audit's readers, as statements for a connection of either kind."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ClauseElement, Text, cast, func, select

from gis_gov.access.tables import audit


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are asked for: from `since` up to, and without, `until`."""

    actor: str | None = None
    action: str | None = None
    object_kind: str | None = None
    object_code: str | None = None
    result: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def told(self) -> dict[str, str]:
        """Return what is asked for, for the audit."""
        names = ("actor", "action", "object_kind", "object_code", "result", "since", "until")
        asked = {name: getattr(self, name) for name in names}
        return {name: str(value) for name, value in asked.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as it is chained; the hashes in hex, the detail as the text that is hashed."""

    number: int
    at: datetime
    actor: str
    client: str | None
    action: str
    object_kind: str | None
    object_code: str | None
    result: str
    reason: str | None
    detail: str | None
    previous_hash: str
    hash: str


COLUMNS = tuple(Row.__dataclass_fields__)


def newest() -> ClauseElement:
    """Compose the query of the newest entry's number."""
    return select(func.max(audit.c.number))


def entries(
    wanted: Filter,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int | None = None,
    oldest_first: bool = False,
) -> ClauseElement:
    """Compose the query of the entries that are `wanted`, of those numbered between."""
    told = audit.c
    query = select(
        told.number,
        told.at,
        told.actor,
        cast(told.client, Text).label("client"),
        told.action,
        told.object_kind,
        told.object_code,
        told.result,
        told.reason,
        cast(told.detail, Text).label("detail"),
        func.encode(told.previous_hash, "hex").label("previous_hash"),
        func.encode(told.hash, "hex").label("hash"),
    )
    for name in ("actor", "action", "object_kind", "object_code", "result"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(told[name] == value)
    if wanted.since is not None:
        query = query.where(told.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(told.at < wanted.until)
    if before is not None:
        query = query.where(told.number < before)
    if after is not None:
        query = query.where(told.number > after)
    return query.order_by(told.number if oldest_first else told.number.desc()).limit(limit)
