"""How long entries are kept, and which gaps a purge can therefore have left."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, LiteralString

from psycopg import Connection

from gis_gov.days import day_of, start_of

PURGE: Final = "audit.purge"
KEPT_MONTHS: Final = 6
# A writer may wait so long across the end of a month; what it writes then stays in the old one.
_WAITED: Final = timedelta(minutes=5)
_PURGES: Final[LiteralString] = (
    "select number, at, detail -> 'dropped' from audit"
    " where action = %s and result = 'ok' order by number desc"
)


@dataclass(frozen=True, slots=True)
class Dropped:
    """A run of entries that a purge says it dropped, and the hash of the last of them."""

    first: int
    last: int
    hash: bytes
    purge: int
    purged_at: datetime


def newest_purgeable(today: date) -> date:
    """Return the day before which entries may be dropped: six months ago."""
    month = today.year * 12 + today.month - 1 - KEPT_MONTHS
    return date(month // 12, month % 12 + 1, min(today.day, 28))


def month_of(at: datetime) -> date:
    """Return the first day of the month (UTC+8) of a time."""
    return day_of(at).replace(day=1)


def dropped_runs(conn: Connection[Any]) -> Sequence[Dropped]:
    """Return what the purges say they dropped, the newest first: it tells of older ones, too."""
    return [
        run
        for number, at, told in conn.execute(_PURGES, [PURGE]).fetchall()
        for run in _runs(number, at, told)
    ]


def _runs(number: int, at: datetime, told: Any) -> Iterable[Dropped]:
    """Read the runs of one purge; whatever cannot have been written by one counts for nothing."""
    try:
        return [
            Dropped(int(run["first"]), int(run["last"]), bytes.fromhex(run["hash"]), number, at)
            for run in told or ()
        ]
    except (KeyError, TypeError, ValueError):
        return ()


def can_be_purged(run: Dropped, before: datetime | None, after: datetime, now: datetime) -> bool:
    """Say whether a purge can have left this gap, between entries of `before` and `after`.

    Anybody who may write entries can write one that looks like a purge. A true one drops all
    months up to some end, nothing younger than six months, and leaves an entry of that age next.
    """
    # The database's clock may have been put forward for the sake of it.
    today = day_of(min(run.purged_at, now))
    latest = newest_purgeable(today).replace(day=1)
    if month_of(after) > latest:
        return False
    if run.first == 1 or before is None:
        return run.first == 1
    # In the midst: after entries that have strayed from an older month, or before those of one who
    # waited across the end of his month.
    edge = month_of(before)
    since = before - start_of(edge)
    return edge < month_of(after) or since <= _WAITED
