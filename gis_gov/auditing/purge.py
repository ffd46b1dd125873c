"""Drop the oldest months of the audit, such that the rest can still be verified."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, LiteralString

from psycopg import Connection, sql

from gis_gov.access.entry import Entry, write_sync
from gis_gov.auditing.retention import KEPT_MONTHS, PURGE, month_of, newest_purgeable
from gis_gov.days import today
from gis_gov.db.run import sql_file

_PARTS: Final[LiteralString] = """
    select c.relname, c.oid from pg_inherits as i inner join pg_class as c on i.inhrelid = c.oid
    where i.inhparent = 'audit'::regclass and c.relname ~ '^audit_[0-9]{6}$' order by c.relname
"""
_AFTER: Final[LiteralString] = (
    "select at from audit where number = any(%s) and tableoid <> all(%s::oid[])"
)


class TooYoung(Exception):
    """What should be dropped has to be kept still; one line says until when."""


@dataclass(frozen=True, slots=True)
class Purged:
    """What was dropped: months as in 2026-01, and how many entries."""

    months: Sequence[str]
    entries: int


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
    doomed = _doomed(conn, f"{before:%Y%m}", latest)
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


def _doomed(conn: Connection[Any], before: str, latest: date) -> Sequence[tuple[str, int]]:
    """Return the partitions of the months to drop, with an entry of six months ago after them.

    A purge after which nothing that old comes could as well be made up, to hide what is younger:
    the verification does not believe it. After a long silence, the month before it stays.
    """
    parts = [
        (name, oid)
        for name, oid in conn.execute(_PARTS).fetchall()
        if name[len("audit_") :] < before
    ]
    while parts and not _is_followed(conn, [oid for _, oid in parts], latest.replace(day=1)):
        parts.pop()
    return parts


def _is_followed(conn: Connection[Any], oids: Sequence[int], latest: date) -> bool:
    """Say whether each gap that a purge would leave has an entry after it that is old enough."""
    lasts = [last for _, _, last in _gaps(conn, oids)]
    found = conn.execute(_AFTER, [[last + 1 for last in lasts], list(oids)]).fetchall()
    return len(found) == len(lasts) and all(month_of(at) <= latest for (at,) in found)


def _gaps(conn: Connection[Any], oids: Sequence[int]) -> Sequence[tuple[bytes, int, int]]:
    return conn.execute(sql_file(__package__, "gaps"), {"dropped": list(oids)}).fetchall()


def _entry(
    conn: Connection[Any],
    before: date,
    months: Sequence[str],
    entries: int,
    oids: Sequence[int],
    reason: str | None,
) -> Entry:
    dropped = [
        {"first": first, "last": last, "hash": hashed.hex()}
        for hashed, first, last in _gaps(conn, oids)
    ]
    detail = {
        "before": str(before),
        "months": list(months),
        "entries": entries,
        "dropped": dropped,
    }
    return Entry(PURGE, "ok", "audit", reason=reason, detail=detail)
