"""Whether the audit is whole: every entry as it was written, none missing, none cut off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final, LiteralString

from psycopg import Connection, ServerCursor

from gis_gov.access.anchor import AnchorError, Anchors, Head
from gis_gov.auditing.retention import Dropped, can_be_purged, dropped_runs
from gis_gov.db.run import sql_file

NOTHING_BEFORE: Final = sha256(b"").digest()
_FETCH: Final = 5000
_CHAIN: Final[LiteralString] = "select chain from audit_head"


class AuditBroken(Exception):
    """The audit is not what was written: one line names the first number that tells so."""

    def __init__(self, number: int, what: str) -> None:
        super().__init__(f"the audit is broken at entry {number}: {what}")
        self.number = number


@dataclass(frozen=True, slots=True)
class Verified:
    """A whole audit: how many entries it has, its first and last number, what is not in it.

    `others` are other chains that the file of anchors knows, and up to which entry: of other
    databases, or of this one, if somebody has made it anew under another name.
    """

    entries: int
    first: int | None
    last: int | None
    purged: Sequence[Dropped]
    others: Mapping[str, int | None]


def verify(conn: Connection[Any], anchors: Anchors) -> Verified:
    """Read the whole audit and compute every hash anew; needs little memory however long it is.

    Raises:
        AuditBroken: an entry was changed, put in, taken out or cut off, or all were made anew.
        AnchorError: the anchor is missing, can't be read or is not ours.

    """
    # Before the entries: what is anchored is committed, so that it has to be among them.
    row = conn.execute(_CHAIN).fetchone()
    chain = row[0] if row else None
    anchor = anchors.read(chain) if chain else None
    walk = _Walk(dropped_runs(conn), anchor, datetime.now(UTC))
    with conn.transaction(), ServerCursor(conn, "audit_walk") as cursor:
        cursor.itersize = _FETCH
        cursor.format = 1  # type: ignore[assignment] - binary: bytes come as they are
        cursor.execute(sql_file(__package__, "verify"), binary=True)
        for number, at, previous_hash, hashed, told in cursor:
            walk.step(number, at, previous_hash, hashed, told)
    walk.end()
    if anchor is None and walk.entries:
        raise AnchorError(
            f"{walk.entries} entries are chained, but {anchors.file} has no anchor for them:"
            " whether later ones were cut off can't be told; gis-gov audit anchor makes one"
        )
    return Verified(walk.entries, walk.first, walk.last, walk.purged, anchors.others(chain))


class _Walk:
    """One pass along the chain."""

    def __init__(self, dropped: Sequence[Dropped], anchor: Head | None, now: datetime) -> None:
        self.entries = 0
        self.first: int | None = None
        self.last = 0
        self.purged: list[Dropped] = []
        self._at: datetime | None = None
        self._now = now
        self._hash = NOTHING_BEFORE
        self._dropped = dropped
        self._anchor = anchor

    def step(
        self, number: int, at: datetime, previous_hash: bytes, hashed: bytes, told: bytes
    ) -> None:
        """Go on to the next entry."""
        if number != self.last + 1:
            self._jump(number, at, previous_hash)
        elif previous_hash != self._hash:
            raise AuditBroken(number, "it does not follow from the one before it")
        if sha256(told).digest() != hashed:
            raise AuditBroken(number, "it was changed")
        if self._anchor and number == self._anchor.number and hashed != self._anchor.hash:
            raise AuditBroken(
                number, "it is not the one that was anchored; it was made anew, as maybe others"
            )
        if self.first is None:
            self.first = number
        self.entries += 1
        self.last, self._at, self._hash = number, at, hashed

    def end(self) -> None:
        """Compare the end of the chain with the anchor."""
        if self._anchor and self.last < self._anchor.number:
            raise AuditBroken(
                self.last + 1,
                f"the end is cut off; up to {self._anchor.number} entries were anchored",
            )

    def _jump(self, number: int, at: datetime, previous_hash: bytes) -> None:
        if number <= self.last:
            raise AuditBroken(number, "its number was given twice")
        first = missing = self.last + 1
        while missing < number:
            told = next((run for run in self._dropped if run.first <= missing <= run.last), None)
            if told is None:
                raise AuditBroken(missing, f"it is missing; entry {number} comes next")
            missing = told.last + 1
        # A purge tells of older gaps, too: the newest tells of the whole.
        gap = (first, number - 1, previous_hash)
        fitting = [run for run in self._dropped if (run.first, run.last, run.hash) == gap]
        if not fitting:
            raise AuditBroken(number, "it does not follow from what was purged before it")
        for run in fitting:
            if can_be_purged(run, self._at, at, self._now):
                self.purged.append(run)
                return
        raise AuditBroken(
            first, f"it is missing; what entry {fitting[0].purge} tells is no purge by month"
        )
