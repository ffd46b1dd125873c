"""Whether the audit is whole: every entry as it was written, none missing, none cut off."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, LiteralString

from psycopg import Connection, ServerCursor

from gis_gov.access.anchor import AnchorError, Anchors, Head
from gis_gov.db.run import sql_file

PURGE: Final = "audit.purge"
NOTHING_BEFORE: Final = sha256(b"").digest()
_FETCH: Final = 5000
_CHAIN: Final[LiteralString] = "select chain from audit_head"
_PURGES: Final[LiteralString] = (
    "select detail -> 'dropped' from audit where action = %s and result = 'ok' order by number desc"
)


class AuditBroken(Exception):
    """The audit is not what was written: one line names the first number that tells so."""

    def __init__(self, number: int, what: str) -> None:
        super().__init__(f"the audit is broken at entry {number}: {what}")
        self.number = number


@dataclass(frozen=True, slots=True)
class Verified:
    """A whole audit: how many entries it has, and its first and last number."""

    entries: int
    first: int | None
    last: int | None


@dataclass(frozen=True, slots=True)
class Dropped:
    """A run of entries that a purge dropped, and the hash of the last of them."""

    first: int
    last: int
    hash: bytes


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
    walk = _Walk(_dropped(conn), anchor)
    with conn.transaction(), ServerCursor(conn, "audit_walk") as cursor:
        cursor.itersize = _FETCH
        cursor.format = 1  # type: ignore[assignment] - binary: bytes come as they are
        cursor.execute(sql_file(__package__, "verify"), binary=True)
        for number, _, previous_hash, hashed, told in cursor:
            walk.step(number, previous_hash, hashed, told)
    walk.end()
    if anchor is None and walk.entries:
        raise AnchorError(
            f"{walk.entries} entries are chained, but {anchors.file} has no anchor for them:"
            " whether later ones were cut off can't be told; gis-gov audit anchor makes one"
        )
    return Verified(walk.entries, walk.first, walk.last)


def _dropped(conn: Connection[Any]) -> Sequence[Dropped]:
    """Return what the purges say they dropped, the newest first: it tells of older ones, too."""
    return [
        Dropped(run["first"], run["last"], bytes.fromhex(run["hash"]))
        for (told,) in conn.execute(_PURGES, [PURGE]).fetchall()
        for run in told or []
    ]


class _Walk:
    """One pass along the chain."""

    def __init__(self, dropped: Sequence[Dropped], anchor: Head | None) -> None:
        self.entries = 0
        self.first: int | None = None
        self.last = 0
        self._hash = NOTHING_BEFORE
        self._dropped = dropped
        self._anchor = anchor

    def step(self, number: int, previous_hash: bytes, hashed: bytes, told: bytes) -> None:
        """Go on to the next entry."""
        if number != self.last + 1:
            self._jump(number, previous_hash)
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
        self.last, self._hash = number, hashed

    def end(self) -> None:
        """Compare the end of the chain with the anchor."""
        if self._anchor and self.last < self._anchor.number:
            raise AuditBroken(
                self.last + 1,
                f"the end is cut off; up to {self._anchor.number} entries were anchored",
            )

    def _jump(self, number: int, previous_hash: bytes) -> None:
        if number <= self.last:
            raise AuditBroken(number, "its number was given twice")
        missing, run = self.last + 1, None
        while missing < number:
            run = next((each for each in self._dropped if each.first <= missing <= each.last), None)
            if run is None:
                raise AuditBroken(missing, f"it is missing; entry {number} comes next")
            missing = run.last + 1
        if run is None or run.last != number - 1 or run.hash != previous_hash:
            raise AuditBroken(number, "it does not follow from what was purged before it")
