"""Drop the oldest months of the audit, such that the rest can still be verified."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, LiteralString

from psycopg import Connection, sql

from gis_gov.access.entry import Entry, write_sync
from gis_gov.auditing.verify import PURGE
from gis_gov.days import today
from gis_gov.db.run import sql_file

KEPT_MONTHS: Final = 6
_PARTS: Final[LiteralString] = """
    select c.relname, c.oid from pg_inherits as i inner join pg_class as c on i.inhrelid = c.oid
    where i.inhparent = 'audit'::regclass and c.relname ~ '^audit_[0-9]{6}$' order by c.relname
"""


class TooYoung(Exception):
    """What should be dropped has to be kept still; one line says until when."""


@dataclass(frozen=True, slots=True)
class Purged:
    """What was dropped: months as in 2026-01, and how many entries."""

    months: Sequence[str]
    entries: int


def newest_purgeable(today: date) -> date:
    """Return the day before which entries may be dropped: six months ago."""
    month = today.year * 12 + today.month - 1 - KEPT_MONTHS
    return date(month // 12, month % 12 + 1, min(today.day, 28))


def purge(conn: Connection[Any], before: date, actor: str, reason: str | None) -> Purged:
    """Drop the months that end before a day; an entry tells of it, and where the rest begins.

    Raises:
        TooYoung: the law asks for six months.

    """
    latest = newest_purgeable(today())
    if before > latest:
        raise TooYoung(
            f"entries are kept for {KEPT_MONTHS} months; name a day up to {latest} for --before"
        )
    doomed = [
        (name, oid)
        for name, oid in conn.execute(_PARTS).fetchall()
        if name[len("audit_") :] < f"{before:%Y%m}"
    ]
    months = [f"{name[6:10]}-{name[10:]}" for name, _ in doomed]
    if not doomed:
        return Purged((), 0)
    oids = [oid for _, oid in doomed]
    with conn.transaction():
        # Before the entry, whose trigger locks the head: in the order of every writer.
        conn.execute("lock table audit in access exclusive mode")
        row = conn.execute("select count(*) from audit where tableoid = any(%s)", [oids]).fetchone()
        entries = row[0] if row else 0
        if entries:
            write_sync(conn, _entry(conn, before, months, entries, oids, reason), actor)
        for name, _ in doomed:
            conn.execute(sql.SQL("drop table {}").format(sql.Identifier(name)))
    return Purged(months, entries)


def _entry(
    conn: Connection[Any],
    before: date,
    months: Sequence[str],
    entries: int,
    oids: Sequence[int],
    reason: str | None,
) -> Entry:
    gaps = conn.execute(sql_file(__package__, "gaps"), {"dropped": list(oids)}).fetchall()
    dropped = [{"first": first, "last": last, "hash": hashed.hex()} for hashed, first, last in gaps]
    detail = {
        "before": str(before),
        "months": list(months),
        "entries": entries,
        "dropped": dropped,
    }
    return Entry(PURGE, "ok", "audit", reason=reason, detail=detail)
